using System.Numerics;

namespace ExactCompression.Branching.Regions;

/// <summary>Cuts polytopes in two.</summary>
/// <remarks>
/// Two vertices are the ends of an edge if no other vertex lies on all facets that both lie on: the face in which those meet is the
/// smallest one that has both. So only combinatorics, and no rank, is needed, and vertices at which more facets meet than the dimension
/// are as good as others.
/// </remarks>
internal static class PolytopeCut
{
    private const int Bits = RegionPolytope.Bits;

    /// <summary>Cuts a polytope where a function is 0, which is above and below 0 at some of its vertices.</summary>
    /// <param name="polytope">The polytope.</param>
    /// <param name="values">The function's values at the vertices, in double.</param>
    /// <param name="error">A bound on their errors.</param>
    /// <param name="signs">Its signs at the vertices.</param>
    /// <param name="place">The place of the function's element.</param>
    /// <param name="functions">The functions on the current path.</param>
    /// <returns>Where it is not below 0, and where it is not above 0.</returns>
    public static (RegionPolytope Above, RegionPolytope Below) Run(
        RegionPolytope polytope, ReadOnlySpan<double> values, double error, ReadOnlySpan<sbyte> signs, int place,
        RegionFunctions functions)
    {
        int cut = polytope.Facets, words = RegionPolytope.WordsOf(cut);
        var (above, below) = (new PolytopeSide(RegionPolytope.WordsOf(cut + 1)), new PolytopeSide(RegionPolytope.WordsOf(cut + 1)));
        Span<ulong> on = stackalloc ulong[above.Words];
        for (int p = 0; p < polytope.Count; p++)
        {
            on.Clear();
            polytope.Incidence.AsSpan(p * words, words).CopyTo(on);
            if (signs[p] == 0)
                on[cut / Bits] |= 1UL << (cut % Bits);
            if (signs[p] >= 0)
                above.Add(polytope[p], on);
            if (signs[p] <= 0)
                below.Add(polytope[p], on);
            if (signs[p] <= 0)
                continue;
            for (int q = 0; q < polytope.Count; q++)
            {
                if (signs[q] >= 0 || !IsEdge(polytope, p, q, on))
                    continue;
                var vertex = RegionVertex.Cut(polytope[p], polytope[q], (values[p], values[q]), error, place, functions);
                on[cut / Bits] |= 1UL << (cut % Bits);
                above.Add(vertex, on);
                below.Add(vertex, on);
            }
        }

        int stride = functions.Network.Stride;
        return (above.Build(polytope.Dimension, stride, cut + 1), below.Build(polytope.Dimension, stride, cut + 1));
    }

    /// <summary>Whether two vertices are the ends of an edge.</summary>
    /// <param name="polytope">The polytope.</param>
    /// <param name="p">The one.</param>
    /// <param name="q">The other.</param>
    /// <param name="common">Receives the facets that both lie on.</param>
    private static bool IsEdge(RegionPolytope polytope, int p, int q, Span<ulong> common)
    {
        ulong[] incidence = polytope.Incidence;
        int dimension = polytope.Dimension, words = RegionPolytope.WordsOf(polytope.Facets), shared = 0, first = 0, second = 0;
        common.Clear();
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

        // Where no more facets meet at a vertex than the dimension, all but one of them meet in an edge.
        if (shared == dimension - 1 && (first == dimension || second == dimension))
            return true;
        for (int r = 0; r < polytope.Count; r++)
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

    /// <summary>The vertices of one side of a cut.</summary>
    private sealed class PolytopeSide(int words)
    {
        private readonly List<RegionVertex> vertices = [];
        private readonly List<ulong> incidence = [];

        public int Words => words;

        public void Add(RegionVertex vertex, ReadOnlySpan<ulong> on)
        {
            vertices.Add(vertex);
            foreach (ulong word in on)
                incidence.Add(word);
        }

        /// <summary>The polytope, without what no longer is a facet of it: each has as many vertices as there are dimensions.</summary>
        public RegionPolytope Build(int dimension, int stride, int facets)
        {
            var kept = new List<int>(facets);
            for (int f = 0; f < facets; f++)
            {
                int count = 0;
                for (int v = 0; v < vertices.Count; v++)
                    count += (int)Bit(v, f);
                if (count >= dimension)
                    kept.Add(f);
            }

            int keptWords = RegionPolytope.WordsOf(kept.Count);
            var compact = new ulong[vertices.Count * keptWords];
            for (int v = 0; v < vertices.Count; v++)
            {
                for (int f = 0; f < kept.Count; f++)
                    compact[(v * keptWords) + (f / Bits)] |= Bit(v, kept[f]) << (f % Bits);
            }

            return new(dimension, stride, kept.Count, [.. vertices], compact);
        }

        private ulong Bit(int vertex, int facet) => incidence[(vertex * words) + (facet / Bits)] >> (facet % Bits) & 1;
    }
}
