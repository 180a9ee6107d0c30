using ExactCompression.Networks;

namespace ExactCompression.Compression.Equivalence;

/// <summary>Whether two graphs are the same, node by node and number by number: then they are the same function.</summary>
internal static class GraphMatching
{
    /// <summary>Compares two graphs; nodes that change nothing do not count.</summary>
    /// <param name="first">One.</param>
    /// <param name="second">The other.</param>
    public static bool AreSame(NetworkGraph first, NetworkGraph second)
    {
        if (!first.Inputs.Select(static i => i.Shape).SequenceEqual(second.Inputs.Select(static i => i.Shape))
            || first.Outputs.Count != second.Outputs.Count)
            return false;
        int[] nodes = Effective(first), others = Effective(second);
        if (nodes.Length != others.Length)
            return false;
        var partner = new int[first.Values];
        for (int i = 0; i < first.Inputs.Count; i++)
            partner[i] = i;
        bool AreMatched(int a, int b) => partner[EffectiveNodes.Source(first, a)] == EffectiveNodes.Source(second, b);
        for (int k = 0; k < nodes.Length; k++)
        {
            GraphNode a = first.Nodes[nodes[k]], b = second.Nodes[others[k]];
            if (a.Operator is OpaqueOperator || !a.Shape.Equals(b.Shape) || a.Inputs.Count != b.Inputs.Count
                || !EffectiveNodes.AreSame(EffectiveNodes.OperatorOf(first, a), EffectiveNodes.OperatorOf(second, b), a.Shape)
                || !a.Inputs.Zip(b.Inputs).All(pair => AreMatched(pair.First, pair.Second)))
                return false;
            partner[first.ValueOf(nodes[k])] = second.ValueOf(others[k]);
        }

        return first.Outputs.Zip(second.Outputs).All(pair => AreMatched(pair.First.Value, pair.Second.Value));
    }

    private static int[] Effective(NetworkGraph graph) =>
        [.. Enumerable.Range(0, graph.Nodes.Count).Where(n => EffectiveNodes.Source(graph, graph.ValueOf(n)) == graph.ValueOf(n))];
}
