using System.Numerics.Tensors;

namespace ExactCompression.Certificates;

/// <summary>
/// Expresses vectors by a few others, as closely as possible: least squares by Gram-Schmidt with reorthogonalisation, the longest remainder
/// first.
/// </summary>
internal sealed class LinearSystem
{
    /// <summary>A remainder below this share of a vector's length counts as rounding.</summary>
    private const double Negligible = 1e-10;

    private readonly int size;
    private readonly List<double[]> orthogonal = [];
    private readonly List<double[]> factors = [];

    /// <summary>Takes vectors.</summary>
    /// <param name="vectors">The vectors; those that depend on others are skipped.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public LinearSystem(IReadOnlyList<double[]> vectors, CancellationToken cancellation)
    {
        size = vectors.Count == 0 ? 0 : vectors[0].Length;
        double[][] rests = [.. vectors.Select(static v => (double[])[.. v])];
        double[] lengths = [.. vectors.Select(static v => TensorPrimitives.Norm<double>(v))];
        var left = new List<int>(Enumerable.Range(0, vectors.Count));
        while (left.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            int best = left.MaxBy(k => TensorPrimitives.Norm<double>(rests[k]));
            left.Remove(best);
            double[] factor = Reduce(rests[best] = [.. vectors[best]]);
            double norm = TensorPrimitives.Norm<double>(rests[best]);
            if (!(norm > Negligible * lengths[best]) || norm == 0)
                continue;
            TensorPrimitives.Divide(rests[best], norm, rests[best]);
            Chosen.Add(best);
            orthogonal.Add(rests[best]);
            factors.Add([.. factor, norm]);
            foreach (int k in left)
                TensorPrimitives.MultiplyAdd(rests[best], -TensorPrimitives.Dot<double>(rests[best], rests[k]), rests[k], rests[k]);
        }
    }

    /// <summary>Indices of the vectors that are used.</summary>
    public List<int> Chosen { get; } = [];

    /// <summary>Coefficients over <see cref="Chosen"/>.</summary>
    /// <param name="vector">The vector to express.</param>
    /// <param name="vectors">The vectors again, for a second round on the remainder of the first.</param>
    public double[] Solve(ReadOnlySpan<double> vector, IReadOnlyList<double[]> vectors)
    {
        double[] rest = vector.ToArray(), sum = new double[Chosen.Count];
        for (int round = 0; round < 2 && sum.Length > 0; round++)
        {
            double[] step = SolveOnce([.. rest]);
            for (int k = 0; k < step.Length; k++)
            {
                TensorPrimitives.MultiplyAdd(vectors[Chosen[k]], -step[k], rest, rest);
                sum[k] += step[k];
            }
        }

        return sum;
    }

    private double[] SolveOnce(double[] rest)
    {
        double[] parts = Reduce(rest);
        for (int k = parts.Length - 1; k >= 0; k--)
        {
            parts[k] /= factors[k][k];
            for (int m = 0; m < k; m++)
                parts[m] -= parts[k] * factors[k][m];
        }

        return parts;
    }

    /// <summary>Subtracts from a vector its components along the orthogonal ones, twice, and returns them.</summary>
    private double[] Reduce(double[] rest)
    {
        var parts = new double[orthogonal.Count];
        for (int round = 0; round < 2; round++)
        {
            for (int k = 0; k < parts.Length; k++)
            {
                double part = TensorPrimitives.Dot<double>(orthogonal[k], rest);
                TensorPrimitives.MultiplyAdd(orthogonal[k], -part, rest, rest);
                parts[k] += part;
            }
        }

        return parts;
    }
}
