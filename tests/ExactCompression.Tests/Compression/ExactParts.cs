using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// The function that a network states, including normalisation, in fractions: the file's own operations where a layer has them, else its
/// weights.
/// </summary>
internal static class ExactParts
{
    /// <summary>Outputs at a point.</summary>
    public static Rational[] Evaluate(ReluNetwork network, double[] point)
    {
        Rational[] values = Array.ConvertAll(point, static x => (Rational)x);
        foreach (AffineLayer layer in network.Layers)
        {
            values = layer.Parts is { } parts
                ? parts.Aggregate(values, Apply)
                : Matrix(layer.Weights.Span, layer.Bias.Span, values);
            if (layer.Activation == Activation.Relu)
                values = Array.ConvertAll(values, static z => Rational.Max(z, Rational.Zero));
        }

        return values;
    }

    private static Rational[] Apply(Rational[] values, AffinePart part) => part.Kind switch
    {
        AffinePartKind.Dense => Matrix(part.Values[0], part.Values[1], values),
        AffinePartKind.Elementwise => [.. values.Select((x, i) => (x * part.Values[0][i]) + part.Values[1][i])],
        AffinePartKind.Divide => [.. values.Select((x, i) => x / part.Values[0][i])],
        _ => throw new NotSupportedException("A root is no fraction."),
    };

    private static Rational[] Matrix(ReadOnlySpan<double> weights, ReadOnlySpan<double> bias, Rational[] values)
    {
        var result = new Rational[bias.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = bias[i];
            for (int j = 0; j < values.Length; j++)
                result[i] += values[j] * weights[(i * values.Length) + j];
        }

        return result;
    }
}
