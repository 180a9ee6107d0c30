using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;

namespace ExactCompression.Compression.Schedules;

/// <summary>
/// LEO++: removal; the collapse of a network with a layer that is never on; otherwise for each layer, first to last, its fold or its merge.
/// </summary>
/// <remarks>
/// Where all steps together would exceed a tolerance, they are tried one layer after another, and those that stay within it are taken.
/// </remarks>
internal sealed class LeoSchedule
{
    private readonly CompressionOptions options;
    private readonly CancellationToken cancellation;

    private LeoSchedule(CompressionOptions options, CancellationToken cancellation)
    {
        this.options = options;
        this.cancellation = cancellation;
    }

    /// <summary>Compresses a network.</summary>
    /// <param name="original">The original.</param>
    /// <param name="options">Precision and tolerance.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static DraftNetwork Run(DraftNetwork original, CompressionOptions options, CancellationToken cancellation)
    {
        bool IsAllowed(DraftNetwork draft) =>
            options.Tolerance is not { } tolerance || StoredDraft.Of(draft, options.Precision, cancellation).Deviation <= tolerance;
        DraftNetwork removed = RemovalSchedule.Run(original, cancellation);
        if (NetworkCollapse.Apply(removed, original, options.Precision, cancellation) is { } constant
            && IsAllowed(constant))
            return constant;
        var schedule = new LeoSchedule(options, cancellation);
        DraftNetwork all = schedule.FrontToBack(removed, static _ => true);
        if (!IsAllowed(all))
            all = schedule.FrontToBack(removed, IsAllowed);
        return all.With(all.Steps.OrderBy(static s => s.Layer));
    }

    private DraftNetwork FrontToBack(DraftNetwork network, Func<DraftNetwork, bool> accepts)
    {
        for (int at = 0; at < network.Depth;)
        {
            cancellation.ThrowIfCancellationRequested();
            bool isFold = false;
            if ((Fold(network, at) ?? Merge(network, at)) is { } rewrite
                && RewriteProof.Apply(network, rewrite, cancellation) is var after && accepts(after))
                (network, isFold) = (after, rewrite.Folds);
            if (!isFold) // otherwise the next layer has moved to this index
                at++;
        }

        return network;
    }

    /// <summary>The fold of a layer whose neurons are all stably active.</summary>
    /// <remarks>
    /// With <c>p</c> inputs, <c>m</c> neurons and <c>q</c> neurons after it, folding turns <c>m (p + q)</c> connections into <c>p q</c>.
    /// Where that would be more (a bottleneck between wide layers) the layer is only merged, so a compressed network is never larger than
    /// its original.
    /// </remarks>
    private LayerRewrite? Fold(DraftNetwork network, int at)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        long inputs = layer.Columns, neurons = layer.Count, after = next.Count;
        if (!Array.TrueForAll(layer.Rows, static r => r.IsActive) || inputs * after > neurons * (inputs + after))
            return null;
        return LayerFold.Find(network, at, cancellation) is { } fold && fold.Fits(next.PrecisionOf(options.Precision)) ? fold : null;
    }

    private LayerRewrite? Merge(DraftNetwork network, int at)
    {
        var part = new LinearPart(network, at, []);
        return RowMerge.OfCertain(part, part.Next.PrecisionOf(options.Precision), cancellation);
    }
}
