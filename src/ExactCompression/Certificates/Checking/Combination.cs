namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Sums of linear neurons of a layer of the compressed network, which represent linear functions of the layer's inputs.
/// </summary>
/// <param name="read">Bounds of the layer's inputs.</param>
/// <param name="layer">The layer.</param>
/// <param name="linear">The neurons in the sums.</param>
/// <param name="slack">How far each may be below 0.</param>
/// <param name="given">Bounds of the layer's outputs.</param>
/// <param name="budget">Its budget.</param>
internal sealed class Combination(InputBox read, AffineLayer layer, int[] linear, double[] slack, InputBox given, CheckBudget budget)
{
    private readonly double[] biases = Array.ConvertAll(linear, j => layer.Bias.Span[j]);
    private readonly double[] outputs = Array.ConvertAll(linear, j => given.Sizes[j]);
    private readonly double[] sizes = Array.ConvertAll(
        linear, j => Outward.Add(Outward.Dot(layer.Row(j), read.Sizes), Math.Abs(layer.Bias.Span[j])));
    private readonly double[] radii = Array.ConvertAll(
        linear, j => Outward.Widen(BoundedLayer.RadiusOf(layer, j, read.Sizes), layer.Inputs));

    /// <summary>Some combinations as functions of the layer's inputs, row-major.</summary>
    public double[] Rows(ReadOnlySpan<double> coefficients, int count)
    {
        double[] spread = new double[count * layer.Outputs], rows = new double[count * layer.Inputs];
        for (int r = 0; r < count; r++)
        {
            budget.Spend(linear.Length * (layer.Inputs + 1.0));
            for (int k = 0; k < linear.Length; k++)
                spread[(r * layer.Outputs) + linear[k]] = coefficients[(r * linear.Length) + k];
        }

        Products.Multiply(spread, count, layer, rows);
        return rows;
    }

    /// <summary>
    /// Compares a linear function <c>p . x + q</c> with the activations of a combination plus a constant; the constant is their difference
    /// in the middle of the box.
    /// </summary>
    /// <param name="row"><c>p</c>.</param>
    /// <param name="offset"><c>q</c>.</param>
    /// <param name="coefficients">The combination.</param>
    /// <param name="made">The combination as a function of <c>x</c>, as computed.</param>
    /// <returns>A bound of the difference, the constant that was chosen, and the size of the terms that were added up.</returns>
    public (double Error, double Constant, double Size) Compare(
        ReadOnlySpan<double> row, double offset, ReadOnlySpan<double> coefficients, ReadOnlySpan<double> made)
    {
        double constant = offset;
        for (int k = 0; k < coefficients.Length; k++)
            constant -= coefficients[k] * biases[k];
        double[] difference = new double[row.Length];
        double shift = 0;
        for (int j = 0; j < difference.Length; j++)
        {
            difference[j] = row[j] - made[j];
            shift += difference[j] * read.Centre[j];
        }

        constant += shift; // any shift is valid: both ends of the comparison have the same
        // What q loses goes to a term that is counted, or stays in the constant.
        double rounding = Outward.Gamma(coefficients.Length + 4)
            * (Outward.Dot(coefficients, sizes) + Math.Abs(constant) + Math.Abs(shift));
        double error = read.Largest(difference, -shift, Outward.Widen(rounding, coefficients.Length) + read.Loss + given.Loss);
        error = Outward.Add(error, Outward.Add(Outward.Dot(coefficients, slack), Outward.Dot(coefficients, radii)));
        return (error, constant, Outward.Add(Outward.Dot(coefficients, outputs), Math.Abs(constant)));
    }
}
