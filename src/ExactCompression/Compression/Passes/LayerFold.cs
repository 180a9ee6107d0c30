using System.Numerics.Tensors;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// LEO++ case 3: a layer whose neurons are all linear or constant is multiplied into the next, <c>W2 W1</c> and <c>W2 b1 + b2</c>.
/// </summary>
internal static class LayerFold
{
    /// <summary>The fold of a layer; null where some neuron is neither linear nor constant.</summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static LayerRewrite? Find(DraftNetwork network, int at, CancellationToken cancellation)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        RewrittenNeuron[] fates = [.. Enumerable.Range(0, layer.Count).Select(j => FateOf(network, at, j))];
        if (Array.Exists(fates, static f => f.Fate == NeuronFate.Kept))
            return null;
        AffineMap.RequireSize(next.Count, layer.Columns);
        var weights = new double[(long)next.Count * layer.Columns];
        double[] bias = [.. next.Bias];
        RowBlocks.Run(
            next.Count,
            (double)layer.Columns * layer.Count,
            (first, end) =>
            {
                for (int i = first; i < end; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    bias[i] = Product(layer, fates, next.Row(i), bias[i], weights.AsSpan(i * layer.Columns, layer.Columns));
                }
            },
            cancellation);
        return Fold(at, Describe(layer), fates, weights, bias);
    }

    /// <summary>
    /// The removal of a layer that nothing reads: the next one, whose weights on it are all 0, reads the removed layer's inputs instead,
    /// with weights of 0.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    public static LayerRewrite OfUnread(DraftNetwork network, int at)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        AffineMap.RequireSize(next.Count, layer.Columns);
        RewrittenNeuron[] fates = Array.ConvertAll(layer.Rows, static r => new RewrittenNeuron(NeuronFate.Zero, Error: r.Most));
        return Fold(at, "No neuron of the layer is read.", fates, new double[(long)next.Count * layer.Columns], next.Bias);
    }

    /// <summary>One row of the product, added to the existing values, and its bias.</summary>
    private static double Product(DraftLayer layer, RewrittenNeuron[] fates, ReadOnlySpan<double> by, double bias, Span<double> row)
    {
        for (int j = 0; j < by.Length; j++)
        {
            if (by[j] == 0)
                continue;
            if (fates[j].Fate == NeuronFate.Linear)
                TensorPrimitives.MultiplyAdd(layer.Row(j), by[j], row, row);
            bias += by[j] * (fates[j].Fate == NeuronFate.Linear ? layer.Bias[j] : fates[j].Value);
        }

        return bias;
    }

    private static LayerRewrite Fold(int at, string description, RewrittenNeuron[] fates, double[] weights, double[] bias) => new()
    {
        At = at,
        Kind = CompressionStepKind.Fold,
        Description = description,
        Fates = fates,
        Added = [],
        NextWeights = weights,
        NextBias = bias,
        Folds = true,
    };

    /// <summary>How a linear or constant neuron is expressed; any other is kept.</summary>
    public static RewrittenNeuron FateOf(DraftNetwork network, int at, int neuron)
    {
        DraftRow row = network.Layers[at].Rows[neuron];
        RewrittenNeuron fate = NeuronRemoval.Inactive(row);
        if (fate.Fate == NeuronFate.Kept && row.IsActive)
            fate = new(NeuronFate.Linear, Error: row.Slack);
        return fate.Fate == NeuronFate.Kept ? NeuronRemoval.Constant(network.Layers[at], neuron, network.InputsOf(at)) : fate;
    }

    private static string Describe(DraftLayer layer) =>
        Array.TrueForAll(layer.Rows, static r => r.IsActive)
            ? $"All {layer.Count} neurons left are stably active: the layer is multiplied into the next."
            : $"All {layer.Count} neurons left are linear or constant over the domain: the layer is multiplied into the next.";
}
