using ExactCompression.Compression.Rewriting;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// Stably active neurons are replaced by copies of the neurons that they read: these pass through the layer, and the layer after it reads
/// them itself. That makes no layer smaller, but the layer before may then be multiplied into this one (<see cref="SerialFold"/>).
/// </summary>
internal static class PassedNeurons
{
    /// <summary>The replacement.</summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="active">Stably active neurons of it.</param>
    public static LayerRewrite Find(DraftNetwork network, int at, int[] active)
    {
        DraftLayer before = network.Layers[at - 1], layer = network.Layers[at];
        var fates = new RewrittenNeuron[layer.Count];
        foreach (int i in active)
            fates[i] = new(NeuronFate.Linear, Error: layer.Rows[i].Slack);
        int[] passed = [.. Enumerable.Range(0, before.Count).Where(
            j => before.Rows[j].Most > 0 && Array.Exists(active, i => layer.Row(i)[j] != 0))];
        AddedNeuron[] added = [.. passed.Select(j => Copy(before, j))];
        var next = new OutgoingWeights(network.Layers[at + 1], fates, added.Length);
        int[] columns = [.. Enumerable.Range(next.Columns - added.Length, added.Length)];
        foreach (int i in active)
        {
            double[] row = layer.Row(i).ToArray();
            next.Express(i, columns, Array.ConvertAll(passed, j => row[j]), layer.Bias[i]);
        }

        return new()
        {
            At = at,
            Kind = CompressionStepKind.Merge,
            Description = $"{active.Length} stably active neurons are expressed by the {passed.Length} neurons that they read.",
            Fates = fates,
            Added = added,
            NextWeights = next.Weights,
            NextBias = next.Bias,
        };
    }

    private static AddedNeuron Copy(DraftLayer before, int neuron)
    {
        var weights = new double[before.Count];
        weights[neuron] = 1;
        DraftRow row = before.Rows[neuron];
        return new(weights, 0, double.IsNaN(row.Lower) ? 0 : Math.Max(0, row.Lower), row.Most);
    }
}
