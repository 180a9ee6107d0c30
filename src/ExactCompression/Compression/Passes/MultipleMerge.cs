using ExactCompression.Compression.Rewriting;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// Neurons that are positive multiples of another, stable or not, are merged into it: <c>relu(s t) = s relu(t)</c> for <c>s &gt; 0</c>.
/// </summary>
internal static class MultipleMerge
{
    /// <summary>The merge of all such neurons of a layer; null where there is none.</summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="rounding">The allowed error of a row, relative to its size, and the allowed residual of weights that cancel.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static LayerRewrite? Find(DraftNetwork network, int at, Roundings rounding, CancellationToken cancellation)
    {
        DraftLayer layer = network.Layers[at];
        var fates = new RewrittenNeuron[layer.Count];
        int merged = 0;
        foreach (bool active in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (ParallelRow row in ParallelRow.Find(
                layer, network.InputsOf(at), rounding.OfRows, 1, j => layer.Rows[j].IsActive == active, cancellation))
            {
                fates[row.Neuron] = new(NeuronFate.Multiple, row.Of, row.Factor, row.Error);
                merged++;
            }
        }

        if (merged == 0)
            return null;
        var next = new OutgoingWeights(network.Layers[at + 1], fates, 0);
        next.Cancel(rounding.OfSums);
        return new()
        {
            At = at,
            Kind = CompressionStepKind.MergeMultiples,
            Description = $"{merged} of {layer.Count} neurons are positive multiples of others, which take them over.",
            Fates = fates,
            Added = [],
            NextWeights = next.Weights,
            NextBias = next.Bias,
        };
    }
}
