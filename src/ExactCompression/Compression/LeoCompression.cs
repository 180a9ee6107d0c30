using ExactCompression.Compression;

namespace ExactCompression;

/// <summary>Exact compression by stability, layer by layer, front to back: LEO++ (Serra, Yu, Kumar, Ramalingam, NeurIPS 2021).</summary>
/// <remarks>
/// Each layer is taken as the compression so far has left it. (1) All neurons stably inactive: the network is a constant.
/// (2) The stably inactive are removed. (3) All that remain stably active: the layer is folded into the next, unless that would
/// make the network larger. (4) Otherwise stably active neurons that depend linearly on others are merged into them.
/// New weights are computed in double and rounded once, when all is done.
/// The verdicts are taken as they stand: with a table from a file, or one with verdicts of a MILP solver (<see cref="StabilityTable.Unproven"/>), the compression is as exact as those are true.
/// </remarks>
public static class LeoCompression
{
    /// <summary>Compresses a network by the verdicts on its neurons.</summary>
    /// <param name="table">The verdicts; undetermined neurons are treated as unstable.</param>
    /// <param name="options">Level and precision.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    public static CompressionResult Compress(StabilityTable table, CompressionOptions options, CancellationToken cancellation)
    {
        var state = new CompressionState(table, options);
        ReluNetwork network = table.Network;
        while (state.Number <= network.Depth)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] live = [.. Enumerable.Range(0, state.Current.Rows).Where(r => state.StateOf(r) != NeuronState.StablyInactive)];
            if (live.Length == 0 && NetworkCollapse.Of(state) is var (constant, distance))
            {
                state.Report(CompressionStepKind.Collapse, Enumerable.Range(0, state.Current.Rows), $"All {state.Current.Rows} neurons are stably inactive: the network is a constant over the domain.");
                return Result(state, constant, distance);
            }

            if (live.Length > 0)
                RemoveInactive(state, live);
            Continue(state, options.Level, live.Length > 0, cancellation);
        }

        state.Keep(state.Current);
        (AffineLayer[] layers, double deviation) = StoredNetwork.Of(state);
        return Result(state, layers, deviation);
    }

    private static void RemoveInactive(CompressionState state, int[] live)
    {
        int[] dead = [.. Enumerable.Range(0, state.Current.Rows).Except(live)];
        if (dead.Length == 0)
            return;
        state.Report(CompressionStepKind.RemoveInactive, dead, $"Stably inactive, always 0: {dead.Length} of {state.Current.Rows} neurons.");
        state.Current.KeepRows(live);
    }

    /// <summary>Folds, merges or keeps the current layer and goes on to the next.</summary>
    private static void Continue(CompressionState state, CompressionLevel level, bool anyLive, CancellationToken cancellation)
    {
        WorkingLayer? next = null;
        if (level == CompressionLevel.LeoPlusPlus && anyLive)
        {
            bool allActive = Enumerable.Range(0, state.Current.Rows).All(r => state.StateOf(r) == NeuronState.StablyActive);
            if (allActive && LayerFold.TryApply(state, cancellation))
                return;
            next = LayerMerge.Apply(state, cancellation);
        }

        state.Keep(next ?? NextLayer.Plain(state));
    }

    private static CompressionResult Result(CompressionState state, AffineLayer[] layers, double deviation)
    {
        ReluNetwork original = state.Table.Network;
        return new()
        {
            Original = original,
            Compressed = new(layers, original.Name, statedDomain: original.StatedDomain),
            Domain = state.Table.Domain,
            Table = state.Table,
            Steps = state.Steps,
            ProvenDeviation = deviation,
        };
    }
}
