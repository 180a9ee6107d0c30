using System.Numerics;
using System.Runtime.CompilerServices;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Witnesses;

/// <summary>
/// The products of a checked layer whose terms are all matrices, with the weights as they are: for a few points that is
/// quicker than to lay them out for a kernel, and threads share the rows of the matrices.
/// </summary>
internal sealed class MatrixRows
{
    /// <summary>Covers the rounding errors of evaluating the error bound itself.</summary>
    public const double Widening = 1 + 1e-9;

    /// <summary>Points that are multiplied with a row while it is in cache.</summary>
    private const int Together = 8;

    private readonly LoweredLayer layer;
    private readonly DenseMap[] maps;
    private readonly DenseMap?[] radii;

    private MatrixRows(LoweredLayer layer)
    {
        this.layer = layer;
        maps = [.. layer.Terms.Select(static t => (DenseMap)t.Map)];
        radii = [.. maps.Select(static m => (DenseMap?)m.Radius)];
    }

    /// <summary>The matrices of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <returns>Null where a term is another map.</returns>
    public static MatrixRows? Of(LoweredLayer layer) =>
        layer.Terms.All(static t => t.Map is DenseMap { Radius: null or DenseMap }) ? new(layer) : null;

    /// <summary>Whether the weights of a term have radii.</summary>
    /// <param name="term">0-based term.</param>
    public bool HasRadius(int term) => radii[term] is not null;

    /// <summary>Pre-activations and their error bounds.</summary>
    /// <param name="a">The values by their numbers, row-major.</param>
    /// <param name="spread">For each term, what the magnitudes of its weights are multiplied with, row-major.</param>
    /// <param name="reach">For each term, what the radii of its weights are multiplied with, row-major; empty without radii.</param>
    /// <param name="charge">What the error of each element begins with.</param>
    /// <param name="z">Receives the pre-activations, row-major.</param>
    /// <param name="error">Receives their error bounds, row-major.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="parallel">Threads, and the token to stop on; null for the calling thread alone.</param>
    public void Multiply(
        double[][] a, double[][] spread, double[][] reach, double[] charge, double[] z, double[] error, int rows,
        ParallelOptions? parallel)
    {
        for (int at = 0; at < rows; at += Together)
        {
            (int from, int to) = (at, Math.Min(rows, at + Together));
            RowBlocks.Run(
                parallel, layer.Width, (to - from) * (double)layer.Weights / layer.Width, (first, end) => Elements(first, end, from, to));
        }

        void Elements(int first, int end, int from, int to)
        {
            for (int i = first; i < end; i++)
            {
                for (int r = from; r < to; r++)
                    (z[(r * layer.Width) + i], error[(r * layer.Width) + i]) = Element(i, r, a, spread, reach, charge[i]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Z, double Error) Element(int i, int r, double[][] a, double[][] spread, double[][] reach, double charge)
    {
        double sum = layer.Bias.Span[i], size = charge;
        for (int k = 0; k < maps.Length; k++)
        {
            int width = maps[k].Input.Count, at = r * width;
            (double product, double magnitude) = Products(
                maps[k].Row(i), a[layer.Terms[k].Source].AsSpan(at, width), spread[k].AsSpan(at, width));
            sum += product;
            size += magnitude;
            if (radii[k] is { } radius)
                size += UpperBound.MagnitudeDot(radius.Row(i), reach[k].AsSpan(at, width));
        }

        return (sum, size * Widening);
    }

    /// <summary><c>sum_j w_j x_j</c> and <c>sum_j |w_j| s_j</c>, summed in some order. Compiled at full optimisation at once, since the
    /// time may be over before it would be found hot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Product, double Magnitude) Products(
        ReadOnlySpan<double> w, ReadOnlySpan<double> x, ReadOnlySpan<double> s)
    {
        int lanes = Vector<double>.Count, j = 0;
        Vector<double> p0 = default, p1 = default, m0 = default, m1 = default;
        for (; j <= w.Length - (2 * lanes); j += 2 * lanes)
        {
            Vector<double> w0 = new(w[j..]), w1 = new(w[(j + lanes)..]);
            p0 += w0 * new Vector<double>(x[j..]);
            p1 += w1 * new Vector<double>(x[(j + lanes)..]);
            m0 += Vector.Abs(w0) * new Vector<double>(s[j..]);
            m1 += Vector.Abs(w1) * new Vector<double>(s[(j + lanes)..]);
        }

        double product = Vector.Sum(p0 + p1), magnitude = Vector.Sum(m0 + m1);
        for (; j < w.Length; j++)
        {
            product += w[j] * x[j];
            magnitude += Math.Abs(w[j]) * s[j];
        }

        return (product, magnitude);
    }
}
