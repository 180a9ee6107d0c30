using ExactCompression.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>A matrix on the device.</summary>
internal sealed class DeviceDenseMap : IDeviceMap
{
    private readonly DeviceKernels kernels;
    private readonly LaunchShape shape;
    private readonly MatrixView weights;

    /// <summary>Copies a matrix to the device.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="shape">How work is divided into groups.</param>
    /// <param name="memory">What owns it.</param>
    /// <param name="map">The matrix.</param>
    public DeviceDenseMap(DeviceKernels kernels, LaunchShape shape, DeviceMemory memory, DenseMap map)
    {
        (this.kernels, this.shape) = (kernels, shape);
        DeviceMatrix<float> copy = memory.Matrix(map.Weights.Length);
        copy.Vector(map.Weights.Length).CopyFromCPU(KernelValues.Convert<float>(map.Weights).ToArray());
        weights = copy.As(map.Output.Count, map.Input.Count);
    }

    /// <inheritdoc/>
    public bool FindsExtremes => true;

    /// <inheritdoc/>
    public void Apply(in ForwardCall call) => kernels.Affine(
        shape.Tiles(call.X.IntExtent.Y, call.Rows.IntLength), weights, call.Bias, call.Rows, call.X, call.Floor, call.Outputs, call.Z,
        call.FirstNeuron, call.Largest);

    /// <inheritdoc/>
    public void Pull(MatrixView gradient, in BackwardCall call) => kernels.Pullback(
        shape.Tiles(call.Result.IntExtent.Y, call.Result.IntExtent.X), weights, gradient, call.Below, call.Floor, call.Add, call.Result);

    /// <inheritdoc/>
    public void Seed(ArrayView<int> targets, ArrayView<float> signs, in BackwardCall call) => kernels.Seed(
        shape.Elements(call.Result.IntExtent.Y, call.Result.IntExtent.X), weights, targets, signs, call.Below, call.Floor, call.Add,
        call.Result);
}
