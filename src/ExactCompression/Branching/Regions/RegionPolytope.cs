using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Branching.Regions;

/// <summary>
/// A polytope of full dimension by its vertices, each with the facets that it lies on. Immutable. A facet is known by the place of the
/// element whose pre-activation is 0 on it, or below 0 where it is a side of the box.
/// </summary>
/// <remarks>
/// Two vertices are the ends of an edge if no other vertex lies on all facets that both lie on: the face in which those meet is the
/// smallest one that has both. So only combinatorics, and no rank, is needed, and vertices at which more facets meet than the dimension
/// are as good as others.
/// </remarks>
internal sealed class RegionPolytope
{
    private const int Bits = 64;

    private readonly int dimension;
    private readonly int stride;
    private readonly int words;
    private readonly int[] facets;
    private readonly RegionVertex[] vertices;
    private readonly ulong[] incidence;
    private readonly double[] points;

    /// <summary>For each coordinate the largest magnitude of a vertex, with its error; and the largest error, with that of a product.</summary>
    private readonly double[] sizes, slacks;

    /// <summary>The middle of the smallest box around it, and how far it extends from there; only where there are many vertices.</summary>
    private readonly double[]? middle, extents;

    private RegionPolytope(int dimension, int stride, int[] facets, RegionVertex[] vertices, ulong[] incidence)
    {
        (this.dimension, this.stride, this.facets, this.vertices, this.incidence) = (dimension, stride, facets, vertices, incidence);
        words = Words(facets.Length);
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

    /// <summary>With more vertices, a box around them is looked at first.</summary>
    private const int FewVertices = 8;

    /// <summary>The number of vertices.</summary>
    public int Count => vertices.Length;

    /// <summary>A vertex.</summary>
    public RegionVertex this[int vertex] => vertices[vertex];

    /// <summary>The whole box.</summary>
    /// <param name="network">The network with the box.</param>
    public static RegionPolytope Box(RegionNetwork network)
    {
        int size = network.Inputs.Length, count = 1 << size;
        var vertices = new RegionVertex[count];
        var incidence = new ulong[count * Words(2 * size)];
        for (int mask = 0; mask < count; mask++)
        {
            vertices[mask] = RegionVertex.Corner(network, k => (mask >> k & 1) != 0);
            for (int k = 0; k < size; k++)
                incidence[mask] |= 1UL << ((2 * k) + (mask >> k & 1));
        }

        return new(size, network.Stride, [.. Enumerable.Range(0, 2 * size).Select(static k => -1 - k)], vertices, incidence);
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

    /// <summary>Cuts the polytope where a function is 0, which is above and below 0 at some of its vertices.</summary>
    /// <param name="values">The function's values at the vertices, in double.</param>
    /// <param name="error">A bound on their errors.</param>
    /// <param name="signs">Its signs at the vertices.</param>
    /// <param name="place">The place of the function's element.</param>
    /// <param name="functions">The functions on the current path.</param>
    /// <returns>Where it is not below 0, and where it is not above 0.</returns>
    public (RegionPolytope Above, RegionPolytope Below) Cut(
        ReadOnlySpan<double> values, double error, ReadOnlySpan<sbyte> signs, int place, RegionFunctions functions)
    {
        int[] cutFacets = [.. facets, place];
        int cutWords = Words(cutFacets.Length);
        var above = new PolytopeSide(cutWords);
        var below = new PolytopeSide(cutWords);
        Span<ulong> common = stackalloc ulong[cutWords];
        for (int p = 0; p < vertices.Length; p++)
        {
            common.Clear();
            incidence.AsSpan(p * words, words).CopyTo(common);
            if (signs[p] == 0)
                common[facets.Length / Bits] |= 1UL << (facets.Length % Bits);
            if (signs[p] >= 0)
                above.Add(vertices[p], common);
            if (signs[p] <= 0)
                below.Add(vertices[p], common);
            if (signs[p] <= 0)
                continue;
            for (int q = 0; q < vertices.Length; q++)
            {
                if (signs[q] >= 0 || !IsEdge(p, q, common))
                    continue;
                var vertex = RegionVertex.Cut(vertices[p], vertices[q], (values[p], values[q]), error, place, functions);
                common[facets.Length / Bits] |= 1UL << (facets.Length % Bits);
                above.Add(vertex, common);
                below.Add(vertex, common);
            }
        }

        return (Of(above, cutFacets), Of(below, cutFacets));
    }

    /// <summary>The mean of the vertices, in double.</summary>
    public double[] Centre()
    {
        var centre = new double[dimension];
        for (int v = 0; v < vertices.Length; v++)
        {
            for (int k = 0; k < dimension; k++)
                centre[k] += points[(v * stride) + k] / vertices.Length;
        }

        return centre;
    }

    /// <summary>Whether two vertices are the ends of an edge.</summary>
    /// <param name="p">The one.</param>
    /// <param name="q">The other.</param>
    /// <param name="common">Receives the facets that both lie on.</param>
    private bool IsEdge(int p, int q, Span<ulong> common)
    {
        common.Clear();
        int shared = 0, first = 0, second = 0;
        for (int w = 0; w < words; w++)
        {
            (ulong a, ulong b) = (incidence[(p * words) + w], incidence[(q * words) + w]);
            common[w] = a & b;
            shared += BitOperations.PopCount(a & b);
            first += BitOperations.PopCount(a);
            second += BitOperations.PopCount(b);
        }

        if (shared < dimension - 1)
            return false;
        if (shared == dimension - 1 && (first == dimension || second == dimension))
            return true;
        for (int r = 0; r < vertices.Length; r++)
        {
            if (r == p || r == q)
                continue;
            bool hasAll = true;
            for (int w = 0; w < words && hasAll; w++)
                hasAll = (common[w] & ~incidence[(r * words) + w]) == 0;
            if (hasAll)
                return false;
        }

        return true;
    }

    /// <summary>One side of a cut, without what no longer is a facet of it: each has as many vertices as there are dimensions.</summary>
    private RegionPolytope Of(PolytopeSide side, int[] among)
    {
        Span<int> counts = stackalloc int[among.Length];
        counts.Clear();
        for (int v = 0; v < side.Vertices.Count; v++)
        {
            for (int f = 0; f < among.Length; f++)
                counts[f] += (int)(side.Incidence[(v * side.Words) + (f / Bits)] >> (f % Bits) & 1);
        }

        var kept = new List<int>(among.Length);
        for (int f = 0; f < among.Length; f++)
        {
            if (counts[f] >= dimension)
                kept.Add(f);
        }

        int keptWords = Words(kept.Count);
        var compact = new ulong[side.Vertices.Count * keptWords];
        for (int v = 0; v < side.Vertices.Count; v++)
        {
            for (int f = 0; f < kept.Count; f++)
            {
                ulong bit = side.Incidence[(v * side.Words) + (kept[f] / Bits)] >> (kept[f] % Bits) & 1;
                compact[(v * keptWords) + (f / Bits)] |= bit << (f % Bits);
            }
        }

        return new(dimension, stride, [.. kept.Select(f => among[f])], [.. side.Vertices], compact);
    }

    private double ErrorOf(ReadOnlySpan<double> function, ReadOnlySpan<double> errors)
    {
        double error = 0;
        for (int k = 0; k <= dimension; k++)
            error += (errors[k] * sizes[k]) + (Math.Abs(function[k]) * slacks[k]);
        return (error * (1 + Rounding.Gamma(2 * stride))) + Rounding.Underflow;
    }

    private static int Words(int facets) => Math.Max(1, (facets + Bits - 1) / Bits);

    /// <summary>The vertices of one side of a cut.</summary>
    private sealed class PolytopeSide(int words)
    {
        public int Words => words;

        public List<RegionVertex> Vertices { get; } = [];

        public List<ulong> Incidence { get; } = [];

        public void Add(RegionVertex vertex, ReadOnlySpan<ulong> on)
        {
            Vertices.Add(vertex);
            foreach (ulong word in on)
                Incidence.Add(word);
        }
    }
}
