using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;

namespace ExactCompression.Compression.Schedules;

/// <summary>Everything that is known to make a layer smaller.</summary>
internal static class LayerProposals
{
    /// <summary>
    /// The proposals for a layer, in the order in which they are to be tried: removals one by one, merges of multiples, and all steps on
    /// linear neurons, of which the best is to be taken.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="objective">What is to become smaller.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static IEnumerable<List<LayerRewrite>> Of(
        DraftNetwork network, int at, CompressionObjective objective, CancellationToken cancellation)
    {
        foreach (List<LayerRewrite> proposals in OfAnyNeurons(network, at, cancellation))
            yield return proposals;
        yield return OfLinear(network, at, objective, cancellation);
    }

    /// <summary>Removals one by one, and merges of multiples.</summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static IEnumerable<List<LayerRewrite>> OfAnyNeurons(DraftNetwork network, int at, CancellationToken cancellation)
    {
        foreach (LayerRewrite removal in NeuronRemoval.Find(network, at))
            yield return [removal];
        yield return [.. Roundings.All.Select(r => MultipleMerge.Find(network, at, r, cancellation)).OfType<LayerRewrite>()];
    }

    /// <summary>
    /// The proposals for a layer of other units than rectifiers, of which some are linear over the domain or constant.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="constants">What each neuron gives, or NaN.</param>
    /// <param name="isHomogeneous">Whether a multiple of a pre-activation gives the multiple.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static IEnumerable<List<LayerRewrite>> OfUnits(
        DraftNetwork network, int at, IReadOnlyList<double> constants, bool isHomogeneous, CancellationToken cancellation)
    {
        if (NeuronRemoval.OfKnown(network, at, constants) is { } removal)
            yield return [removal];
        if (isHomogeneous)
            yield return [.. Roundings.All.Select(r => MultipleMerge.Find(network, at, r, cancellation)).OfType<LayerRewrite>()];
        var part = new LinearPart(network, at, []);
        if (part.All.Length == 0)
            yield break;

        // A fold takes neurons that are not linear for constants of a rectifier.
        IEnumerable<LayerRewrite?> folds = part.All.Length == part.Layer.Count ? [LayerFold.Find(network, at, cancellation)] : [];
        yield return [.. folds.Concat(Roundings.All.Select(r => RowMerge.OfAll(part, r, cancellation))).OfType<LayerRewrite>()];
    }

    /// <summary>All steps on linear neurons, of which the best is to be taken.</summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="objective">What is to become smaller.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static List<LayerRewrite> OfLinear(
        DraftNetwork network, int at, CompressionObjective objective, CancellationToken cancellation)
    {
        var proposals = new List<LayerRewrite?> { LayerFold.Find(network, at, cancellation) };
        foreach (List<ParallelRow> pairs in PairChoices(network, at, cancellation))
        {
            var part = new LinearPart(network, at, pairs);
            if (part.All.Length == 0)
                continue;
            proposals.AddRange(Roundings.All.Select(r => RowMerge.OfAll(part, r, cancellation)));
            proposals.Add(OutputRank.Find(part, Roundings.Double, cancellation));
            proposals.Add(OutputRank.Find(part, Roundings.Single, cancellation));
            if (pairs.Count > 0)
                continue;
            proposals.Add(ColumnMerge.Find(part));
            if (objective == CompressionObjective.Connections)
                proposals.Add(RowMerge.OfSparse(part, cancellation));
        }

        return [.. proposals.OfType<LayerRewrite>()];
    }

    /// <summary>Which opposite pairs to use: none, those that cost no neuron, all.</summary>
    private static IEnumerable<List<ParallelRow>> PairChoices(DraftNetwork network, int at, CancellationToken cancellation)
    {
        yield return [];
        DraftLayer layer = network.Layers[at];
        int found = 0;
        foreach (double rounding in (double[])[Roundings.Double, Roundings.Single])
        {
            List<ParallelRow> pairs = ParallelRow.Find(
                layer, network.InputsOf(at), rounding, -1, j => !layer.Rows[j].IsActive && !layer.Rows[j].IsInactive,
                cancellation);
            if (pairs.Count == found)
                continue;
            found = pairs.Count;
            List<ParallelRow> free = RowMerge.Free(network, at, pairs, cancellation);
            if (free.Count > 0 && free.Count < pairs.Count)
                yield return free;
            yield return pairs;
        }
    }
}
