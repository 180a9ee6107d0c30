using ExactCompression.Numerics;

namespace ExactCompression.Witnesses;

/// <summary>The hidden layers of a network in float32, packed for products in both directions.</summary>
internal sealed class SimdNetwork : IDisposable
{
    private readonly float[][] weights;
    private readonly float[][] biases;
    private readonly PackedMatrix<float>[] forward;
    private readonly PackedMatrix<float>[] backward;

    /// <summary>Packs the weights.</summary>
    public SimdNetwork(ReluNetwork network)
    {
        int depth = network.Depth;
        Widths = new int[depth + 1];
        Widths[0] = network.InputSize;
        Offsets = new int[depth + 1];
        weights = new float[depth][];
        biases = new float[depth][];
        forward = new PackedMatrix<float>[depth];
        backward = new PackedMatrix<float>[depth];
        for (int l = 0; l < depth; l++)
        {
            AffineLayer layer = network.DenseLayers[l];
            Widths[l + 1] = layer.Outputs;
            Offsets[l + 1] = Offsets[l] + layer.Outputs;
            weights[l] = SimdBox.ToSingle(layer.Weights.Span);
            biases[l] = SimdBox.ToSingle(layer.Bias.Span);
            forward[l] = PackedMatrix<float>.FromTransposed(weights[l], layer.Outputs, layer.Inputs);
            backward[l] = PackedMatrix<float>.FromRows(weights[l], layer.Outputs, layer.Inputs);
        }
    }

    /// <summary>Number of hidden layers.</summary>
    public int Depth => weights.Length;

    /// <summary>Hidden neurons.</summary>
    public int Neurons => Offsets[^1];

    /// <summary>Widths, the input's first.</summary>
    public int[] Widths { get; }

    /// <summary>Where each layer's neurons begin: element <c>l - 1</c> for layer <c>l</c>.</summary>
    public int[] Offsets { get; }

    /// <summary>1-based hidden layer of a neuron.</summary>
    public int LayerOf(int neuron)
    {
        int layer = 1;
        while (neuron >= Offsets[layer])
            layer++;
        return layer;
    }

    /// <summary><c>Z = A W^T + b</c>, points as rows.</summary>
    public void Forward(int layer, ReadOnlySpan<float> activations, int rows, Span<float> z) =>
        MatrixProduct.Multiply(activations, rows, forward[layer - 1], biases[layer - 1], z);

    /// <summary><c>G' = G W</c>, points as rows.</summary>
    public void Backward(int layer, ReadOnlySpan<float> gradient, int rows, Span<float> below) =>
        MatrixProduct.Multiply(gradient, rows, backward[layer - 1], [], below);

    /// <summary>The weights of one neuron.</summary>
    public ReadOnlySpan<float> Row(int layer, int neuron) => weights[layer - 1].AsSpan(neuron * Widths[layer - 1], Widths[layer - 1]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedMatrix<float> matrix in forward.Concat(backward))
            matrix.Dispose();
    }
}
