namespace ExactCompression.Certificates.Checking;

/// <summary>
/// How the pre-activations of one layer of the original follow from a layer of the compressed network, everywhere in the domain: <c>|z - (P
/// a + q)| &lt;= e</c>, row by row, where <c>a</c> are the activations of hidden layer <see cref="Number"/> of the compressed network at
/// the same input; layer 0 is the input.
/// </summary>
/// <param name="Number">1-based hidden layer of the compressed network.</param>
/// <param name="Box">Bounds of its activations.</param>
/// <param name="Weights"><c>P</c>, row-major.</param>
/// <param name="Bias"><c>q</c>.</param>
/// <param name="Error"><c>e</c>; infinite for rows that are not needed.</param>
internal sealed record Simulation(int Number, InputBox Box, double[] Weights, double[] Bias, double[] Error)
{
    /// <summary>One row of <c>P</c>.</summary>
    public ReadOnlySpan<double> Row(int row) => Weights.AsSpan(row * Box.Size, Box.Size);

    /// <summary>At the first layer both networks read the same input.</summary>
    public static Simulation OfInput(AffineLayer first, InputBox domain) =>
        new(0, domain, first.Weights.ToArray(), first.Bias.ToArray(),
            [.. Enumerable.Range(0, first.Outputs).Select(
                i => Outward.Widen(BoundedLayer.RadiusOf(first, i, domain.Sizes), first.Inputs))]);

    /// <summary>Behind a layer that is 0 everywhere, pre-activations are the biases, whatever the compressed network does.</summary>
    public static Simulation OfZeros(AffineLayer next, int number, InputBox box) =>
        new(number, box, new double[next.Outputs * box.Size], next.Bias.ToArray(),
            next.BiasRadius.IsEmpty ? new double[next.Outputs] : next.BiasRadius.ToArray());

    /// <summary>
    /// A bound of <c>|z_i - f (w_j a + b_j)|</c> over the domain, with row <c>j</c> of a layer that reads the same activations.
    /// </summary>
    /// <param name="row"><c>i</c>.</param>
    /// <param name="factor"><c>f</c>.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="neuron"><c>j</c>.</param>
    public double Distance(int row, double factor, AffineLayer layer, int neuron)
    {
        ReadOnlySpan<double> weights = layer.Row(neuron);
        double bias = layer.Bias.Span[neuron],
            far = Outward.Add(
                Error[row],
                Outward.Multiply(Math.Abs(factor), Outward.Widen(BoundedLayer.RadiusOf(layer, neuron, Box.Sizes), layer.Inputs)));
        if (factor == 1 && Bias[row] == bias && Row(row).SequenceEqual(weights))
            return far;

        // One fused operation each: the remainder errs by half a unit of its own last place, which Largest allows for, and if something is
        // multiplied also by underflow.
        double[] difference = Row(row).ToArray();
        Products.AddMultiple(weights, -factor, difference);
        return Outward.Add(far, Box.Largest(difference, Math.FusedMultiplyAdd(-factor, bias, Bias[row]), factor == 1 ? 0 : Box.Loss));
    }
}
