using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Schedules;

/// <summary>
/// Rewrites layer after layer, first to last and last to first, until no step makes the network smaller by the objective. Removals
/// come first, then merges of multiples and the fold of a layer that the next repeats; of the other proposals for a layer the one that
/// gives the smallest network is taken. Each is taken only if the stored result is proven to stay within the tolerance.
/// </summary>
internal sealed class MaximalSchedule
{
    private readonly CompressionOptions options;
    private readonly CancellationToken cancellation;
    private readonly double tolerance;
    private readonly InputDomain domain;
    private readonly DraftNetwork original;
    private DraftNetwork network;
    private int sweep;

    private MaximalSchedule(
        DraftNetwork original, InputDomain domain, CompressionOptions options, CancellationToken cancellation)
    {
        this.domain = domain;
        this.options = options;
        this.cancellation = cancellation;
        this.original = original;
        network = original;
        tolerance = ToleranceOf(original, options);
    }

    /// <summary>Compresses a network.</summary>
    /// <param name="original">The original.</param>
    /// <param name="domain">Its domain.</param>
    /// <param name="options">Objective, precision and tolerance.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static DraftNetwork Run(
        DraftNetwork original, InputDomain domain, CompressionOptions options, CancellationToken cancellation)
    {
        var schedule = new MaximalSchedule(original, domain, options, cancellation);
        if (schedule.Constant(original) is { } constant)
            return constant;
        schedule.FixInputs();
        for (int at = 0; at < schedule.network.Depth;) // first, while splits are still what they were made
        {
            if (!schedule.TakeDepth(at))
                at++;
        }

        schedule.Sweep();
        return schedule.network;
    }

    /// <summary>The largest deviation that compression may leave.</summary>
    public static double ToleranceOf(DraftNetwork original, CompressionOptions options)
    {
        if (options.Tolerance is { } tolerance)
            return tolerance;
        DraftLayer output = original.Layers[^1];
        Box inputs = original.InputsOf(original.Depth);
        double scale = Enumerable.Range(0, output.Count).Max(
            i => UpperBound.Add(UpperBound.MagnitudeDot(output.Row(i), inputs.Magnitude), Math.Abs(output.Bias[i])));
        bool single = (options.Precision ?? original.Layers.Max(static l => l.Source.SourcePrecision)) == WeightPrecision.Float32;
        return scale * (single ? CompressionOptions.RelativeToleranceFloat32 : CompressionOptions.RelativeToleranceFloat64);
    }

    /// <summary>The constant network where some layer has no neuron that is ever on; null where there is no such layer.</summary>
    private DraftNetwork? Constant(DraftNetwork original)
    {
        DraftNetwork? constant = NetworkCollapse.Apply(
            RemovalSchedule.Run(original, cancellation), original, options.Precision, cancellation);
        return constant is not null && IsWithinTolerance(constant) ? constant : null;
    }

    private void Sweep()
    {
        bool changed;
        do
        {
            changed = false;
            sweep++;
            for (int at = 0; at < network.Depth; at++)
                changed |= Shrink(at);
            for (int at = network.Depth - 1; at >= 0; at--)
                changed |= at < network.Depth && Shrink(at);
            changed |= Collapse();
        }
        while (changed);
    }

    /// <summary>Makes the network a constant where nothing reads some layer any more.</summary>
    private bool Collapse()
    {
        if (NetworkCollapse.OfUnread(network, original, options.Precision, cancellation) is not { } constant
            || !constant.Size.IsBelow(network.Size, options.Objective) || !IsWithinTolerance(constant))
            return false;
        network = constant;
        return true;
    }

    /// <summary>Takes steps on one layer until none improves the network.</summary>
    private bool Shrink(int at)
    {
        bool changed = false;
        int depth = network.Depth;
        while (network.Depth == depth && TakeBest(at))
            changed = true;
        return changed || network.Depth < depth;
    }

    private bool TakeBest(int at)
    {
        cancellation.ThrowIfCancellationRequested();
        NetworkSize size = network.Size;
        options.Progress?.Invoke(new(sweep, at + 1, network.Depth, size.Neurons, size.Connections));
        return LayerProposals.OfAnyNeurons(network, at, cancellation).Any(proposals => Take(proposals, size))
            || TakeDepth(at)
            || Take(LayerProposals.OfLinear(network, at, options.Objective, cancellation), size);
    }

    /// <summary>Takes the fold of a layer into the next where that repeats what the layer does.</summary>
    private bool TakeDepth(int at)
    {
        foreach (Roundings rounding in Roundings.All)
        {
            if (SerialFold.Apply(network, at, rounding, cancellation) is not { } after
                || !after.Size.IsBelow(network.Size, options.Objective) || !IsWithinTolerance(after))
                continue;
            network = FreshBounds.Of(after, domain, cancellation);
            return true;
        }

        return false;
    }

    /// <summary>Takes the best of some proposals that makes the network smaller and stays within the tolerance.</summary>
    private bool Take(List<LayerRewrite> proposals, NetworkSize size)
    {
        IEnumerable<(LayerRewrite Rewrite, NetworkSize Size)> smaller = proposals.Select(p => (p, p.SizeOf(network))).Where(
            p => p.Item2.IsBelow(size, options.Objective)).OrderBy(p => p.Item2.Order(options.Objective));
        foreach ((LayerRewrite rewrite, _) in smaller)
        {
            if (!rewrite.Fits(WeightPrecision.Float64))
                continue;
            DraftNetwork after = RewriteProof.Apply(network, rewrite, cancellation);
            if (!IsWithinTolerance(after))
                continue;
            network = after;
            return true;
        }

        return false;
    }

    /// <summary>Checks the deviation of the network as it is stored.</summary>
    private bool IsWithinTolerance(DraftNetwork draft) => StoredDraft.Of(draft, options.Precision, cancellation).Deviation <= tolerance;

    private void FixInputs()
    {
        if (PointInputs.Fix(network, domain) is { } fixedInputs && IsWithinTolerance(fixedInputs))
            network = fixedInputs;
    }
}
