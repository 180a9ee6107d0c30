namespace ExactCompression.Numerics;

/// <summary>
/// A rectangle of positions, the same in every channel. Coefficients of a neuron over a layer below are 0 outside such a window, which
/// convolutions keep small; a row of coefficients holds the window's elements alone, channel after channel, row after row.
/// </summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Height">Number of rows.</param>
/// <param name="Width">Number of columns.</param>
internal readonly record struct Window(int Top, int Left, int Height, int Width)
{
    /// <summary>Positions in it.</summary>
    public int Plane => Height * Width;

    /// <summary>Whether it holds no position.</summary>
    public bool IsEmpty => Height <= 0 || Width <= 0;

    /// <summary>The window of all positions.</summary>
    /// <param name="shape">The shape.</param>
    public static Window Whole(MapShape shape) => new(0, 0, shape.Height, shape.Width);

    /// <summary>The smallest window that holds two.</summary>
    /// <param name="other">The other one.</param>
    public Window Union(Window other)
    {
        if (IsEmpty || other.IsEmpty)
            return IsEmpty ? other : this;
        int top = Math.Min(Top, other.Top), left = Math.Min(Left, other.Left);
        return new(
            top, left, Math.Max(Top + Height, other.Top + other.Height) - top, Math.Max(Left + Width, other.Left + other.Width) - left);
    }

    /// <summary>The elements of a row over it.</summary>
    /// <param name="shape">The shape whose positions these are.</param>
    public int CountIn(MapShape shape) => shape.Channels * Plane;

    /// <summary>Whether it has all positions of a shape, so that rows over it are plain vectors.</summary>
    /// <param name="shape">The shape.</param>
    public bool IsWhole(MapShape shape) => this == Whole(shape);
}
