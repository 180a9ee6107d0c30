using ExactCompression.Bounds;
using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// Keeps float32 from overflowing or vanishing on a device: where pre-activations are very large or very small, layers are scaled by powers
/// of two. Rectifiers are positively homogeneous, so every pre-activation is scaled by a known positive factor and keeps its sign.
/// </summary>
internal static class DeviceScaling
{
    private const double Largest = 1e12;
    private const double Smallest = 1e-12;

    /// <summary>The network scaled for a device; the network itself where no scaling is needed.</summary>
    /// <param name="ledger">The network, its domain, and known bounds.</param>
    public static ReluNetwork Normalise(VerdictLedger ledger)
    {
        ReluNetwork network = ledger.Network;
        var layers = new AffineLayer[network.Layers.Count];
        layers[^1] = network.DenseLayers[^1];
        ActivationRange input = ActivationRange.OfInput(ledger.Domain);
        int before = 0;
        bool changed = false;
        for (int l = 0; l < network.Depth; l++)
        {
            AffineLayer layer = network.DenseLayers[l];
            var lower = new double[layer.Outputs];
            var upper = new double[layer.Outputs];
            IntervalBounds.Propagate(layer, input, lower, upper);
            double largest = 0;
            for (int i = 0; i < lower.Length; i++)
                largest = Math.Max(largest, Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i])));
            int after = double.IsFinite(largest) && (largest > Largest || (largest < Smallest && largest > 0)) ? -Math.ILogB(largest) : 0;
            layers[l] = before == 0 && after == 0 ? layer : Scaled(layer, after - before, after);
            changed |= before != 0 || after != 0;
            before = after;
            input = ActivationRange.OfRectified(lower, upper);
        }

        return changed ? new(layers, network.Name) : network;
    }

    private static AffineLayer Scaled(AffineLayer layer, int weightPower, int biasPower)
    {
        // A weight that leaves float32's range after scaling is clamped to it: the device only proposes candidates.
        double[] weights = [.. layer.Weights.ToArray().Select(
            w => Math.Clamp(Math.ScaleB(w, weightPower), -float.MaxValue, float.MaxValue))];
        double[] bias = [.. layer.Bias.ToArray().Select(b => Math.Clamp(Math.ScaleB(b, biasPower), -float.MaxValue, float.MaxValue))];
        return new(weights, bias, layer.Outputs, layer.Inputs, layer.Activation, layer.Precision);
    }
}
