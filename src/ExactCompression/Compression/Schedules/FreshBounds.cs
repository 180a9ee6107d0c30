using ExactCompression.Compression.Channels;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Compression.Schedules;

/// <summary>
/// Bounds a draft's neurons again. Those that it has were found through layers that are gone, and are looser than they need be.
/// </summary>
internal static class FreshBounds
{
    /// <summary>The draft with the tighter of its own bounds and those that intervals and backward linear bounds give.</summary>
    /// <param name="network">The draft, taken as exact.</param>
    /// <param name="domain">Its domain.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static DraftNetwork Of(DraftNetwork network, InputDomain domain, CancellationToken cancellation)
    {
        if (network.Depth == 0)
            return network;
        var plain = new ReluNetwork(network.Layers.Select((l, at) => new AffineLayer(
            l.Weights, l.Bias, l.Count, l.Columns, at == network.Depth ? Activation.Identity : Activation.Relu, WeightPrecision.Float64)));
        var ledger = new VerdictLedger(StabilityTable.Undecided(plain, domain));
        using var clock = new SearchClock(ledger, new(), cancellation);
        BoundPropagation.Run(ledger, clock);
        var layers = new DraftLayer[network.Depth];
        for (int l = 0; l < layers.Length; l++)
        {
            DraftLayer layer = network.Layers[l];
            double[] lower = [.. ledger.LowerOf(l + 1)], upper = [.. ledger.UpperOf(l + 1)];
            DraftRow[] rows = [.. layer.Rows.Select((r, i) => Tightened(r, lower[i], upper[i]))];
            layers[l] = new(layer.Source, layer.Number, layer.Columns, layer.Weights, rows, layer.IsNew);
        }

        return network.Replaced(0, layers.Length, layers, new double[layers[^1].Count]);
    }

    /// <summary>The draft with the tighter of its own bounds and those that intervals and backward linear bounds give.</summary>
    /// <param name="draft">The draft, taken as exact.</param>
    /// <param name="domain">Its domain.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static GraphDraft Of(GraphDraft draft, InputDomain domain, CancellationToken cancellation)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(new ReluNetwork(draft.Graph), domain));
        using var clock = new SearchClock(ledger, new(), cancellation);
        BoundPropagation.Run(ledger, clock);
        var units = new UnitBounds?[draft.Units.Count];
        for (int n = 0, layer = 1; n < units.Length; n++)
        {
            if (draft.Units[n] is { } bounds)
            {
                units[n] = Tightened(bounds, ledger.LowerOf(layer), ledger.UpperOf(layer));
                layer++;
            }
        }

        return draft with { Units = units };
    }

    private static UnitBounds Tightened(UnitBounds bounds, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        double[] low = [.. bounds.Lower], high = [.. bounds.Upper];
        NeuronState[] states = [.. bounds.States];
        for (int e = 0; e < low.Length; e++)
        {
            low[e] = lower[e] > low[e] ? lower[e] : low[e]; // one that is not known is not a number
            high[e] = upper[e] < high[e] ? upper[e] : high[e];
            if (states[e] is not (NeuronState.StablyActive or NeuronState.StablyInactive))
                states[e] = high[e] <= 0 ? NeuronState.StablyInactive : low[e] >= 0 ? NeuronState.StablyActive : states[e];
        }

        return new(low, high, states);
    }

    private static DraftRow Tightened(DraftRow row, double lower, double upper)
    {
        double low = row.Lower >= lower ? row.Lower : lower, high = row.Upper <= upper ? row.Upper : upper;
        bool isInactive = row.IsInactive || high <= 0;
        return row with
        {
            Lower = low,
            Upper = high,
            IsActive = (row.IsActive || low >= 0) && !isInactive,
            IsInactive = isInactive,
        };
    }
}
