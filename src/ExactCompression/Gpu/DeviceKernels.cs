using ExactCompression.Gpu.Kernels;
using ExactCompression.Stability;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The kernels, compiled for one accelerator, as functions to call.</summary>
internal sealed class DeviceKernels
{
    /// <summary>Compiles them.</summary>
    /// <param name="accelerator">The device.</param>
    public DeviceKernels(Accelerator accelerator)
    {
        Affine = accelerator.LoadStreamKernel<MatrixView, ArrayView<float>, MatrixView, float, MatrixView>(AffineKernel.Run);
        Extremes = accelerator.LoadStreamKernel<MatrixView, ArrayView<NeuronExtremes>>(ExtremesKernel.Run);
        Seed = accelerator.LoadStreamKernel<MatrixView, ArrayView<int>, ArrayView<float>, MatrixView, float, MatrixView>(SeedKernel.Run);
        Pullback = accelerator.LoadStreamKernel<MatrixView, MatrixView, MatrixView, float, MatrixView>(PullbackKernel.Run);
        MeanMagnitude = accelerator.LoadStreamKernel<MatrixView, ArrayView<float>>(AscendKernels.MeanMagnitude);
        Step = accelerator.LoadStreamKernel<MatrixView, ArrayView<float>, MatrixView, MatrixView, ArrayView<float>, ArrayView<float>, ArrayView<float>, float, float>(AscendKernels.Step);
        Take = accelerator.LoadStreamKernel<MatrixView, ArrayView<float>, ArrayView<float>, MatrixView>(BatchKernels.Take);
        GatherRows = accelerator.LoadStreamKernel<MatrixView, ArrayView<int>, MatrixView>(BatchKernels.GatherRows);
        GatherColumn = accelerator.LoadStreamKernel<MatrixView, int, ArrayView<float>>(BatchKernels.GatherColumn);
    }

    /// <inheritdoc cref="AffineKernel.Run"/>
    public Action<KernelConfig, MatrixView, ArrayView<float>, MatrixView, float, MatrixView> Affine { get; }

    /// <inheritdoc cref="ExtremesKernel.Run"/>
    public Action<KernelConfig, MatrixView, ArrayView<NeuronExtremes>> Extremes { get; }

    /// <inheritdoc cref="SeedKernel.Run"/>
    public Action<KernelConfig, MatrixView, ArrayView<int>, ArrayView<float>, MatrixView, float, MatrixView> Seed { get; }

    /// <inheritdoc cref="PullbackKernel.Run"/>
    public Action<KernelConfig, MatrixView, MatrixView, MatrixView, float, MatrixView> Pullback { get; }

    /// <inheritdoc cref="AscendKernels.MeanMagnitude"/>
    public Action<KernelConfig, MatrixView, ArrayView<float>> MeanMagnitude { get; }

    /// <inheritdoc cref="AscendKernels.Step"/>
    public Action<KernelConfig, MatrixView, ArrayView<float>, MatrixView, MatrixView, ArrayView<float>, ArrayView<float>, ArrayView<float>, float, float> Step { get; }

    /// <inheritdoc cref="BatchKernels.Take"/>
    public Action<KernelConfig, MatrixView, ArrayView<float>, ArrayView<float>, MatrixView> Take { get; }

    /// <inheritdoc cref="BatchKernels.GatherRows"/>
    public Action<KernelConfig, MatrixView, ArrayView<int>, MatrixView> GatherRows { get; }

    /// <inheritdoc cref="BatchKernels.GatherColumn"/>
    public Action<KernelConfig, MatrixView, int, ArrayView<float>> GatherColumn { get; }
}
