namespace ExactCompression.Certificates.Checking;

/// <summary>Bounds a neuron of the compressed network by the proven bounds of neurons of the original that it is a sum of.</summary>
/// <remarks>
/// With <c>z_i = P_i a + q_i + e_i</c>, the neuron's pre-activation is <c>w a + b = sum_i c_i z_i - sum_i c_i e_i + (w - sum_i c_i P_i) a +
/// (b - sum_i c_i q_i)</c>, whatever the <c>c</c>: good ones make the third term small.
/// </remarks>
internal static class NeuronSum
{
    /// <summary>Lower and upper bound; infinite or NaN if nothing is known.</summary>
    /// <param name="simulation">The original's pre-activations.</param>
    /// <param name="original">Their bounds.</param>
    /// <param name="terms">A coefficient for each of them.</param>
    /// <param name="layer">The compressed network's layer.</param>
    /// <param name="neuron">Its neuron.</param>
    public static (double Lower, double Upper) Bounds(
        Simulation simulation, BoundedLayer original, ReadOnlySpan<double> terms, AffineLayer layer, int neuron)
    {
        InputBox box = simulation.Box;
        double[] rest = layer.Row(neuron).ToArray();
        double bias = layer.Bias.Span[neuron], constant = bias, low = 0, high = 0, ends = Math.Abs(bias), error = 0;
        double size = Outward.Dot(rest, box.Sizes) + Math.Abs(bias);
        for (int i = 0; i < terms.Length; i++)
        {
            double c = terms[i];
            if (c == 0)
                continue;
            Products.AddMultiple(simulation.Row(i), -c, rest);
            constant -= c * simulation.Bias[i];
            double from = c * (c > 0 ? original.Lower[i] : original.Upper[i]), to = c * (c > 0 ? original.Upper[i] : original.Lower[i]);
            low += from;
            high += to;
            ends += Math.Abs(from) + Math.Abs(to) + Math.Abs(c * simulation.Bias[i]);
            error += Math.Abs(c) * simulation.Error[i];
            size += Math.Abs(c) * (Outward.Dot(simulation.Row(i), box.Sizes) + Math.Abs(simulation.Bias[i]));
        }

        // An end beyond the neuron's size is loose by more than its rounding, so sizes alone would suffice; with the ends the proof is
        // short.
        double rounding = Outward.Gamma(terms.Length + 8) * (size + ends + error);
        double off = box.Largest(
            rest, 0, Outward.Widen(rounding + error + BoundedLayer.RadiusOf(layer, neuron, box.Sizes), terms.Length)
                + (terms.Length * box.Loss));
        return (Math.BitDecrement(low + constant - off), Math.BitIncrement(high + constant + off));
    }
}
