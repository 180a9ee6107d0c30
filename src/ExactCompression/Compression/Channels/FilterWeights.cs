using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Channels;

/// <summary>The numbers of a convolution or a matrix, which are laid out alike: a row for each output.</summary>
internal static class FilterWeights
{
    /// <summary>The weights, a row for each output.</summary>
    /// <param name="op">The operator.</param>
    public static double[] WeightsOf(Operator op) =>
        op is ConvolutionOperator convolution ? convolution.Filters : ((DenseOperator)op).Weights;

    /// <summary>A bias for each output.</summary>
    /// <param name="op">The operator.</param>
    public static double[] BiasOf(Operator op) => op is ConvolutionOperator convolution ? convolution.Bias : ((DenseOperator)op).Bias;

    /// <summary>Biases with what is added to what each tap reads.</summary>
    /// <param name="bias">A bias for each output.</param>
    /// <param name="added">A number for each output and tap.</param>
    /// <param name="lost">How far each of these sums is off besides.</param>
    /// <param name="moved">For each output, receives by how much it moves: what is lost, and the rounding of its bias.</param>
    public static double[] Absorbed(double[] bias, ReadOnlySpan<double> added, ReadOnlySpan<double> lost, double[] moved)
    {
        int taps = added.Length / Math.Max(1, bias.Length);
        var after = new double[bias.Length];
        for (int o = 0; o < after.Length; o++)
        {
            ErrorFreeSum sum = default;
            sum.Add(bias[o]);
            for (int row = o * taps; row < (o + 1) * taps; row++)
            {
                moved[o] = UpperBound.Add(moved[o], lost[row]);
                if (added[row] != 0)
                    sum.Add(added[row]);
            }

            (after[o], moved[o]) = (sum.Value, UpperBound.Add(moved[o], sum.Radius));
        }

        return after;
    }
}
