using System.Numerics;
using System.Numerics.Tensors;
using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>Runs many inputs through a network at once, on the calling thread. Safe to share between threads.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>: what is computed in.</typeparam>
internal sealed class NetworkEvaluator<T> : IDisposable
    where T : unmanaged, INumber<T>
{
    private readonly PackedMatrix<T>[] forward;
    private readonly T[][] biases;
    private readonly Lazy<PackedMatrix<T>[]> backward;

    /// <summary>Lays out the weights for products.</summary>
    public NetworkEvaluator(ReluNetwork network)
    {
        Network = network;
        forward = [.. network.DenseLayers.Select(static l => PackedMatrix<T>.FromTransposed(Convert(l.Weights.Span), l.Outputs, l.Inputs))];
        backward = new(
            () => [.. network.DenseLayers.Select(static l => PackedMatrix<T>.FromRows(Convert(l.Weights.Span), l.Outputs, l.Inputs))]);
        biases = [.. network.DenseLayers.Select(static l => Convert(l.Bias.Span))];
    }

    /// <summary>The network.</summary>
    public ReluNetwork Network { get; }

    /// <summary>Outputs for some inputs.</summary>
    /// <param name="inputs">Row-major, <paramref name="count"/> rows of <see cref="ReluNetwork.InputSize"/>.</param>
    /// <param name="count">Number of rows.</param>
    /// <returns>Row-major, <paramref name="count"/> rows of <see cref="ReluNetwork.OutputSize"/>.</returns>
    public T[] Evaluate(ReadOnlySpan<T> inputs, int count)
    {
        T[] values = Apply(0, inputs, count);
        for (int layer = 1; layer < forward.Length; layer++)
            values = Apply(layer, values, count);
        return values;
    }

    /// <summary>The values after each layer, activation applied, the outputs last.</summary>
    public T[][] Trace(ReadOnlySpan<T> inputs, int count)
    {
        var values = new T[forward.Length][];
        for (int layer = 0; layer < values.Length; layer++)
            values[layer] = Apply(layer, layer == 0 ? inputs : values[layer - 1], count);
        return values;
    }

    /// <summary>Gradient of <c>sum_o seed_o output_o</c> by the input, for each row; a ReLU at 0 counts as inactive.</summary>
    /// <param name="trace">The result of <see cref="Trace"/> for the rows.</param>
    /// <param name="seeds">Row-major, <paramref name="count"/> rows of <see cref="ReluNetwork.OutputSize"/>.</param>
    /// <param name="count">Number of rows.</param>
    public T[] Gradient(T[][] trace, T[] seeds, int count)
    {
        T[] gradient = seeds;
        for (int layer = forward.Length - 1; layer >= 0; layer--)
        {
            if (Network.Layers[layer].Activation == Activation.Relu)
            {
                gradient = [.. gradient];
                for (int i = 0; i < gradient.Length; i++)
                {
                    if (trace[layer][i] == T.Zero)
                        gradient[i] = T.Zero;
                }
            }

            var below = new T[count * Network.DenseLayers[layer].Inputs];
            MatrixProduct.Multiply<T>(gradient, count, backward.Value[layer], [], below);
            gradient = below;
        }

        return gradient;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedMatrix<T> matrix in forward)
            matrix.Dispose();
        if (backward.IsValueCreated)
        {
            foreach (PackedMatrix<T> matrix in backward.Value)
                matrix.Dispose();
        }
    }

    private static T[] Convert(ReadOnlySpan<double> values)
    {
        var converted = new T[values.Length];
        TensorPrimitives.ConvertSaturating(values, converted.AsSpan());
        return converted;
    }

    private T[] Apply(int layer, ReadOnlySpan<T> inputs, int count)
    {
        var values = new T[count * Network.Layers[layer].Outputs];
        MatrixProduct.Multiply(inputs, count, forward[layer], biases[layer], values);
        if (Network.Layers[layer].Activation == Activation.Relu)
            TensorPrimitives.Max(values, T.Zero, values);
        return values;
    }
}
