namespace ExactCompression.Tests.Compression.Depth;

/// <summary>
/// Networks with a layer too many: each neuron of one layer is made from neurons of a new layer before it that re-express it.
/// </summary>
public static class SplitNetworks
{
    /// <summary>How a neuron <c>relu(t)</c> is made by two layers.</summary>
    public enum Way
    {
        /// <summary><c>relu(relu(t))</c>.</summary>
        Twice,

        /// <summary><c>relu(relu(s t) / s)</c>.</summary>
        Scaled,

        /// <summary><c>relu(relu(t + d) - d)</c>.</summary>
        Shifted,

        /// <summary><c>relu(relu(s (t - c)) / s - relu(s (c - t)) / s + c)</c>.</summary>
        Split,

        /// <summary>The same with a scale for each part.</summary>
        SplitUnevenly,
    }

    /// <summary>The network with one layer more.</summary>
    /// <param name="network">A network.</param>
    /// <param name="layer">1-based hidden layer.</param>
    /// <param name="precision">What all weights are rounded to.</param>
    /// <param name="way">How to make a neuron, by its number.</param>
    /// <param name="number">Gives a scale above 0.</param>
    /// <param name="middle">Gives the number at which the parts meet, or the shift.</param>
    public static ReluNetwork Split(
        ReluNetwork network, int layer, WeightPrecision precision, Func<int, Way> way, Func<double> number, Func<double> middle)
    {
        AffineLayer source = network.DenseLayers[layer - 1];
        var first = new List<(double[] Row, double Bias)>();
        var second = new List<(Dictionary<int, double> Row, double Bias)>();
        for (int i = 0; i < source.Outputs; i++)
        {
            double[] row = source.Row(i).ToArray();
            double bias = source.Bias.Span[i];
            int Part(double scale, double shift)
            {
                first.Add(([.. row.Select(w => scale * w)], scale * (bias + shift)));
                return first.Count - 1;
            }

            Way chosen = way(i);
            double s = number(), r = chosen == Way.SplitUnevenly ? number() : s, c = middle();
            second.Add(chosen switch
            {
                Way.Twice => (new() { [Part(1, 0)] = 1 }, 0),
                Way.Scaled => (new() { [Part(s, 0)] = 1 / s }, 0),
                Way.Shifted => (new() { [Part(1, Math.Abs(c))] = 1 }, -Math.Abs(c)),
                _ => (new() { [Part(s, -c)] = 1 / s, [Part(-r, -c)] = -1 / r }, c),
            });
        }

        AffineLayer before = Nets.Layer(precision, false, [.. first.Select(r => Stored(precision, [.. r.Row, r.Bias]))]);
        AffineLayer after = Nets.Layer(precision, false, [.. second.Select(r => Stored(
            precision, [.. Enumerable.Range(0, first.Count).Select(j => r.Row.GetValueOrDefault(j)), r.Bias]))]);
        return new([.. network.DenseLayers.Take(layer - 1), before, after, .. network.DenseLayers.Skip(layer)]);
    }

    /// <summary>Numbers as they are stored.</summary>
    public static double[] Stored(WeightPrecision precision, double[] values) =>
        precision == WeightPrecision.Float32 ? Array.ConvertAll(values, static v => (double)(float)v) : values;
}
