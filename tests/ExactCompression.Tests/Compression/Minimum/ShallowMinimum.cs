using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Compression.Minimum;

/// <summary>
/// The exact minimum for one hidden layer. With <c>K</c> hyperplanes on which the function is kinked in the domain, of jumps
/// <c>J_i t_i</c>, it is <c>sum_i J_i relu(t_i) + A x + c</c>. A network with <c>K + r</c> neurons makes each kink with at least one of
/// them, as <c>relu(t_i)</c> or as <c>relu(-t_i) = relu(t_i) - t_i</c>; whatever else it has (a second neuron on a hyperplane, a linear
/// one) adds a matrix of rank 1 to the linear part. So the minimum is <c>K + min_S rank(A + sum_(i in S) J_i t_i)</c> over the sets
/// <c>S</c> of kinks.
/// </summary>
internal static class ShallowMinimum
{
    /// <summary>The minimum for a network whose weights are small halves, so that double sums are exact.</summary>
    public static int Of(AffineLayer hidden, AffineLayer output, double[] lower, double[] upper)
    {
        int inputs = hidden.Inputs, outputs = output.Outputs;
        var kinks = new List<(double[] Row, double[] Jump)>();
        var linear = new double[outputs * inputs];
        for (int k = 0; k < hidden.Outputs; k++)
        {
            double[] row = [.. hidden.Row(k), hidden.Bias.Span[k]];
            double least = row[^1], most = row[^1];
            for (int i = 0; i < inputs; i++)
            {
                least += Math.Min(row[i] * lower[i], row[i] * upper[i]);
                most += Math.Max(row[i] * lower[i], row[i] * upper[i]);
                if (lower[i] == upper[i])
                {
                    row[^1] += row[i] * lower[i]; // a fixed input is a constant
                    row[i] = 0;
                }
            }

            if (most <= 0)
                continue;
            double[] v = [.. Enumerable.Range(0, outputs).Select(o => output.Row(o)[k])];
            if (least >= 0)
            {
                Add(linear, v, row, 1);
                continue;
            }

            int at = kinks.FindIndex(other => Ratio(row, other.Row) is not null);
            if (at < 0)
            {
                kinks.Add((row, v));
                continue;
            }

            double ratio = Ratio(row, kinks[at].Row)!.Value;
            for (int o = 0; o < outputs; o++)
                kinks[at].Jump[o] += Math.Abs(ratio) * v[o];
            if (ratio < 0)
                Add(linear, v, row, 1); // relu(c t) = |c| relu(t) + c t for c < 0
        }

        kinks.RemoveAll(static k => k.Jump.All(static j => j == 0));
        int rank = int.MaxValue;
        for (int set = 0; set < 1 << kinks.Count; set++)
        {
            double[] rest = [.. linear];
            for (int i = 0; i < kinks.Count; i++)
            {
                if ((set >> i & 1) == 1)
                    Add(rest, kinks[i].Jump, kinks[i].Row, 1);
            }

            rank = Math.Min(rank, ExactRank.Of(rest, inputs));
        }

        return kinks.Count + rank;
    }

    private static void Add(double[] matrix, double[] v, double[] row, double sign)
    {
        for (int o = 0; o < v.Length; o++)
        {
            for (int i = 0; i < row.Length - 1; i++)
                matrix[(o * (row.Length - 1)) + i] += sign * v[o] * row[i];
        }
    }

    /// <summary><c>c</c> with <c>row = c other</c>, which is a power of two here; null where there is none.</summary>
    private static double? Ratio(double[] row, double[] other)
    {
        int first = Array.FindIndex(other, static w => w != 0);
        double c = row[first] / other[first];
        return c != 0 && row.Zip(other, (a, b) => a == c * b).All(static same => same) ? c : null;
    }
}
