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
    /// <param name="board">Where the bounds go.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="linear">Whether linear bounds follow the intervals.</param>
    /// <returns>For neurons left open, the corners of the box where their linear bounds are reached: good starts for attacks.</returns>
    public static Dictionary<SignTarget, float[]> Run(VerdictLedger board, SearchClock clock, bool linear = true)
    {
        var hints = new Dictionary<SignTarget, float[]>();
        using var below = new RelaxedNetwork(board.Domain);
        for (int layer = 1; layer <= board.Network.Depth; layer++)
        {
            clock.ThrowIfExpired();
            AffineLayer map = board.Network.HiddenLayer(layer);
            clock.Report(SearchStage.Interval, layer);
            clock.Run(SearchStage.Interval, () => Interval(board, layer, map, below.Output));
            if (linear && layer > 1)
            {
                clock.Report(SearchStage.Crown, layer);
                clock.Run(SearchStage.Crown, () => Crown(board, layer, map, below, clock, hints));
            }

            if (layer < board.Network.Depth)
                below.Add(map, board.LowerOf(layer), board.UpperOf(layer));
        }

        return hints;
    }

    private static void Interval(VerdictLedger board, int layer, AffineLayer map, ActivationRange input)
    {
        var lower = new double[map.Outputs];
        var upper = new double[map.Outputs];
        IntervalBounds.Propagate(map, input, lower, upper);
        for (int i = 0; i < map.Outputs; i++)
            board.Bound(board.Offsets[layer - 1] + i, lower[i], upper[i], Evidence.Interval);
    }

    private static void Crown(
        VerdictLedger board, int layer, AffineLayer map, RelaxedNetwork below, SearchClock clock, Dictionary<SignTarget, float[]> hints)
    {
        int inputs = board.Network.InputSize, first = board.Offsets[layer - 1];

        // What intervals have shown stable is linear in every bound above it, however loose its own bounds are.
        int[] neurons = [.. Enumerable.Range(0, map.Outputs).Where(i => !(board.Lower[first + i] >= 0) && !(board.Upper[first + i] <= 0))];
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
            board.Bound(index, lower[i], upper[i], Evidence.Crown);
            if (board.Wants(index, above: true))
                hints[new(index, true)] = CrownBounds.Corner(board.Domain, high.AsSpan(i * inputs, inputs));
            if (board.Wants(index, above: false))
                hints[new(index, false)] = CrownBounds.Corner(board.Domain, low.AsSpan(i * inputs, inputs));
        }
    }
}
