using ExactCompression.Compression;
using ExactCompression.Compression.Rewriting;

namespace ExactCompression;

/// <summary>Exact compression by stability, layer by layer, front to back: LEO++ (Serra, Yu, Kumar, Ramalingam, NeurIPS 2021).</summary>
/// <remarks>
/// Each layer is taken as the compression so far has left it. (1) All neurons stably inactive: the network is a constant.
/// (2) The stably inactive are removed, and those that nothing reads. (3) All that remain stably active: the layer is folded into the next,
/// unless that would make the network larger. (4) Otherwise stably active neurons that depend linearly on others are merged into them.
/// New weights are computed in double and rounded once, when all is done.
/// A tolerance that the result would break is kept by taking, front to back, only those layers' steps that keep it.
/// Only proven verdicts count: those of a table from outside, or of a MILP solver (<see cref="StabilityTable.Unproven"/>), are proven
/// first, and left aside where that does not succeed, unless <see cref="CompressionOptions.AllowUnproven"/> says otherwise.
/// </remarks>
public static class LeoCompression
{
    /// <summary>Compresses a network by the verdicts on its neurons.</summary>
    /// <param name="table">The verdicts; undetermined neurons are treated as unstable.</param>
    /// <param name="options">Level and precision.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    public static CompressionResult Compress(StabilityTable table, CompressionOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        (table, int unconfirmed) = CompressionPremises.Of(table, options, cancellation);
        CompressionResult result = options.Level == CompressionLevel.Maximal
            ? Smallest(table, options, unconfirmed, cancellation)
            : WithinTolerance(table, options, unconfirmed, cancellation);

        // Where the file's weights are known to a radius alone, even removal may move more than is allowed; then nothing is done.
        return options.Tolerance is not { } tolerance || result.ConditionalDeviation <= tolerance
            ? result
            : Result(table, [], [.. table.Network.Layers], 0, unconfirmed);
    }

    private static CompressionResult Smallest(
        StabilityTable table, CompressionOptions options, int unconfirmed, CancellationToken cancellation)
    {
        if (HasDeadLayer(table) && FrontToBack(table, options, static _ => true, unconfirmed, cancellation) is var constant
            && constant.ConditionalDeviation <= MaximalCompression.ToleranceOf(table, options))
            return constant;
        (AffineLayer[] smallest, List<CompressionStep> steps, double moved) = MaximalCompression.Compress(table, options, cancellation);
        return Result(table, steps, smallest, moved, unconfirmed);
    }

    private static CompressionResult WithinTolerance(
        StabilityTable table, CompressionOptions options, int unconfirmed, CancellationToken cancellation)
    {
        CompressionResult all = FrontToBack(table, options, static _ => true, unconfirmed, cancellation);
        if (options.Tolerance is not { } tolerance || all.ConditionalDeviation <= tolerance)
            return all;
        var taken = new HashSet<int>();
        CompressionResult best = FrontToBack(table, options, taken.Contains, unconfirmed, cancellation); // removes only
        for (int layer = 1; layer <= table.Network.Depth; layer++)
        {
            taken.Add(layer);
            CompressionResult more = FrontToBack(table, options, taken.Contains, unconfirmed, cancellation);
            if (more.ConditionalDeviation <= tolerance)
                best = more;
            else
                taken.Remove(layer);
        }

        return best;
    }

    /// <summary>One pass over all layers.</summary>
    /// <param name="table">The verdicts.</param>
    /// <param name="options">Level and precision.</param>
    /// <param name="mayRound">Which hidden layers, 1-based, may make new weights.</param>
    /// <param name="unconfirmed">How many neurons were said to be stable and are not taken for it.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    private static CompressionResult FrontToBack(
        StabilityTable table, CompressionOptions options, Func<int, bool> mayRound, int unconfirmed, CancellationToken cancellation)
    {
        var state = new CompressionState(table, options);
        ReluNetwork network = table.Network;
        while (state.Number <= network.Depth)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] live = [.. Enumerable.Range(0, state.Current.Rows).Where(r => state.StateOf(r) != NeuronState.StablyInactive)];
            bool rounds = options.Level != CompressionLevel.DeleteOnly && mayRound(state.Number);
            if (live.Length == 0 && rounds && NetworkCollapse.Of(state) is var (constant, distance))
            {
                state.Report(
                    CompressionStepKind.Collapse, Enumerable.Range(0, state.Current.Rows),
                    $"All {state.Current.Rows} neurons are stably inactive: the network is a constant over the domain.");
                return Result(table, state.Steps, constant, distance, unconfirmed);
            }

            // One that is always 0 stays: without it the constant would have to be computed anew.
            RemoveInactive(state, live.Length > 0 ? live : [0]);
            RemoveUnused(state);
            Continue(state, rounds && live.Length > 0, cancellation);
        }

        state.Keep(state.Current);
        (AffineLayer[] layers, double deviation) = StoredNetwork.Of(state);
        state.Steps.AddRange(
            NormalisationSteps.Of(
                table.Network,
                layers.Zip(state.Done).Where(static d => !d.Second.Layer.HasNewWeights && d.First.Parts is not null).Select(
                    static d => d.Second.Layer.Source)));
        return Result(table, state.Steps, layers, deviation, unconfirmed);
    }

    private static void RemoveInactive(CompressionState state, int[] live)
    {
        int[] dead = [.. Enumerable.Range(0, state.Current.Rows).Except(live)];
        if (dead.Length == 0)
            return;
        state.Report(
            CompressionStepKind.RemoveInactive, dead, $"Stably inactive, always 0: {dead.Length} of {state.Current.Rows} neurons.");
        state.Current.KeepRows(live);
    }

    private static void RemoveUnused(CompressionState state)
    {
        int[] unused = [.. Enumerable.Range(0, state.Current.Rows).Where(state.IsUnused)];
        if (unused.Length == 0)
            return;
        state.Report(
            CompressionStepKind.RemoveUnused, unused, $"All outgoing weights are 0: {unused.Length} of {state.Current.Rows} neurons.");
        state.Current.KeepRows([.. Enumerable.Range(0, state.Current.Rows).Except(unused)]);
    }

    /// <summary>Folds, merges or keeps the current layer and goes on to the next.</summary>
    private static void Continue(CompressionState state, bool rounds, CancellationToken cancellation)
    {
        WorkingLayer? next = null;
        if (rounds)
        {
            bool allActive = Enumerable.Range(0, state.Current.Rows).All(r => state.StateOf(r) == NeuronState.StablyActive);
            if (allActive && LayerFold.TryApply(state, cancellation))
                return;
            next = LayerMerge.Apply(state, cancellation);
        }

        state.Keep(next ?? NextLayer.Plain(state));
    }

    /// <summary>Whether the network is a constant because no neuron of some layer is ever on.</summary>
    private static bool HasDeadLayer(StabilityTable table) =>
        Enumerable.Range(1, table.Network.Depth).Any(
            layer => table.NeuronsOf(layer).All(static n => n.State == NeuronState.StablyInactive));

    private static CompressionResult Result(
        StabilityTable table, List<CompressionStep> steps, AffineLayer[] layers, double deviation, int unconfirmed) => new CompressionResult
    {
        Original = table.Network,
        Compressed = new(layers, table.Network.Name, statedDomain: table.Network.StatedDomain),
        Domain = table.Domain,
        Table = table,
        Steps = Array.AsReadOnly([.. steps]),
        ProvenDeviation = deviation,
        Unconfirmed = unconfirmed,
        IsOwn = true,
    }.Sealed();
}
