using ExactCompression.Compression.Channels;
using ExactCompression.Networks;

namespace ExactCompression.Compression.Nodes;

/// <summary>
/// Convolutions, matrices and normalisations that give exactly what they take, whatever that is, are left out; nothing is rounded.
/// </summary>
internal static class IdentityNodes
{
    /// <summary>The graph without such nodes.</summary>
    /// <param name="draft">The graph.</param>
    public static GraphDraft Bypass(GraphDraft draft)
    {
        NetworkGraph graph = draft.Graph;
        bool[] depends = DependOnInput(graph);
        int[] gone = [.. Enumerable.Range(0, graph.Nodes.Count).Where(
            n => IsIdentity(graph.Nodes[n]) && graph.Nodes[n].Inputs[0] >= graph.Inputs.Count && depends[graph.Nodes[n].Inputs[0]]
                && graph.ShapeOf(graph.Nodes[n].Inputs[0]).Equals(graph.Nodes[n].Shape))];
        if (gone.Length == 0)
            return draft;
        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(
            graph, gone.ToDictionary(static n => n, n => NodeChange.Bypassed(graph.Nodes[n].Inputs[0])));
        CompressionStep[] steps = [.. gone.Select(n => new CompressionStep(
            CompressionStepKind.JoinAffine, draft.LayerOf(n), [], $"{graph.Nodes[n].Name}: it gives what it takes, and is left out."))];
        return draft.After(
            edit, new double[]?[nodes.Count], [.. nodes.Select(n => draft.Units[n])], [.. nodes.Select(n => draft.Origins[n])], steps);
    }

    private static bool IsIdentity(GraphNode node)
    {
        switch (node.Operator)
        {
            case ConvolutionOperator { Geometry: { Taps: 1, StrideRows: 1, StrideColumns: 1, HasPadding: false } } convolution:
                int of = convolution.Filters.Length / Math.Max(1, convolution.Channels);
                int per = convolution.Channels / convolution.Groups;
                return of == per && IsUnit(convolution.Filters, of, o => o % per) && IsZero(convolution.Bias);
            case DenseOperator { WeightRadius: null, BiasRadius: null } dense:
                return dense.Inputs == dense.Outputs && IsUnit(dense.Weights, dense.Inputs, static o => o) && IsZero(dense.Bias);
            case ScaleShiftOperator scale:
                AffineMap map = scale.Map();
                return map.WeightRadius is null && map.BiasRadius is null && IsZero(map.Bias)
                    && (map.IsShift || map.Weights.AsSpan().IndexOfAnyExcept(1.0) < 0);
            default:
                return false;
        }
    }

    /// <summary>Whether each row has a 1 at one place, and 0 elsewhere.</summary>
    private static bool IsUnit(double[] weights, int columns, Func<int, int> place)
    {
        for (int at = 0; at < weights.Length; at++)
        {
            if (weights[at] != (at % columns == place(at / columns) ? 1 : 0))
                return false;
        }

        return true;
    }

    private static bool IsZero(double[] values) => values.AsSpan().IndexOfAnyExcept(0.0) < 0;

    /// <summary>For each value, whether it is no constant of the file, which readers would compute with before.</summary>
    private static bool[] DependOnInput(NetworkGraph graph)
    {
        var depends = new bool[graph.Values];
        for (int v = 0; v < depends.Length; v++)
            depends[v] = graph.Producer(v) is not { } node || node.Inputs.Any(i => depends[i]);
        return depends;
    }
}
