using ExactCompression.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The kernels of maps that are no matrices, compiled for one accelerator. All queue up on its default stream.</summary>
internal sealed class GraphKernels
{
    /// <summary>Compiles them.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="edge">The edge of its groups.</param>
    public GraphKernels(Accelerator accelerator, int edge)
    {
        Convolve = accelerator.LoadStreamKernel<
            ConvolutionGeometry, ArrayView<float>, ArrayView<float>, MatrixView, float, int, MatrixView>(ConvolutionKernels.Apply);
        PullConvolution = accelerator.LoadStreamKernel<
            ConvolutionGeometry, ArrayView<float>, MatrixView, MatrixView, float, int, MatrixView>(ConvolutionKernels.Pull);
        SeedConvolution = accelerator.LoadStreamKernel<
            ConvolutionGeometry, ArrayView<float>, ArrayView<int>, ArrayView<float>, MatrixView, float, int, MatrixView>(
            ConvolutionKernels.Seed);
        Gather = accelerator.LoadStreamKernel<
            ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, MatrixView, float, int, MatrixView>(SparseKernels.Apply);
        PullEntries = accelerator.LoadStreamKernel<
            ArrayView<int>, ArrayView<int>, ArrayView<float>, MatrixView, MatrixView, float, int, MatrixView>(SparseKernels.Pull);
        SeedEntries = accelerator.LoadStreamKernel<
            ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<int>, ArrayView<float>, MatrixView, float, int, MatrixView>(
            SparseKernels.Seed);
        Extremes = edge switch
        {
            16 => OfEdge<Edge16>(accelerator),
            8 => OfEdge<Edge8>(accelerator),
            4 => OfEdge<Edge4>(accelerator),
            2 => OfEdge<Edge2>(accelerator),
            _ => OfEdge<Edge1>(accelerator),
        };
    }

    /// <inheritdoc cref="ConvolutionKernels.Apply"/>
    public Action<
        KernelConfig, ConvolutionGeometry, ArrayView<float>, ArrayView<float>, MatrixView, float, int, MatrixView> Convolve { get; }

    /// <inheritdoc cref="ConvolutionKernels.Pull"/>
    public Action<
        KernelConfig, ConvolutionGeometry, ArrayView<float>, MatrixView, MatrixView, float, int, MatrixView> PullConvolution { get; }

    /// <inheritdoc cref="ConvolutionKernels.Seed"/>
    public Action<
        KernelConfig, ConvolutionGeometry, ArrayView<float>, ArrayView<int>, ArrayView<float>, MatrixView, float, int,
        MatrixView> SeedConvolution { get; }

    /// <inheritdoc cref="SparseKernels.Apply"/>
    public Action<
        KernelConfig, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, MatrixView, float, int,
        MatrixView> Gather { get; }

    /// <inheritdoc cref="SparseKernels.Pull"/>
    public Action<
        KernelConfig, ArrayView<int>, ArrayView<int>, ArrayView<float>, MatrixView, MatrixView, float, int,
        MatrixView> PullEntries { get; }

    /// <inheritdoc cref="SparseKernels.Seed"/>
    public Action<
        KernelConfig, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<int>, ArrayView<float>, MatrixView, float, int,
        MatrixView> SeedEntries { get; }

    /// <inheritdoc cref="ExtremesKernel.Run{TEdge}"/>
    public Action<KernelConfig, MatrixView, ArrayView<int>, int, RankedView> Extremes { get; }

    private static Action<KernelConfig, MatrixView, ArrayView<int>, int, RankedView> OfEdge<TEdge>(Accelerator accelerator)
        where TEdge : struct, IGroupEdge =>
        accelerator.LoadStreamKernel<MatrixView, ArrayView<int>, int, RankedView>(ExtremesKernel.Run<TEdge>);
}
