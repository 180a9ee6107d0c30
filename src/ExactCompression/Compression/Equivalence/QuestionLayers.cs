using ExactCompression.Numerics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>A sum of multiples of values and up to two constants.</summary>
/// <param name="Terms">Which values, and how many times.</param>
/// <param name="Constant">A constant.</param>
/// <param name="Other">Another, which is added without rounding.</param>
internal sealed record LinearRow(IReadOnlyList<(int Value, double Factor)> Terms, double Constant = 0, double Other = 0);

/// <summary>Two layers of rectifiers on a network's outputs, whose last neurons are at most 0 where a question is answered yes.</summary>
internal static class QuestionLayers
{
    /// <summary>Adds them, and one output that is always 0.</summary>
    /// <param name="network">A chain of dense layers whose outputs are not rectified.</param>
    /// <param name="parts">The first layer, of the network's outputs.</param>
    /// <param name="sides">The second, of the first.</param>
    public static ReluNetwork On(ReluNetwork network, IReadOnlyList<LinearRow> parts, IReadOnlyList<LinearRow> sides)
    {
        AffineLayer first = Combined(network.DenseLayers[^1], parts);
        double[] weights = new double[sides.Count * parts.Count], bias = new double[sides.Count], radius = new double[sides.Count];
        for (int row = 0; row < sides.Count; row++)
        {
            foreach ((int value, double factor) in sides[row].Terms)
                weights[(row * parts.Count) + value] = factor;
            (bias[row], radius[row]) = Constant(sides[row], 0, 0);
        }

        var second = new AffineLayer(
            weights, bias, sides.Count, parts.Count, Activation.Relu, WeightPrecision.Float64, null,
            DifferenceNetwork.Positive(radius));
        var end = new AffineLayer(new double[sides.Count], [0], 1, sides.Count, Activation.Identity, WeightPrecision.Float64);
        return new([.. network.DenseLayers.Take(network.Depth), first, second, end], network.Name);
    }

    /// <summary>Rows of a layer, combined; what rounding adds becomes their radius.</summary>
    private static AffineLayer Combined(AffineLayer layer, IReadOnlyList<LinearRow> rows)
    {
        double[] weights = new double[(long)rows.Count * layer.Inputs], radii = new double[weights.Length], bias = new double[rows.Count],
            radius = new double[rows.Count];
        for (int row = 0; row < rows.Count; row++)
        {
            for (int j = 0; j < layer.Inputs; j++)
            {
                var sum = default(ErrorFreeSum);
                foreach ((int from, double factor) in rows[row].Terms)
                    sum.AddProduct(factor, 0, layer.Row(from)[j], DifferenceNetwork.RadiusOf(layer, from, j));
                (weights[(row * layer.Inputs) + j], radii[(row * layer.Inputs) + j]) = (sum.Value, sum.Radius);
            }

            var constant = default(ErrorFreeSum);
            foreach ((int from, double factor) in rows[row].Terms)
                constant.AddProduct(
                    factor, 0, layer.Bias.Span[from], layer.BiasRadius.IsEmpty ? 0 : layer.BiasRadius.Span[from]);
            (bias[row], radius[row]) = Constant(rows[row], constant.Value, constant.Radius);
        }

        return new(
            weights, bias, rows.Count, layer.Inputs, Activation.Relu, WeightPrecision.Float64, DifferenceNetwork.Positive(radii),
            DifferenceNetwork.Positive(radius));
    }

    private static (double Value, double Radius) Constant(LinearRow row, double value, double radius)
    {
        var sum = default(ErrorFreeSum);
        sum.Add(value, radius);
        sum.Add(row.Constant);
        sum.Add(row.Other);
        return (sum.Value, sum.Radius);
    }
}
