using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Channels;

/// <summary>The filters below a unit as rows, with the normalisation in between multiplied in.</summary>
/// <param name="Weights">A row for each channel.</param>
/// <param name="Bias">A bias for each channel.</param>
/// <param name="Radius">How far each row's value may be from the true one, over all that the filters may read.</param>
internal sealed record ChannelRows(double[] Weights, double[] Bias, double[] Radius)
{
    /// <summary>The rows of a convolution or matrix.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="scales">What is multiplied in: normalisations, and slopes, with an entry for each channel.</param>
    /// <param name="inputs">What the filters may read.</param>
    public static ChannelRows Of(Operator op, AffineMap[] scales, Box inputs)
    {
        double[] weights = FilterWeights.WeightsOf(op), bias = FilterWeights.BiasOf(op);
        if (scales.Length == 0)
            return new(weights, bias, new double[bias.Length]);
        int columns = weights.Length / bias.Length;
        (weights, bias) = ([.. weights], [.. bias]);
        double[] radii = new double[weights.Length], biasRadii = new double[bias.Length];
        foreach (AffineMap map in scales)
        {
            for (int row = 0; row < bias.Length; row++)
            {
                double factor = map.IsShift ? 1 : map.Weights[row], radius = map.WeightRadius?[row] ?? 0;
                for (int at = row * columns; at < (row + 1) * columns && !map.IsShift; at++)
                    (weights[at], radii[at]) = Product(factor, radius, weights[at], radii[at]);
                ErrorFreeSum sum = default;
                sum.AddProduct(factor, radius, bias[row], biasRadii[row]);
                sum.Add(map.Bias[row], map.BiasRadius?[row] ?? 0);
                (bias[row], biasRadii[row]) = (sum.Value, sum.Radius);
            }
        }

        double[] lost = [.. Enumerable.Range(0, bias.Length).Select(row => UpperBound.Add(
            UpperBound.MagnitudeDot(radii.AsSpan(row * columns, columns), inputs.Magnitude), biasRadii[row]))];
        return new(weights, bias, lost);
    }

    private static (double Value, double Radius) Product(double a, double radiusA, double b, double radiusB)
    {
        ErrorFreeSum product = default;
        product.AddProduct(a, radiusA, b, radiusB);
        return (product.Value, product.Radius);
    }
}
