namespace ExactCompression.Numerics;

/// <summary>Some rows of the sums that a convolution's targets have over one column of its kernel, at each column of the source.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal unsafe struct ColumnSumRows<T>
    where T : unmanaged
{
    /// <summary>The first channel's window of the source; the others follow.</summary>
    public T* Source;

    /// <summary>Rows of it.</summary>
    public int Height;

    /// <summary>Columns of it.</summary>
    public int Width;

    /// <summary>Number of channels.</summary>
    public int Channels;

    /// <summary>The row of the source that the first of the sums meets with the kernel's first row; may be outside of the window.</summary>
    public int First;

    /// <summary>Rows of the kernel.</summary>
    public int Taps;

    /// <summary>The weights of the kernel's first row, one for each channel.</summary>
    public T* Weights;

    /// <summary>From there to those of the next row.</summary>
    public nint WeightStep;

    /// <summary>Gets the sums.</summary>
    public T* Sums;

    /// <summary>From one row of them to the next.</summary>
    public nint Pitch;
}
