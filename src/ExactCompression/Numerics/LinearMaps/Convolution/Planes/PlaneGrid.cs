namespace ExactCompression.Numerics;

/// <summary>Targets that are all sums of the same terms, each from its own place on: those of a phase.</summary>
/// <param name="Height">Rows of them.</param>
/// <param name="Width">Columns of them.</param>
/// <param name="FirstTerm">The first of their terms.</param>
/// <param name="TermCount">Number of terms.</param>
internal readonly record struct PlaneGrid(int Height, int Width, int FirstTerm, int TermCount);
