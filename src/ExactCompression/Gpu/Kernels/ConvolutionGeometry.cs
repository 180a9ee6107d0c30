namespace ExactCompression.Gpu.Kernels;

/// <summary>
/// The geometry of a convolution in one direction: its targets are what a launch computes, its sources what it reads. The transpose takes
/// the convolution's results as sources.
/// </summary>
internal struct ConvolutionGeometry
{
    /// <summary>Channels of a group.</summary>
    public int TargetChannels, SourceChannels;

    /// <summary>Arrangement of a channel.</summary>
    public int TargetWidth, TargetPlane, SourceHeight, SourceWidth;

    /// <summary>As of the convolution, in either direction.</summary>
    public int KernelHeight, KernelWidth, StrideRows, StrideColumns, PadTop, PadLeft, DilationRows, DilationColumns;

    /// <summary>Blocks of four target channels, in a group and in all; the last of a group is filled up with zero filters.</summary>
    public int BlocksOfGroup, Blocks;
}

/// <summary>Where the taps of a kernel lie along one axis.</summary>
/// <remarks>A type and not an argument: either direction is compiled for itself, the forward one without divisions.</remarks>
internal interface IConvolutionWay
{
    /// <summary>The place of a source; outside of the axis where there is none.</summary>
    /// <param name="target">The place of the target.</param>
    /// <param name="tap">0-based tap of the kernel.</param>
    /// <param name="stride">Step between results of the convolution.</param>
    /// <param name="pad">Zeros before the axis.</param>
    /// <param name="dilation">Step between taps.</param>
    int Source(int target, int tap, int stride, int pad, int dilation);
}

/// <summary>From a result to the inputs it reads.</summary>
internal readonly struct ForwardWay : IConvolutionWay
{
    /// <inheritdoc/>
    public int Source(int target, int tap, int stride, int pad, int dilation) => (target * stride) - pad + (tap * dilation);
}

/// <summary>From an input to the results that read it.</summary>
internal readonly struct BackwardWay : IConvolutionWay
{
    /// <inheritdoc/>
    public int Source(int target, int tap, int stride, int pad, int dilation)
    {
        int reach = target + pad - (tap * dilation);
        return reach >= 0 && reach % stride == 0 ? reach / stride : -1;
    }
}
