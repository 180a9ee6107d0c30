namespace ExactCompression.Numerics;

/// <summary>
/// How a vector's elements are arranged where a linear map sees it: channels x rows x columns, row-major. A plain vector has a channel for
/// each element.
/// </summary>
/// <param name="Channels">Number of channels.</param>
/// <param name="Height">Rows of a channel.</param>
/// <param name="Width">Columns of a channel.</param>
internal readonly record struct MapShape(int Channels, int Height, int Width)
{
    /// <summary>Number of elements.</summary>
    public int Count => Channels * Height * Width;

    /// <summary>Elements of one channel.</summary>
    public int Plane => Height * Width;

    /// <summary>A plain vector.</summary>
    /// <param name="length">Its length.</param>
    public static MapShape Vector(int length) => new(length, 1, 1);

    /// <summary>The index of an element.</summary>
    /// <param name="channel">0-based.</param>
    /// <param name="row">0-based.</param>
    /// <param name="column">0-based.</param>
    public int IndexOf(int channel, int row, int column) => (((channel * Height) + row) * Width) + column;
}
