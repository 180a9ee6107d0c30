using ExactCompression.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The passes over a batch as sequences of kernel launches. Launches only queue up: nothing here waits for the device.</summary>
/// <param name="kernels">The kernels.</param>
/// <param name="shape">How work is divided into groups.</param>
/// <param name="network">The network on the device.</param>
/// <param name="signTargets">What is wanted, and what has been found.</param>
internal sealed class DeviceSchedule(DeviceKernels kernels, LaunchShape shape, DeviceNetwork network, DeviceTargets signTargets)
{
    private int pass;

    /// <summary>Clips points, stored as rows, into the batch's columns, and resets momentum.</summary>
    public void Take(DeviceBatch batch, MatrixView points)
    {
        kernels.Take(shape.Elements(batch.Count, network.Widths[0]), points, network.Lower, network.Upper, batch.Values(0));
        batch.Momentum.BaseView.MemSetToZero();
    }

    /// <summary>One launch for each layer up to the last that matters, and one that gathers the candidates of all of them.</summary>
    public void Forward(DeviceBatch batch)
    {
        pass++;
        signTargets.HasGrown = false;
        if (signTargets.Deepest == 0)
            return;
        for (int layer = 1; layer <= signTargets.Deepest; layer++)
        {
            MatrixView x = batch.Values(layer - 1);
            bool stored = layer < signTargets.Deepest;
            kernels.Affine(
                shape.Tiles(batch.Count, signTargets.RowCount(layer)),
                network.Weights(layer),
                network.Bias(layer),
                signTargets.Rows(layer),
                x,
                DeviceBatch.Floor(layer - 1),
                (stored ? AffineKernel.Values : 0) | (signTargets.HasWanted(layer) ? AffineKernel.Extremes : 0),
                stored ? batch.Values(layer) : x,
                signTargets.FirstNeuron(layer),
                batch.Largest);
        }

        kernels.Candidates(
            shape.GroupEach(signTargets.Wanted.IntLength),
            signTargets.Wanted,
            batch.Largest,
            signTargets.Largest,
            batch.Values(0),
            signTargets.Proposed,
            signTargets.Places,
            signTargets.Kept,
            signTargets.Found,
            pass);
    }

    /// <summary>Keeps points of the last forward pass to start attacks from.</summary>
    public void KeepStarts(DeviceBatch batch, int first)
    {
        if (signTargets.Deepest > 0 && !signTargets.HasGrown)
            kernels.Starts(shape.GroupEach(signTargets.Wanted.IntLength), signTargets.Wanted, batch.Largest, signTargets.Starts, first);
    }

    /// <summary>The gradient of each point's target with respect to the point, layer by layer from the target's down.</summary>
    public void Differentiate(DeviceBatch batch, int layer)
    {
        int below = layer - 1;
        kernels.Seed(
            shape.Elements(batch.Count, network.Widths[below]),
            network.Weights(layer),
            batch.Targets,
            batch.Signs,
            batch.Values(below),
            DeviceBatch.Floor(below),
            batch.Gradient(below));
        for (int at = below; at > 0; at--)
        {
            kernels.Pullback(
                shape.Tiles(batch.Count, network.Widths[at - 1]),
                network.Weights(at),
                batch.Gradient(at),
                batch.Values(at - 1),
                DeviceBatch.Floor(at - 1),
                batch.Gradient(at - 1));
        }
    }

    /// <summary>One step along that gradient.</summary>
    public void Step(DeviceBatch batch, float step, float momentum)
    {
        MatrixView gradient = batch.Gradient(0);
        kernels.MeanMagnitude(shape.Columns(batch.Count), gradient, batch.Mean);
        kernels.Step(
            shape.Elements(batch.Count, network.Widths[0]),
            gradient,
            batch.Mean,
            batch.Momentum,
            batch.Values(0),
            network.Lower,
            network.Upper,
            network.Width,
            step,
            momentum);
    }

    /// <summary>One point.</summary>
    public void GatherPoint(DeviceBatch batch, int index, ArrayView<float> point) =>
        kernels.GatherColumn(shape.ThreadEach(network.Widths[0]), batch.Values(0), index, point);
}
