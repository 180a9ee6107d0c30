using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>A lowered graph in exact fractions; where weights have radii, with weights at the ends of these or in between.</summary>
internal sealed class ExactGraph
{
    private readonly LoweredGraph graph;
    private readonly List<(int Source, List<(int Column, Rational Weight)> Entries)>[][] rows;
    private readonly Rational[][] biases;

    /// <summary>Draws weights within the radii.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="random">What decides them.</param>
    public ExactGraph(LoweredGraph graph, Random random)
    {
        this.graph = graph;
        rows = [.. graph.Layers.Select(
            layer => Enumerable.Range(0, layer.Width)
                .Select(i => layer.Terms.Select(t => (t.Source, Row(t.Map, i, random))).ToList()).ToArray())];
        biases = [.. graph.Layers.Select(
            layer => layer.Bias.ToArray().Select((b, i) => b + Within(layer.BiasRadius.IsEmpty ? 0 : layer.BiasRadius.Span[i], random))
                .ToArray())];
    }

    /// <summary>The pre-activations of every layer.</summary>
    /// <param name="input">The network's input.</param>
    public Rational[][] PreActivations(Rational[] input)
    {
        var values = new Rational[graph.Layers.Count + 1][];
        var all = new Rational[graph.Layers.Count][];
        values[0] = input;
        for (int l = 0; l < all.Length; l++)
        {
            var z = new Rational[graph.Layers[l].Width];
            for (int i = 0; i < z.Length; i++)
            {
                z[i] = biases[l][i];
                foreach ((int source, List<(int Column, Rational Weight)> entries) in rows[l][i])
                {
                    foreach ((int column, Rational weight) in entries)
                        z[i] += weight * values[source][column];
                }
            }

            all[l] = z;
            values[l + 1] = graph.Layers[l].IsRectifier ? [.. z.Select(v => v.Sign > 0 ? v : Rational.Zero)] : z;
        }

        return all;
    }

    private static List<(int Column, Rational Weight)> Row(ILinearMap map, int element, Random random)
    {
        SparseRow row = new(), radii = new();
        map.ReadRow(element, row);
        map.Radius?.ReadRow(element, radii);
        var found = new SortedDictionary<int, Rational>();
        for (int k = 0; k < row.Count; k++)
            found[row.Columns[k]] = row.Weights[k];
        for (int k = 0; k < radii.Count; k++)
            found[radii.Columns[k]] = found.GetValueOrDefault(radii.Columns[k], Rational.Zero) + Within(radii.Weights[k], random);
        return [.. found.Where(static e => e.Value.Sign != 0).Select(static e => (e.Key, e.Value))];
    }

    private static Rational Within(double radius, Random random) => (Rational)radius * random.Next(-1, 2);
}
