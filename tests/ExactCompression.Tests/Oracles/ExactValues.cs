using ExactCompression.Certificates.Checking;

namespace ExactCompression.Tests.Oracles;

/// <summary>The values of a checked graph in exact fractions; entries that doubles do not hold are computed from their origins.</summary>
internal static class ExactValues
{
    /// <summary>All values at an input. Smooth functions have none.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The input.</param>
    public static Rational[][] Of(CheckedGraph graph, IEnumerable<Rational> input)
    {
        var values = new Rational[graph.Values.Count][];
        for (int v = 0; v < values.Length; v++)
        {
            values[v] = graph.Values[v] switch
            {
                AffineValue affine => Affine(affine, values),
                RectifiedValue rectified => Array.ConvertAll(values[rectified.Source], static z => z.Sign > 0 ? z : Rational.Zero),
                InputValue => [.. input],
                _ => throw new NotSupportedException(graph.Values[v].Name),
            };
        }

        return values;
    }

    private static Rational[] Affine(AffineValue affine, Rational[][] values)
    {
        Rational[] sums = Array.ConvertAll(affine.Bias, static b => (Rational)b);
        foreach (CheckedTerm term in affine.Terms)
        {
            var columns = new int[term.Map.MostEntries];
            var (weights, radii) = (new double[columns.Length], new double[columns.Length]);
            for (int i = 0; i < sums.Length; i++)
            {
                int count = term.Map.Row(i, columns, weights, radii);
                for (int k = 0; k < count; k++)
                {
                    if (k > 0 && columns[k] <= columns[k - 1])
                        throw new InvalidOperationException("The entries of a row are not in order.");
                    Rational weight = TrueEntry(weights[k], radii[k], term.Map.OriginOf(i));
                    sums[i] += weight * values[term.Source][columns[k]];
                }
            }
        }

        return sums;
    }

    private static Rational TrueEntry(double weight, double radius, EntryOrigin origin)
    {
        if (radius == 0)
            return weight;
        Rational entry = origin.Kind switch
        {
            '/' => (Rational)origin.First / origin.Second,
            '1' => (Rational)1 - origin.First,
            'r' when origin.Second + origin.Third == 1 => origin.First,
            _ => throw new NotSupportedException($"An entry of origin {origin}."),
        };
        Rational difference = entry - weight;
        if (Rational.Abs(difference) > radius)
            throw new InvalidOperationException($"{weight} with radius {radius} is not {origin}.");
        return entry;
    }
}
