namespace ExactCompression.Numerics;

/// <summary>The elements of a channel's window that are laid out in one phase.</summary>
/// <param name="Place">Where the first of them stands in the channel's layout.</param>
/// <param name="Source">Where it stands in the window.</param>
/// <param name="Height">Rows of them.</param>
/// <param name="Width">Columns of them.</param>
internal readonly record struct PlanePart(int Place, int Source, int Height, int Width);
