using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Branching.Regions;

/// <summary>
/// A polytope of full dimension by its vertices, each with the facets that it lies on. Immutable.
/// </summary>
internal sealed class RegionPolytope
{
    /// <summary>Bits of a word.</summary>
    public const int Bits = 64;

    /// <summary>With more vertices, a box around them is looked at first.</summary>
    private const int FewVertices = 8;

    private readonly int stride;
    private readonly RegionVertex[] vertices;
    private readonly double[] points;

    /// <summary>For each coordinate the largest size of a vertex, with its error; and the largest error, with that of a product.</summary>
    private readonly double[] sizes, slacks;

    /// <summary>The middle of the smallest box around it, and how far it extends from there; only where there are many vertices.</summary>
    private readonly double[]? middle, extents;

    /// <summary>Takes vertices.</summary>
    /// <param name="dimension">The number of coordinates.</param>
    /// <param name="stride">Numbers that a point takes.</param>
    /// <param name="facets">The number of facets.</param>
    /// <param name="vertices">The vertices.</param>
    /// <param name="incidence">For each of them a row of bits, in whole words: the facets that it lies on.</param>
    public RegionPolytope(int dimension, int stride, int facets, RegionVertex[] vertices, ulong[] incidence)
    {
        (this.stride, this.vertices, Dimension, Facets, Incidence) = (stride, vertices, dimension, facets, incidence);
        points = new double[vertices.Length * stride];
        (sizes, slacks) = (new double[stride], new double[stride]);
        double gamma = Rounding.Gamma(stride + 1);
        for (int v = 0; v < vertices.Length; v++)
        {
            (double[] at, double[] error) = (vertices[v].At, vertices[v].Error);
            at.CopyTo(points, v * stride);
            for (int k = 0; k < stride; k++)
            {
                double size = Math.Abs(at[k]);
                sizes[k] = Math.Max(sizes[k], size + error[k]);
                slacks[k] = Math.Max(slacks[k], error[k] + (gamma * size));
            }
        }

        if (vertices.Length <= FewVertices)
            return;
        (middle, extents) = (new double[stride], new double[stride]);
        for (int k = 0; k < stride; k++)
        {
            double least = double.PositiveInfinity, most = double.NegativeInfinity;
            for (int v = k; v < points.Length; v += stride)
                (least, most) = (Math.Min(least, points[v]), Math.Max(most, points[v]));
            middle[k] = (least / 2) + (most / 2);
            extents[k] = Math.Max(most - middle[k], middle[k] - least) * (1 + (4 * Rounding.Unit));
        }
    }

    /// <summary>The number of coordinates.</summary>
    public int Dimension { get; }

    /// <summary>The number of facets; some more may be counted, which the polytope only touches.</summary>
    public int Facets { get; }

    /// <summary>For each vertex a row of bits, in whole words: the facets that it lies on.</summary>
    public ulong[] Incidence { get; }

    /// <summary>The number of vertices.</summary>
    public int Count => vertices.Length;

    /// <summary>A vertex.</summary>
    public RegionVertex this[int vertex] => vertices[vertex];

    /// <summary>Words that a row of bits takes.</summary>
    /// <param name="facets">The number of bits.</param>
    public static int WordsOf(int facets) => Math.Max(1, (facets + Bits - 1) / Bits);

    /// <summary>The whole box.</summary>
    /// <param name="network">The network with the box.</param>
    public static RegionPolytope Box(RegionNetwork network)
    {
        int size = network.Inputs.Length, count = 1 << size;
        var vertices = new RegionVertex[count];
        var incidence = new ulong[count * WordsOf(2 * size)];
        for (int mask = 0; mask < count; mask++)
        {
            vertices[mask] = RegionVertex.Corner(network, k => (mask >> k & 1) != 0);
            for (int k = 0; k < size; k++)
                incidence[mask] |= 1UL << ((2 * k) + (mask >> k & 1));
        }

        return new(size, network.Stride, 2 * size, vertices, incidence);
    }

    /// <summary>
    /// The values of a function at the vertices, in double, and a bound on their errors, the function's own and the vertices' among them.
    /// </summary>
    /// <param name="function">Coefficients, constant, zeros.</param>
    /// <param name="errors">Bounds on their errors.</param>
    /// <param name="values">Receives the values.</param>
    /// <returns>The bound.</returns>
    public double Evaluate(ReadOnlySpan<double> function, ReadOnlySpan<double> errors, Span<double> values)
    {
        if (stride == 4)
        {
            var of = Vector256.Create(function);
            ReadOnlySpan<Vector256<double>> at = MemoryMarshal.Cast<double, Vector256<double>>(points);
            for (int v = 0; v < at.Length; v++)
                values[v] = Vector256.Sum(of * at[v]);
        }
        else
        {
            var of = Vector512.Create(function);
            ReadOnlySpan<Vector512<double>> at = MemoryMarshal.Cast<double, Vector512<double>>(points);
            for (int v = 0; v < at.Length; v++)
                values[v] = Vector512.Sum(of * at[v]);
        }

        return ErrorOf(function, errors);
    }

    /// <summary>The sign of a function on all of the polytope where a box around it shows that; else 0.</summary>
    /// <param name="function">Coefficients, constant, zeros.</param>
    /// <param name="errors">Bounds on their errors.</param>
    public int QuickSign(ReadOnlySpan<double> function, ReadOnlySpan<double> errors)
    {
        if (middle is null || extents is null)
            return 0;
        double value = 0, range = 0;
        for (int k = 0; k < stride; k++)
        {
            value += function[k] * middle[k];
            range += Math.Abs(function[k]) * extents[k];
        }

        range = (range * (1 + Rounding.Gamma(stride))) + (2 * ErrorOf(function, errors));
        return value > range ? 1 : value < -range ? -1 : 0;
    }

    /// <summary>The mean of the vertices, in double.</summary>
    public double[] Centre()
    {
        var centre = new double[Dimension];
        for (int v = 0; v < vertices.Length; v++)
        {
            for (int k = 0; k < Dimension; k++)
                centre[k] += points[(v * stride) + k] / vertices.Length;
        }

        return centre;
    }

    private double ErrorOf(ReadOnlySpan<double> function, ReadOnlySpan<double> errors)
    {
        double error = 0;
        for (int k = 0; k <= Dimension; k++)
            error += (errors[k] * sizes[k]) + (Math.Abs(function[k]) * slacks[k]);
        return (error * (1 + Rounding.Gamma(2 * stride))) + Rounding.Underflow;
    }
}
