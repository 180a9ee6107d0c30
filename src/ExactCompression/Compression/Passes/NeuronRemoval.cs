using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// Neurons that are not needed: always 0, never read, or a constant that the next bias absorbs. One neuron of a layer is always kept.
/// </summary>
internal static class NeuronRemoval
{
    /// <summary>
    /// A pre-activation that varies by less than this share of the magnitudes of its terms is treated as a constant, its variation counted
    /// as an error.
    /// </summary>
    private const double ConstantSpread = 1e-13;

    /// <summary>The neurons that can be removed from a layer, one step for each kind.</summary>
    public static IEnumerable<LayerRewrite> Find(DraftNetwork network, int at)
    {
        if (OfInactive(network, at, Inactive) is { } inactive)
            yield return inactive;
        if (OfUnused(network, at) is { } unused)
            yield return unused;
        if (OfConstant(network, at) is { } constant)
            yield return constant;
    }

    /// <summary>The removal of neurons that are always 0; null where there is none.</summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="fate">Which neurons to treat as 0: those with a verdict, or those of <see cref="Inactive"/>.</param>
    public static LayerRewrite? OfInactive(DraftNetwork network, int at, Func<DraftRow, RewrittenNeuron> fate) => Rewrite(
        network, at, CompressionStepKind.RemoveInactive, j => fate(network.Layers[at].Rows[j]),
        static (gone, of) => $"Stably inactive, always 0: {gone} of {of} neurons.");

    /// <summary>The removal of neurons that nothing reads; null where there is none.</summary>
    /// <remarks>Nothing reads such a neuron, so its error is always multiplied by 0.</remarks>
    public static LayerRewrite? OfUnused(DraftNetwork network, int at)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        return Rewrite(
            network, at, CompressionStepKind.RemoveUnused,
            j => next.Reads(j, layer.Rows[j].Neuron) ? default : new(NeuronFate.Zero, Error: layer.Rows[j].Most),
            static (gone, of) => $"All outgoing weights are 0: {gone} of {of} neurons.");
    }

    /// <summary>The removal of neurons that are constant over the domain; null where there is none.</summary>
    public static LayerRewrite? OfConstant(DraftNetwork network, int at)
    {
        Box inputs = network.InputsOf(at);
        return Rewrite(
            network, at, CompressionStepKind.RemoveConstant, j => Constant(network.Layers[at], j, inputs),
            static (gone, of) => $"Constant over the domain: {gone} of {of} neurons go into the next bias.");
    }

    /// <summary>A neuron whose verdict says that it is 0 over the domain.</summary>
    public static RewrittenNeuron InactiveByVerdict(DraftRow row) => row.IsInactive ? Inactive(row) : default;

    /// <summary>A neuron that is 0 over the domain.</summary>
    public static RewrittenNeuron Inactive(DraftRow row) =>
        row.IsInactive || row.Upper <= 0 ? new(NeuronFate.Zero, Error: row.Most) : default;

    /// <summary>A neuron that is constant over the domain.</summary>
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

    /// <summary>The removal of neurons that are constant by what is known of them; null where there is none.</summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="constants">What each neuron gives, or NaN.</param>
    public static LayerRewrite? OfKnown(DraftNetwork network, int at, IReadOnlyList<double> constants) => Rewrite(
        network, at, CompressionStepKind.RemoveConstant,
        j => double.IsNaN(constants[j]) ? default : new(NeuronFate.Constant, Value: constants[j]),
        static (gone, of) => $"Constant over the domain: {gone} of {of} neurons go into the next bias.");

    private static LayerRewrite? Rewrite(
        DraftNetwork network, int at, CompressionStepKind kind, Func<int, RewrittenNeuron> fate, Func<int, int, string> describe)
    {
        RewrittenNeuron[] fates = [.. Enumerable.Range(0, network.Layers[at].Count).Select(fate)];
        if (Array.TrueForAll(fates, static f => f.Fate != NeuronFate.Kept))
            fates[0] = default;
        int gone = fates.Count(static f => f.Fate != NeuronFate.Kept);
        if (gone == 0)
            return null;
        var next = new OutgoingWeights(network.Layers[at + 1], fates, 0);
        return new() { At = at, Kind = kind, Description = describe(gone, fates.Length), Fates = fates, Added = [],
            NextWeights = next.Weights, NextBias = next.Bias };
    }
}
