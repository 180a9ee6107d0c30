namespace ExactCompression.Numerics;

/// <summary>The elements of a channel's window that are laid out in one phase.</summary>
/// <param name="Place">Where the first of them stands in the channel's layout.</param>
/// <param name="Source">Where it stands in the window.</param>
/// <param name="Height">Rows of them.</param>
/// <param name="Width">Columns of them.</param>
/// <param name="IsPaired">Whether this part and the next one hold the elements of the same rows by turns.</param>
internal readonly record struct PlanePart(int Place, int Source, int Height, int Width, bool IsPaired)
{
    /// <summary>Whether this part and another one hold the elements of the same rows by turns.</summary>
    /// <param name="other">A part of the same rows of the source.</param>
    public bool IsPairedWith(PlanePart other)
    {
        (PlanePart first, PlanePart second) = Source < other.Source ? (this, other) : (other, this);
        return second.Width > 0 && second.Source == first.Source + 1 && first.Width - second.Width is 0 or 1;
    }
}
