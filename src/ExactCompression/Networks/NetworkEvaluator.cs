using System.Numerics;
using System.Numerics.Tensors;

namespace ExactCompression.Networks;

/// <summary>Runs many inputs through a network at once, on the calling thread. Safe to share between threads.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>: what is computed in.</typeparam>
internal sealed class NetworkEvaluator<T> : IDisposable
    where T : unmanaged, INumber<T>
{
    /// <summary>Products between two checks for cancellation, a fraction of a second.</summary>
    private const long Together = 1 << 30;

    private readonly LoweredGraph graph;
    private readonly IReadOnlyList<int> scores;
    private readonly ForwardOrder order;
    private readonly PackedLayer<T>?[] layers;

    /// <summary>Lays out the weights for products.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="InvalidInputException">The outputs depend on nodes that cannot be evaluated.</exception>
    public NetworkEvaluator(ReluNetwork network)
    {
        Network = network;
        graph = network.Lowered;
        scores = graph.RequireScores(network.Name);
        order = new(graph, scores.Where(static value => value > 0));
        layers = new PackedLayer<T>[graph.Layers.Count + 1];
        foreach (int value in order.Values)
            layers[value] = new(graph.Layers[value - 1]);
    }

    /// <summary>The network.</summary>
    public ReluNetwork Network { get; }

    /// <summary>Outputs for some inputs.</summary>
    /// <param name="inputs">Row-major, <paramref name="count"/> rows of <see cref="ReluNetwork.InputSize"/>.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="cancellation">Asked before each layer; when cancelled, throws.</param>
    /// <returns>Row-major, <paramref name="count"/> rows of <see cref="ReluNetwork.OutputSize"/>.</returns>
    public T[] Evaluate(ReadOnlySpan<T> inputs, int count, CancellationToken cancellation = default)
    {
        var values = new T[layers.Length][];
        foreach (int value in order.Values)
        {
            values[value] = Apply(value, inputs, values, count, cancellation);
            foreach (LinearTerm term in graph.Layers[value - 1].Terms)
            {
                if (order.IsLastReader(term.Source, value) && !scores.Contains(term.Source))
                    values[term.Source] = [];
            }
        }

        return Outputs(inputs, values, count);
    }

    /// <summary>The values after each layer of the lowered graph, activation applied; the outputs last.</summary>
    /// <param name="inputs">Row-major, <paramref name="count"/> rows of <see cref="ReluNetwork.InputSize"/>.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="cancellation">Asked before each layer; when cancelled, throws.</param>
    public T[][] Trace(ReadOnlySpan<T> inputs, int count, CancellationToken cancellation = default)
    {
        var values = new T[layers.Length + 1][];
        foreach (int value in order.Values)
            values[value] = Apply(value, inputs, values, count, cancellation);
        values[^1] = Outputs(inputs, values, count);
        return values;
    }

    /// <summary>Gradient of <c>sum_o seed_o output_o</c> by the input, for each row; a ReLU at 0 counts as inactive.</summary>
    /// <param name="trace">The result of <see cref="Trace"/> for the rows.</param>
    /// <param name="seeds">Row-major, <paramref name="count"/> rows of <see cref="ReluNetwork.OutputSize"/>.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="cancellation">Asked before each layer; when cancelled, throws.</param>
    public T[] Gradient(T[][] trace, T[] seeds, int count, CancellationToken cancellation = default)
    {
        var gradients = new T[]?[layers.Length];
        for (int k = 0, at = 0; k < scores.Count; at += graph.ShapeOf(scores[k++]).Count)
        {
            int width = graph.ShapeOf(scores[k]).Count;
            T[] gradient = gradients[scores[k]] ??= new T[count * width], seed = new T[width];
            for (int r = 0; r < count; r++)
            {
                Range row = ((r * Network.OutputSize) + at)..((r * Network.OutputSize) + at + width);
                seeds.AsSpan(row).CopyTo(seed);
                graph.Heads?[k]?.Differentiate<T>(trace[^1].AsSpan(row), seed);
                TensorPrimitives.Add(gradient.AsSpan(r * width, width), seed, gradient.AsSpan(r * width, width));
            }
        }

        foreach (int value in order.Values.Reverse())
        {
            cancellation.ThrowIfCancellationRequested();
            LoweredLayer layer = graph.Layers[value - 1];
            T[] gradient = gradients[value]!;
            layer.Smooth?.Differentiate<T>(trace[value], gradient);
            for (int i = 0; layer.IsRectifier && i < gradient.Length; i++)
            {
                if (trace[value][i] == T.Zero)
                    gradient[i] = T.Zero;
            }

            for (int k = 0; k < layer.Terms.Count; k++)
            {
                ref T[]? below = ref gradients[layer.Terms[k].Source];
                bool isFirst = below is null;
                below ??= new T[count * graph.ShapeOf(layer.Terms[k].Source).Count];
                layers[value]!.ApplyTranspose(k, gradient, count, below, add: !isFirst);
            }

            gradients[value] = null;
        }

        return gradients[0] ?? new T[count * graph.Input.Count];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedLayer<T>? layer in layers)
            layer?.Dispose();
    }

    private T[] Apply(int value, ReadOnlySpan<T> inputs, T[][] values, int count, CancellationToken cancellation)
    {
        LoweredLayer layer = graph.Layers[value - 1];
        var z = new T[count * layer.Width];
        int block = (int)Math.Clamp(Together / Math.Max(1, layer.Weights), 1, Math.Max(1, count));
        for (int row = 0; row < count; row += block)
        {
            int rows = Math.Min(block, count - row);
            for (int k = 0; k < layer.Terms.Count; k++)
            {
                cancellation.ThrowIfCancellationRequested();
                int source = layer.Terms[k].Source, width = layer.Terms[k].Map.Input.Count;
                ReadOnlySpan<T> from = source == 0 ? inputs : values[source];
                layers[value]!.Apply(
                    k, from.Slice(row * width, rows * width), rows, z.AsSpan(row * layer.Width, rows * layer.Width));
            }
        }

        if (layer.IsRectifier)
            TensorPrimitives.Max(z, T.Zero, z);
        layer.Smooth?.Apply<T>(z);
        return z;
    }

    /// <summary>The outputs side by side.</summary>
    private T[] Outputs(ReadOnlySpan<T> inputs, T[][] values, int count)
    {
        if (scores is [var only and > 0] && graph.Heads is null)
            return values[only];
        int size = Network.OutputSize;
        var all = new T[count * size];
        for (int k = 0, at = 0; k < scores.Count; at += graph.ShapeOf(scores[k++]).Count)
        {
            ReadOnlySpan<T> value = scores[k] == 0 ? inputs : values[scores[k]];
            int width = graph.ShapeOf(scores[k]).Count;
            for (int r = 0; r < count; r++)
            {
                Span<T> output = all.AsSpan((r * size) + at, width);
                value.Slice(r * width, width).CopyTo(output);
                graph.Heads?[k]?.Apply(output);
            }
        }

        return all;
    }
}
