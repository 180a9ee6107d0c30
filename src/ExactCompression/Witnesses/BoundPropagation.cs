using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// Proves bounds layer by layer: interval arithmetic, then backward linear bounds, each layer's bounds resting on those of the layers
/// before.
/// </summary>
internal static class BoundPropagation
{
    /// <summary>Bounds all layers.</summary>
    /// <param name="ledger">Where the bounds go.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="linear">Whether linear bounds follow the intervals.</param>
    /// <returns>For neurons left open, the corners of the box where their linear bounds are attained: good starting points for
    /// attacks.</returns>
    public static Dictionary<SignTarget, BoxCorner> Run(VerdictLedger ledger, SearchClock clock, bool linear = true)
    {
        var hints = new Dictionary<SignTarget, BoxCorner>();
        using var below = new RelaxedGraph(ledger.Domain, ledger.Network.Joined);
        for (int layer = 1; layer <= ledger.Graph.Rectifiers; layer++)
        {
            int current = layer;
            clock.ThrowIfExpired();
            clock.Report(SearchStage.Interval, layer);
            clock.Run(SearchStage.Interval, () => Interval(ledger, current, below, linear, clock.Parallel));
            if (linear && !IsExact(below.Graph.Rectifier(layer)))
            {
                clock.Report(SearchStage.Crown, layer);
                clock.Run(SearchStage.Crown, () => Crown(ledger, current, below, clock, hints));
            }

            if (layer < ledger.Graph.Rectifiers)
                below.Add(ledger.LowerOf(layer), ledger.UpperOf(layer));
        }

        return hints;
    }

    /// <summary>Whether intervals are the exact ranges: the inputs of a single map vary independently.</summary>
    private static bool IsExact(LoweredLayer layer) => layer.Terms.Count == 1 && layer.Terms[0].Source == 0;

    /// <summary>Intervals; layers of smooth functions on the way get linear bounds where these are wanted.</summary>
    private static void Interval(VerdictLedger ledger, int layer, RelaxedGraph below, bool linear, ParallelOptions parallel)
    {
        LoweredLayer map = linear
            ? CrownBounds.Advance(below, layer, parallel) : below.AdvanceTo(layer, tighten: null, parallel);
        var lower = new double[map.Width];
        var upper = new double[map.Width];
        IntervalBounds.Propagate(map, below.SourcesOf(map), lower, upper, parallel);
        for (int i = 0; i < map.Width; i++)
            ledger.Bound(ledger.Offsets[layer - 1] + i, lower[i], upper[i], Evidence.Interval);
    }

    private static void Crown(
        VerdictLedger ledger, int layer, RelaxedGraph below, SearchClock clock, Dictionary<SignTarget, BoxCorner> hints)
    {
        LoweredLayer map = below.Graph.Rectifier(layer);
        int first = ledger.Offsets[layer - 1];

        // A neuron that intervals have shown to be stable is linear in every bound above it, however loose its own bounds are.
        int[] neurons = [.. ledger.OnePerClass(
            Enumerable.Range(0, map.Width).Where(i => !(ledger.Lower[first + i] >= 0) && !(ledger.Upper[first + i] <= 0)),
            i => (first + i, true))];
        if (neurons.Length == 0)
            return;
        var bounds = new CrownBounds(below);
        var lower = new double[neurons.Length];
        var upper = new double[neurons.Length];
        var low = new BoxCorner[neurons.Length];
        var high = new BoxCorner[neurons.Length];
        CrownBounds.FunctionReader Keep(BoxCorner[] corners) => (int place, Window window, ReadOnlySpan<double> coefficients) =>
            corners[place] = new(ledger.Domain, ledger.Graph.Input, window, coefficients);
        bounds.Bound(map, neurons, above: true, upper, Keep(high), clock.Parallel);
        bounds.Bound(map, neurons, above: false, lower, Keep(low), clock.Parallel);
        for (int i = 0; i < neurons.Length; i++)
        {
            int index = first + neurons[i];
            ledger.BoundClass(index, lower[i], upper[i], Evidence.Crown);
            if (ledger.NeedsWitness(index, above: true))
                hints[new(index, true)] = high[i];
            if (ledger.NeedsWitness(index, above: false))
                hints[new(index, false)] = low[i];
        }
    }
}
