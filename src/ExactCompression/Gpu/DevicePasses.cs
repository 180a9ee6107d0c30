using ExactCompression.Stability;
using ILGPU;

namespace ExactCompression.Gpu;

/// <summary>The passes over a batch as sequences of kernel launches. Launches only queue up: nothing here waits for the device.</summary>
/// <param name="kernels">The kernels.</param>
/// <param name="shape">How work is cut into groups.</param>
/// <param name="network">The network on the device.</param>
internal sealed class DevicePasses(DeviceKernels kernels, LaunchShape shape, DeviceNetwork network)
{
    /// <summary>Clips the points that lie in the batch's rows into its columns.</summary>
    public void Take(DeviceBatch batch)
    {
        int inputs = network.Widths[0];
        kernels.Take(shape.Elements(batch.Count, inputs), batch.Rows(inputs), network.Lower, network.Upper, batch.Values(0));
    }

    /// <summary>Layers 1 to <paramref name="depth"/>, each with its neurons' extremes.</summary>
    public void Forward(DeviceBatch batch, int depth, ArrayView<NeuronExtremes> extremes)
    {
        int first = 0;
        for (int layer = 1; layer <= depth; layer++)
        {
            int width = network.Widths[layer];
            MatrixView z = batch.Values(layer);
            kernels.Affine(shape.Tiles(batch.Count, width), network.Weights(layer), network.Bias(layer), batch.Values(layer - 1), DeviceBatch.Floor(layer - 1), z);
            kernels.Extremes(shape.GroupEach(width), z, extremes.SubView(first, width));
            first += width;
        }
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

    /// <summary>Pre-activations of some neurons, points as rows.</summary>
    public void Gather(DeviceBatch batch, int layer, ArrayView<int> neurons, MatrixView result) =>
        kernels.GatherRows(shape.Elements(batch.Count, neurons.IntLength), batch.Values(layer), neurons, result);

    /// <summary>One point.</summary>
    public void GatherPoint(DeviceBatch batch, int index, ArrayView<float> point) =>
        kernels.GatherColumn(shape.ThreadEach(network.Widths[0]), batch.Values(0), index, point);
}
