using ExactCompression.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The kernels, compiled for one accelerator, as functions to call. All queue up on its default stream.</summary>
internal sealed class DeviceKernels
{
    private readonly Lazy<GraphKernels> graph;

    /// <summary>Compiles them; those of graphs when a network needs them.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="edge">The edge of its groups.</param>
    public DeviceKernels(Accelerator accelerator, int edge)
    {
        Take = accelerator.LoadStreamKernel<MatrixView, ArrayView<float>, ArrayView<float>, MatrixView>(BatchKernels.Take);
        GatherColumn = accelerator.LoadStreamKernel<MatrixView, int, ArrayView<float>>(BatchKernels.GatherColumn);
        (Affine, Pullback) = edge switch
        {
            16 => Products<Edge16>(accelerator),
            8 => Products<Edge8>(accelerator),
            4 => Products<Edge4>(accelerator),
            2 => Products<Edge2>(accelerator),
            _ => Products<Edge1>(accelerator),
        };
        Candidates = accelerator.LoadStreamKernel<
            ArrayView<int>, RankedView, ArrayView<RankedPoint>, MatrixView, ArrayView<float>, ArrayView<long>, MatrixView, ArrayView<int>,
            int>(CandidateKernel.Run);
        Starts = accelerator.LoadStreamKernel<ArrayView<int>, RankedView, RankedView, int>(StartsKernel.Run);
        Seed = accelerator.LoadStreamKernel<MatrixView, ArrayView<int>, ArrayView<float>, MatrixView, float, int, MatrixView>(
            SeedKernel.Run);
        MeanMagnitude = accelerator.LoadStreamKernel<MatrixView, ArrayView<float>>(AscendKernels.MeanMagnitude);
        Step = accelerator.LoadStreamKernel<
            MatrixView, ArrayView<float>, MatrixView, MatrixView, ArrayView<float>, ArrayView<float>, ArrayView<float>, float, float>(
            AscendKernels.Step);
        graph = new(() => new(accelerator, edge));
    }

    /// <summary>The kernels of maps that are no matrices.</summary>
    public GraphKernels Graph => graph.Value;

    /// <inheritdoc cref="BatchKernels.Take"/>
    public Action<KernelConfig, MatrixView, ArrayView<float>, ArrayView<float>, MatrixView> Take { get; }

    /// <inheritdoc cref="BatchKernels.GatherColumn"/>
    public Action<KernelConfig, MatrixView, int, ArrayView<float>> GatherColumn { get; }

    /// <inheritdoc cref="AffineKernel.Run{TEdge}"/>
    public Action<
        KernelConfig, MatrixView, ArrayView<float>, ArrayView<int>, MatrixView, float, int, MatrixView, int, RankedView> Affine { get; }

    /// <inheritdoc cref="CandidateKernel.Run"/>
    public Action<
        KernelConfig, ArrayView<int>, RankedView, ArrayView<RankedPoint>, MatrixView, ArrayView<float>, ArrayView<long>, MatrixView,
        ArrayView<int>, int> Candidates { get; }

    /// <inheritdoc cref="StartsKernel.Run"/>
    public Action<KernelConfig, ArrayView<int>, RankedView, RankedView, int> Starts { get; }

    /// <inheritdoc cref="SeedKernel.Run"/>
    public Action<KernelConfig, MatrixView, ArrayView<int>, ArrayView<float>, MatrixView, float, int, MatrixView> Seed { get; }

    /// <inheritdoc cref="PullbackKernel.Run{TEdge}"/>
    public Action<KernelConfig, MatrixView, MatrixView, MatrixView, float, int, MatrixView> Pullback { get; }

    /// <inheritdoc cref="AscendKernels.MeanMagnitude"/>
    public Action<KernelConfig, MatrixView, ArrayView<float>> MeanMagnitude { get; }

    /// <inheritdoc cref="AscendKernels.Step"/>
    public Action<
        KernelConfig, MatrixView, ArrayView<float>, MatrixView, MatrixView, ArrayView<float>, ArrayView<float>, ArrayView<float>, float,
        float> Step { get; }

    /// <summary>The two products, for groups of one size.</summary>
    private static (Action<
        KernelConfig, MatrixView, ArrayView<float>, ArrayView<int>, MatrixView, float, int, MatrixView, int, RankedView> Affine,
        Action<KernelConfig, MatrixView, MatrixView, MatrixView, float, int, MatrixView> Pullback) Products<TEdge>(Accelerator accelerator)
        where TEdge : struct, IGroupEdge => (
            accelerator.LoadStreamKernel<MatrixView, ArrayView<float>, ArrayView<int>, MatrixView, float, int, MatrixView, int, RankedView>(
                AffineKernel.Run<TEdge>),
            accelerator.LoadStreamKernel<MatrixView, MatrixView, MatrixView, float, int, MatrixView>(PullbackKernel.Run<TEdge>));
}
