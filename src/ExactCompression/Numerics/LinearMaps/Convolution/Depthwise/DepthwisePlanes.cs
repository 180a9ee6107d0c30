namespace ExactCompression.Numerics;

/// <summary>Windows of neighbouring channels of a depthwise convolution.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal unsafe struct DepthwisePlanes<T>
    where T : unmanaged
{
    /// <summary>The axis of rows.</summary>
    public AxisWindows Rows;

    /// <summary>The axis of columns.</summary>
    public AxisWindows Columns;

    /// <summary>Number of channels.</summary>
    public int Channels;

    /// <summary>The first channel's window of the source.</summary>
    public T* Source;

    /// <summary>Its kernel, row after row, packed as <see cref="ConvolutionAxis.Order"/> says; those of the others follow.</summary>
    public T* Weights;

    /// <summary>Gets the first vector of a column of targets in the first channel.</summary>
    public T* Target;

    /// <summary>From one vector of the column to the next.</summary>
    public nint Pitch;

    /// <summary>From one channel's first vector to the next one's.</summary>
    public nint Stride;
}
