using System.Numerics.Tensors;

namespace ExactCompression.Compression.Rewriting;

/// <summary>A layer whose neurons are all linear or constant is multiplied into the next.</summary>
internal static class LayerRemoval
{
    /// <summary>The fold of a layer; null where some neuron is neither.</summary>
    public static LayerRewrite? Find(DraftNetwork network, int at, CancellationToken cancellation)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        RewrittenNeuron[] fates = [.. Enumerable.Range(0, layer.Count).Select(j => FateOf(network, at, j))];
        if (Array.Exists(fates, static f => f.Fate == NeuronFate.Kept))
            return null;
        Networks.AffineMap.RequireSize(next.Count, layer.Columns);
        var weights = new double[(long)next.Count * layer.Columns];
        double[] bias = [.. next.Bias];
        for (int i = 0; i < next.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<double> row = weights.AsSpan(i * layer.Columns, layer.Columns);
            for (int j = 0; j < fates.Length; j++)
            {
                double weight = next.Row(i)[j];
                if (weight == 0)
                    continue;
                if (fates[j].Fate == NeuronFate.Linear)
                    TensorPrimitives.MultiplyAdd(layer.Row(j), weight, row, row);
                bias[i] += weight * (fates[j].Fate == NeuronFate.Linear ? layer.Bias[j] : fates[j].Value);
            }
        }

        return new()
        {
            At = at,
            Kind = CompressionStepKind.Fold,
            Description = $"All {layer.Count} neurons left are linear or constant over the domain: the layer is multiplied into the next.",
            Fates = fates,
            Added = [],
            NextWeights = weights,
            NextBias = bias,
            Folds = true,
        };
    }

    private static RewrittenNeuron FateOf(DraftNetwork network, int at, int neuron)
    {
        DraftRow row = network.Layers[at].Rows[neuron];
        RewrittenNeuron fate = NeuronRemoval.Inactive(row);
        if (fate.Fate == NeuronFate.Kept && row.IsActive)
            fate = new(NeuronFate.Linear, Error: row.Slack);
        return fate.Fate == NeuronFate.Kept ? NeuronRemoval.Constant(network.Layers[at], neuron, network.InputsOf(at)) : fate;
    }
}
