using ExactCompression.Numerics;

namespace ExactCompression.Compression.Rewriting;

/// <summary>
/// Neurons that are not needed: always 0, read by nobody, or a constant that the next bias takes up. One neuron of a layer always stays.
/// </summary>
internal static class NeuronRemoval
{
    /// <summary>
    /// A pre-activation that moves by less than this share of the magnitudes it is summed from is taken for a constant, its motion counted
    /// as an error.
    /// </summary>
    private const double ConstantSpread = 1e-13;

    /// <summary>What can be removed from a layer, a step a kind.</summary>
    public static IEnumerable<LayerRewrite> Find(DraftNetwork network, int at)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        Box inputs = network.InputsOf(at);
        RewrittenNeuron[] inactive = Fates(layer, j => Inactive(layer.Rows[j]));
        yield return Rewrite(
            next, at, CompressionStepKind.RemoveInactive, inactive,
            static (gone, of) => $"Stably inactive, always 0: {gone} of {of} neurons.");
        // Nothing reads it, so that its error is multiplied by 0 wherever it enters.
        RewrittenNeuron[] unused = Fates(
            layer, j => !next.Reads(j, layer.Rows[j].Neuron) ? new(NeuronFate.Zero, Error: layer.Rows[j].Most) : default);
        yield return Rewrite(
            next, at, CompressionStepKind.RemoveUnused, unused,
            static (gone, of) => $"All outgoing weights are 0: {gone} of {of} neurons.");
        RewrittenNeuron[] constant = Fates(layer, j => Constant(layer, j, inputs));
        yield return Rewrite(
            next, at, CompressionStepKind.RemoveConstant, constant,
            static (gone, of) => $"Constant over the domain: {gone} of {of} neurons go into the next bias.");
    }

    /// <summary>A neuron that is 0 over the domain.</summary>
    public static RewrittenNeuron Inactive(DraftRow row) =>
        row.IsInactive || row.Upper <= 0 ? new(NeuronFate.Zero, Error: row.Most) : default;

    /// <summary>A neuron that does not move over the domain.</summary>
    public static RewrittenNeuron Constant(DraftLayer layer, int neuron, Box inputs)
    {
        DraftRow row = layer.Rows[neuron];
        if (layer.IsZeroRow(neuron))
            return new(NeuronFate.Constant, Value: Math.Max(0, row.Bias));
        (double lower, double upper) = inputs.Range(layer.Row(neuron), row.Bias);
        lower = Math.Max(lower, row.Lower);
        upper = Math.Min(upper, row.Upper);
        double scale = UpperBound.Add(UpperBound.MagnitudeDot(layer.Row(neuron), inputs.Magnitude), Math.Abs(row.Bias));
        if (!(upper - lower <= ConstantSpread * scale))
            return default;
        double middle = lower + (0.5 * (upper - lower));
        double error = Math.Max(0, Math.Max(upper - middle, middle - lower));
        return new(NeuronFate.Constant, Value: Math.Max(0, middle), Error: error == 0 ? 0 : Math.BitIncrement(error));
    }

    private static RewrittenNeuron[] Fates(DraftLayer layer, Func<int, RewrittenNeuron> fate)
    {
        RewrittenNeuron[] fates = [.. Enumerable.Range(0, layer.Count).Select(fate)];
        if (Array.TrueForAll(fates, static f => f.Fate != NeuronFate.Kept))
            fates[0] = default;
        return fates;
    }

    private static LayerRewrite Rewrite(
        DraftLayer next, int at, CompressionStepKind kind, RewrittenNeuron[] fates, Func<int, int, string> describe)
    {
        var weights = new NextWeights(next, fates, 0);
        int gone = fates.Count(static f => f.Fate != NeuronFate.Kept);
        return new() { At = at, Kind = kind, Description = describe(gone, fates.Length), Fates = fates, Added = [],
            NextWeights = weights.Weights, NextBias = weights.Bias };
    }
}
