using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// Keeps float32 from overflowing or vanishing on a device: where pre-activations are very large or very small, layers are scaled by powers
/// of two, and the terms that take them by the inverse. Rectifiers are positively homogeneous, so every pre-activation is scaled by a known
/// positive factor and keeps its sign. Smooth functions are not, and get what they take unscaled.
/// </summary>
internal static class DeviceScaling
{
    private const double Largest = 1e12;
    private const double Smallest = 1e-12;

    /// <summary>The network scaled for a device; the network itself where no scaling is needed.</summary>
    /// <param name="ledger">The network and its domain.</param>
    public static ReluNetwork Normalise(VerdictLedger ledger)
    {
        LoweredGraph graph = ledger.Graph;
        var order = ForwardOrder.OfRectifiers(graph);
        var ranges = new ApproximateRanges(graph, ledger.Domain);
        LoweredLayer[] layers = [.. graph.Layers];
        var powers = new int[layers.Length + 1];
        bool changed = false;
        foreach (int value in order.Values)
        {
            LoweredLayer layer = layers[value - 1];
            double largest = ranges.Add(value);
            bool isExtreme = double.IsFinite(largest) && (largest > Largest || (largest < Smallest && largest > 0));
            powers[value] = isExtreme && layer.Smooth is null ? -Math.ILogB(largest) : 0;
            if (powers[value] != 0 || layer.Terms.Any(t => powers[t.Source] != 0))
            {
                changed = true;
                layers[value - 1] = Scaled(layer, powers, powers[value]);
            }

            foreach (LinearTerm term in layer.Terms)
            {
                if (order.IsLastReader(term.Source, value))
                    ranges.Forget(term.Source);
            }
        }

        return changed ? ledger.Network.With(graph.With(layers)) : ledger.Network;
    }

    private static LoweredLayer Scaled(LoweredLayer layer, int[] powers, int power) => layer with
    {
        Terms = [.. layer.Terms.Select(
            term => term with { Map = MapScaling.Change(term.Map, weight => Scaled(weight, power - powers[term.Source])) })],
        Bias = Array.ConvertAll(layer.Bias.ToArray(), bias => Scaled(bias, power)),
        BiasRadius = default,
    };

    // A weight that leaves float32's range after scaling is clamped to it: the device only proposes candidates.
    private static double Scaled(double weight, int power) => Math.Clamp(Math.ScaleB(weight, power), -float.MaxValue, float.MaxValue);
}
