namespace ExactCompression.Numerics;

/// <summary>One row of targets of a convolution, for a block of channels and a block of vectors that have a lane each.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal unsafe struct ConvolutionSweep<T>
    where T : unmanaged
{
    /// <summary>The source's elements that are not 0 in all lanes, position after position.</summary>
    public T* Values;

    /// <summary>For each of them, its place among the weights that a row of the source meets in a single row of the kernel.</summary>
    public int* Entries;

    /// <summary>For each row of the source that is at hand, where its positions' elements begin, and where the last ones end.</summary>
    public int* Starts;

    /// <summary>From one such row to the next.</summary>
    public int StartStride;

    /// <summary>The rows of the kernel and of the source that meet.</summary>
    public AxisRun* Rows;

    /// <summary>Their number.</summary>
    public int RowCount;

    /// <summary>The columns of the kernel and of the source that meet.</summary>
    public AxisRun* Columns;

    /// <summary>For each target, where its columns begin; their number last.</summary>
    public int* ColumnStarts;

    /// <summary>Number of targets.</summary>
    public int Width;

    /// <summary>The weights of the block.</summary>
    public T* Weights;

    /// <summary>Columns of the kernel.</summary>
    public int Taps;

    /// <summary>Source channels of the group.</summary>
    public int Depth;

    /// <summary>Gets the vectors of each channel and target.</summary>
    public T* Result;

    /// <summary>From one channel to the next.</summary>
    public nint ChannelStride;
}
