using ExactCompression.Bounds;
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
    public static Dictionary<SignTarget, float[]> Run(VerdictLedger ledger, SearchClock clock, bool linear = true)
    {
        var hints = new Dictionary<SignTarget, float[]>();
        using var below = new RelaxedNetwork(ledger.Domain);
        for (int layer = 1; layer <= ledger.Graph.Rectifiers; layer++)
        {
            clock.ThrowIfExpired();
            AffineLayer map = ledger.Network.HiddenLayer(layer);
            clock.Report(SearchStage.Interval, layer);
            clock.Run(SearchStage.Interval, () => Interval(ledger, layer, map, below.Output));
            if (linear && layer > 1)
            {
                clock.Report(SearchStage.Crown, layer);
                clock.Run(SearchStage.Crown, () => Crown(ledger, layer, map, below, clock, hints));
            }

            if (layer < ledger.Graph.Rectifiers)
                below.Add(map, ledger.LowerOf(layer), ledger.UpperOf(layer));
        }

        return hints;
    }

    private static void Interval(VerdictLedger ledger, int layer, AffineLayer map, ActivationRange input)
    {
        var lower = new double[map.Outputs];
        var upper = new double[map.Outputs];
        IntervalBounds.Propagate(map, input, lower, upper);
        for (int i = 0; i < map.Outputs; i++)
            ledger.Bound(ledger.Offsets[layer - 1] + i, lower[i], upper[i], Evidence.Interval);
    }

    private static void Crown(
        VerdictLedger ledger, int layer, AffineLayer map, RelaxedNetwork below, SearchClock clock, Dictionary<SignTarget, float[]> hints)
    {
        int inputs = ledger.Network.InputSize, first = ledger.Offsets[layer - 1];

        // A neuron that intervals have shown to be stable is linear in every bound above it, however loose its own bounds are.
        int[] neurons = [.. Enumerable.Range(0, map.Outputs).Where(
            i => !(ledger.Lower[first + i] >= 0) && !(ledger.Upper[first + i] <= 0))];
        if (neurons.Length == 0)
            return;
        var bounds = new CrownBounds(below);
        var lower = new double[neurons.Length];
        var upper = new double[neurons.Length];
        var low = new double[neurons.Length * inputs];
        var high = new double[neurons.Length * inputs];
        bounds.Bound(map, neurons, above: true, upper, high, clock.Parallel);
        bounds.Bound(map, neurons, above: false, lower, low, clock.Parallel);
        for (int i = 0; i < neurons.Length; i++)
        {
            int index = first + neurons[i];
            ledger.Bound(index, lower[i], upper[i], Evidence.Crown);
            if (ledger.NeedsWitness(index, above: true))
                hints[new(index, true)] = CrownBounds.Corner(ledger.Domain, high.AsSpan(i * inputs, inputs));
            if (ledger.NeedsWitness(index, above: false))
                hints[new(index, false)] = CrownBounds.Corner(ledger.Domain, low.AsSpan(i * inputs, inputs));
        }
    }
}
