using ExactCompression.Networks;
using ExactCompression.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The hidden layers and the box of a network on the device, in float32.</summary>
internal sealed class DeviceNetwork : IDisposable
{
    private readonly DeviceMemory memory;
    private readonly DeviceMatrix<float>[] weights;
    private readonly ArrayView<float>[] biases;
    private readonly int[] widths;

    /// <summary>Copies the weights to the device.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="network">A chain of dense layers.</param>
    /// <param name="domain">The box, of the network's input size.</param>
    public DeviceNetwork(Accelerator accelerator, ReluNetwork network, InputDomain domain)
    {
        memory = new(accelerator);
        try
        {
            widths = [network.InputSize, .. Enumerable.Range(1, network.Depth).Select(network.WidthOf)];
            weights = new DeviceMatrix<float>[network.Depth];
            biases = new ArrayView<float>[network.Depth];
            for (int layer = 1; layer <= network.Depth; layer++)
            {
                LoweredLayer map = network.Lowered.Rectifier(layer);
                long count = (long)widths[layer] * widths[layer - 1];
                weights[layer - 1] = memory.Matrix(count);
                weights[layer - 1].Vector(count).CopyFromCPU(Rounded(((DenseMap)map.Terms[0].Map).Weights));
                biases[layer - 1] = memory.Vector(Rounded(map.Bias.Span));
            }

            var box = new DeviceBox(domain.Lower.Span, domain.Upper.Span);
            Lower = memory.Vector(box.Lower);
            Upper = memory.Vector(box.Upper);
            Width = memory.Vector(box.Width);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Number of hidden layers.</summary>
    public int Depth => weights.Length;

    /// <summary>Widths, the input's first.</summary>
    public ReadOnlySpan<int> Widths => widths;

    /// <summary>Lower ends of the box.</summary>
    public ArrayView<float> Lower { get; }

    /// <summary>Upper ends of the box.</summary>
    public ArrayView<float> Upper { get; }

    /// <summary>Widths of the box.</summary>
    public ArrayView<float> Width { get; }

    /// <summary>The weights of a hidden layer.</summary>
    /// <param name="layer">1-based.</param>
    public MatrixView Weights(int layer) => weights[layer - 1].As(widths[layer], widths[layer - 1]);

    /// <summary>The biases of a hidden layer.</summary>
    /// <param name="layer">1-based.</param>
    public ArrayView<float> Bias(int layer) => biases[layer - 1];

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();

    private static float[] Rounded(ReadOnlySpan<double> values)
    {
        var rounded = new float[values.Length];
        for (int i = 0; i < rounded.Length; i++)
            rounded[i] = (float)values[i];
        return rounded;
    }
}
