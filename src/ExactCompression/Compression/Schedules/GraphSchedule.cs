using ExactCompression.Compression.Channels;
using ExactCompression.Compression.Nodes;
using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;

namespace ExactCompression.Compression.Schedules;

/// <summary>
/// Compresses a network that is a graph. Channel groups that are not needed go at every level. LEO++ takes the units in their order and
/// folds or merges their channels; the highest level does all that makes the network smaller, again and again.
/// </summary>
internal sealed class GraphSchedule
{
    private readonly CompressionOptions options;
    private readonly CancellationToken cancellation;
    private readonly GraphTolerance tolerance;

    private GraphSchedule(StabilityTable table, CompressionOptions options, CancellationToken cancellation) =>
        (this.options, this.cancellation, tolerance) = (options, cancellation, new(options));

    /// <summary>Compresses a network.</summary>
    /// <param name="table">Verdicts that may be rested on.</param>
    /// <param name="options">Level, objective, precision and tolerance.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>The compressed graph, and sentences on what could not be done.</returns>
    public static (GraphDraft Draft, IReadOnlyList<string> Remarks) Run(
        StabilityTable table, CompressionOptions options, CancellationToken cancellation)
    {
        var schedule = new GraphSchedule(table, options, cancellation);
        var original = GraphDraft.Of(table);
        (GraphDraft draft, IReadOnlyList<string> remarks) = schedule.Removed(original);
        if (options.Level == CompressionLevel.DeleteOnly)
            return (draft, remarks);
        draft = IdentityUnits.Bypass(draft, withAffine: false);
        if (options.Level == CompressionLevel.LeoPlusPlus)
        {
            GraphDraft all = schedule.FrontToBack(draft, static d => double.IsFinite(d.Deviation));
            draft = schedule.tolerance.Allows(all) ? all : schedule.FrontToBack(draft, schedule.tolerance.Allows);
        }
        else
        {
            schedule.tolerance.Default(draft);
            draft = schedule.WithoutDepth(schedule.Plain(draft), table.Domain);
            for (GraphDraft before = draft; !ReferenceEquals(before, draft = schedule.Joined(schedule.Sweep(before))); before = draft)
            {
            }
        }

        draft = schedule.Proven(draft, IdentityUnits.Bypass(draft, withAffine: true));
        if (options.Level == CompressionLevel.Maximal)
        {
            draft = schedule.WithoutBorders(schedule.Joined(draft));
            remarks = [.. remarks, .. BorderConstants.Kept(draft)];
        }

        draft = draft with { Steps = [.. draft.Steps.OrderBy(static s => s.Layer)] };
        return (draft, [.. remarks, .. schedule.tolerance.Refused(draft)]);
    }

    /// <summary>Removes channels until none can go any more.</summary>
    private (GraphDraft Draft, IReadOnlyList<string> Remarks) Removed(GraphDraft draft)
    {
        while (true)
        {
            List<Func<int, NeuronState>> verdicts = [.. draft.Units.OfType<UnitBounds>().Select(u => Verdicts(u, draft.Deviation))];
            HashSet<int> whole = []; // nodes whose weights the file would hold twice
            ChannelPlan plan;
            GraphEdit edit;
            int known;
            do
            {
                known = whole.Count;
                plan = ChannelRemoval.Find(draft.Edit, verdicts, whole, cancellation);
                edit = ChannelSelection.Apply(plan);
                whole.UnionWith(SharedWeights.Parted(draft.Edit, edit));
            }
            while (whole.Count > known);

            IReadOnlyList<CompressionStep> steps = ChannelSteps.Of(plan, draft.Origins);
            if (steps.Count == 0)
                return (draft, [.. ChannelSteps.Kept(plan, draft.Origins), .. ChannelSteps.PartlyInactive(plan, draft)]);
            draft = draft.Selected(edit, steps);
        }
    }

    /// <summary>The verdicts; once weights have been changed, those that the bounds still show.</summary>
    private static Func<int, NeuronState> Verdicts(UnitBounds unit, double deviation) => deviation == 0
        ? e => unit.States[e]
        : e => unit.Upper[e] <= 0 ? NeuronState.StablyInactive : NeuronState.Undetermined;

    private GraphDraft FrontToBack(GraphDraft draft, Func<GraphDraft, bool> accepts)
    {
        int done = 0;
        while (NextUnit(draft, done) is >= 0 and var unit)
        {
            cancellation.ThrowIfCancellationRequested();
            done = draft.Origins[unit]!.Layer;
            if (ChannelLayer.Of(draft, unit) is { } layer)
                draft = Rewritten(draft, layer, Fold(layer), accepts) ?? Rewritten(draft, layer, Merge(layer), accepts) ?? draft;
        }

        return WithoutConstants(Removed(draft).Draft, accepts);
    }

    /// <summary>Moves constants from one operand of a sum to another where that lets the branch lose channels.</summary>
    private GraphDraft WithoutConstants(GraphDraft draft, Func<GraphDraft, bool> accepts)
    {
        while (ConstantOperands.Find(draft).Select(moved => Removed(moved).Draft).FirstOrDefault(
            moved => accepts(moved) && moved.Size.IsNoLarger(draft.Size) && moved.Size.Parameters < draft.Size.Parameters) is { } smaller)
            draft = smaller;
        return draft;
    }

    private GraphDraft? Rewritten(GraphDraft draft, ChannelLayer layer, LayerRewrite? rewrite, Func<GraphDraft, bool> accepts) =>
        rewrite is not null && ChannelRewrite.Apply(draft, layer, rewrite, cancellation) is { } after
            && after.Size.IsNoLarger(draft.Size) && (accepts(after) || tolerance.Refuse(draft, after))
            ? after
            : null;

    /// <summary>The first unit node of a later layer of the original; -1 where there is none.</summary>
    private static int NextUnit(GraphDraft draft, int done) =>
        Enumerable.Range(0, draft.Units.Count).FirstOrDefault(n => draft.Origins[n]?.Layer > done, -1);

    private LayerRewrite? Fold(ChannelLayer layer)
    {
        DraftNetwork pair = layer.Network;
        if (!Array.TrueForAll(pair.Layers[0].Rows, static r => r.IsActive) || !ChannelRewrite.MayFold(layer))
            return null;
        LayerRewrite? fold = LayerFold.Find(pair, 0, cancellation);
        bool isLarger = fold?.NextWeights.LongLength > pair.Layers.Sum(static l => l.Weights.LongLength);
        return isLarger || fold?.Fits(pair.Layers[1].PrecisionOf(options.Precision)) != true ? null : fold;
    }

    private LayerRewrite? Merge(ChannelLayer layer)
    {
        var part = new LinearPart(layer.Network, 0, []);
        return RowMerge.OfCertain(part, part.Next.PrecisionOf(options.Precision), cancellation);
    }

    /// <summary>The graph without elements of kernels that never matter, and without nodes that give what they take.</summary>
    private GraphDraft Plain(GraphDraft draft) =>
        Proven(draft, IdentityUnits.Bypass(IdentityNodes.Bypass(PooledWinners.Apply(WindowTrim.Apply(draft))), withAffine: false));

    /// <summary>
    /// A graph of the same function, where all that has been rounded is still proven: the bounds of a unit go with it, and what is behind
    /// it may be bounded less well.
    /// </summary>
    private GraphDraft Proven(GraphDraft draft, GraphDraft same) => ReferenceEquals(draft, same) || tolerance.Allows(same) ? same : draft;

    /// <summary>Folds units that what reads them repeats; first, while splits are still what they were made.</summary>
    private GraphDraft WithoutDepth(GraphDraft draft, InputDomain domain)
    {
        int done = 0;
        while (NextUnit(draft, done) is >= 0 and var unit)
        {
            if (Shorter(draft, unit) is { } shorter)
                draft = Plain(Removed(FreshBounds.Of(shorter, domain, cancellation)).Draft);
            else
                done = draft.Origins[unit]!.Layer;
        }

        return draft;
    }

    private GraphDraft? Shorter(GraphDraft draft, int unit)
    {
        cancellation.ThrowIfCancellationRequested();
        return Roundings.All.Select(r => ChannelDepth.Apply(draft, unit, r, cancellation)).FirstOrDefault(
            after => after is not null && tolerance.Takes(draft, after));
    }

    /// <summary>Joins affine operations in a row, as long as that makes the network smaller.</summary>
    private GraphDraft Joined(GraphDraft draft)
    {
        while (options.JoinsAffine && AffinePairs.Find(draft, cancellation).Select(Plain).FirstOrDefault(
            joined => tolerance.TakesJoined(draft, joined)) is { } smaller)
            draft = smaller;
        return draft;
    }

    /// <summary>Replaces constants in front of padding by numbers behind it.</summary>
    private GraphDraft WithoutBorders(GraphDraft draft)
    {
        while (BorderConstants.Find(draft).FirstOrDefault(after => tolerance.Takes(draft, after)) is { } smaller)
            draft = smaller;
        return draft;
    }

    private GraphDraft Sweep(GraphDraft draft)
    {
        int sweep = 1;
        for (GraphDraft before = draft; ; before = draft, sweep++)
        {
            int done = 0;
            while (NextUnit(draft, done) is >= 0 and var unit)
            {
                done = draft.Origins[unit]!.Layer;
                NetworkSize size = draft.Size;
                options.Progress?.Invoke(new(sweep, done, draft.Units.Count(static u => u is not null), size.Neurons, size.Connections));
                while (Shrunk(draft, NextUnit(draft, done - 1)) is { } smaller)
                    draft = smaller;
            }

            draft = WithoutConstants(Removed(draft).Draft, tolerance.Allows);
            if (ReferenceEquals(before, draft))
                return draft;
        }
    }

    /// <summary>The draft after the best step on a unit that makes it smaller and stays within the tolerance; null for none.</summary>
    private GraphDraft? Shrunk(GraphDraft draft, int unit)
    {
        cancellation.ThrowIfCancellationRequested();
        if (unit < 0 || ChannelLayer.Of(draft, unit) is not { } layer)
            return null;
        foreach (List<LayerRewrite> proposals in Proposals(draft, layer))
        {
            foreach (LayerRewrite rewrite in proposals.OrderBy(p => p.SizeOf(layer.Network).Order(options.Objective)))
            {
                if (rewrite.Fits(layer.Network.Layers[1].PrecisionOf(options.Precision))
                    && ChannelRewrite.Apply(draft, layer, rewrite, cancellation) is { } after
                    && tolerance.Takes(draft, after))
                    return after;
            }
        }

        return null;
    }

    private IEnumerable<List<LayerRewrite>> Proposals(GraphDraft draft, ChannelLayer layer) => draft.Graph.Nodes[layer.Unit].Operator switch
    {
        ReluOperator when layer.MeetsMaximum => LayerProposals.OfAnyNeurons(layer.Network, 0, cancellation),
        ReluOperator => LayerProposals.Of(layer.Network, 0, options.Objective, cancellation),
        LeakyReluOperator { Slopes.Length: 1 } =>
            LayerProposals.OfUnits(layer.Network, 0, [.. layer.Channels.Select(static c => c.Constant)], true, cancellation),
        _ => LayerProposals.OfUnits(layer.Network, 0, [.. layer.Channels.Select(static c => c.Constant)], false, cancellation),
    };
}
