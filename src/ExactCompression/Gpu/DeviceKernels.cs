using ExactCompression.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The kernels, compiled for one accelerator, as functions to call. All queue up on its default stream.</summary>
internal sealed class DeviceKernels
{
    /// <summary>Compiles them.</summary>
    /// <param name="accelerator">The device.</param>
    public DeviceKernels(Accelerator accelerator)
    {
        Take = accelerator.LoadStreamKernel<MatrixView, ArrayView<float>, ArrayView<float>, MatrixView>(BatchKernels.Take);
        GatherColumn = accelerator.LoadStreamKernel<MatrixView, int, ArrayView<float>>(BatchKernels.GatherColumn);
        Affine = accelerator.LoadStreamKernel<MatrixView, ArrayView<float>, ArrayView<int>, MatrixView, float, int, MatrixView, int, RankedView>(AffineKernel.Run);
        Candidates = accelerator.LoadStreamKernel<ArrayView<int>, RankedView, ArrayView<RankedPoint>, MatrixView, ArrayView<float>, ArrayView<long>, MatrixView, ArrayView<int>, int>(CandidateKernel.Run);
        Starts = accelerator.LoadStreamKernel<ArrayView<int>, RankedView, RankedView, int>(StartsKernel.Run);
        Seed = accelerator.LoadStreamKernel<MatrixView, ArrayView<int>, ArrayView<float>, MatrixView, float, MatrixView>(SeedKernel.Run);
        Pullback = accelerator.LoadStreamKernel<MatrixView, MatrixView, MatrixView, float, MatrixView>(PullbackKernel.Run);
        MeanMagnitude = accelerator.LoadStreamKernel<MatrixView, ArrayView<float>>(AscendKernels.MeanMagnitude);
        Step = accelerator.LoadStreamKernel<MatrixView, ArrayView<float>, MatrixView, MatrixView, ArrayView<float>, ArrayView<float>, ArrayView<float>, float, float>(AscendKernels.Step);
    }

    /// <inheritdoc cref="BatchKernels.Take"/>
    public Action<KernelConfig, MatrixView, ArrayView<float>, ArrayView<float>, MatrixView> Take { get; }

    /// <inheritdoc cref="BatchKernels.GatherColumn"/>
    public Action<KernelConfig, MatrixView, int, ArrayView<float>> GatherColumn { get; }

    /// <inheritdoc cref="AffineKernel.Run"/>
    public Action<KernelConfig, MatrixView, ArrayView<float>, ArrayView<int>, MatrixView, float, int, MatrixView, int, RankedView> Affine { get; }

    /// <inheritdoc cref="CandidateKernel.Run"/>
    public Action<KernelConfig, ArrayView<int>, RankedView, ArrayView<RankedPoint>, MatrixView, ArrayView<float>, ArrayView<long>, MatrixView, ArrayView<int>, int> Candidates { get; }

    /// <inheritdoc cref="StartsKernel.Run"/>
    public Action<KernelConfig, ArrayView<int>, RankedView, RankedView, int> Starts { get; }

    /// <inheritdoc cref="SeedKernel.Run"/>
    public Action<KernelConfig, MatrixView, ArrayView<int>, ArrayView<float>, MatrixView, float, MatrixView> Seed { get; }

    /// <inheritdoc cref="PullbackKernel.Run"/>
    public Action<KernelConfig, MatrixView, MatrixView, MatrixView, float, MatrixView> Pullback { get; }

    /// <inheritdoc cref="AscendKernels.MeanMagnitude"/>
    public Action<KernelConfig, MatrixView, ArrayView<float>> MeanMagnitude { get; }

    /// <inheritdoc cref="AscendKernels.Step"/>
    public Action<KernelConfig, MatrixView, ArrayView<float>, MatrixView, MatrixView, ArrayView<float>, ArrayView<float>, ArrayView<float>, float, float> Step { get; }
}
