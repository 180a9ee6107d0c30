namespace ExactCompression.Networks;

/// <summary>What depends on opaque nodes.</summary>
internal static class OpaqueReach
{
    /// <summary>What files call units: a node of such a kind is opaque itself where the shape of what it takes is not known.</summary>
    private static readonly string[] Units = ["Relu", "LeakyRelu", "PRelu", "Clip", "HardSigmoid", "Abs", "Max", "Min"];

    /// <summary>Whether units depend on an opaque node.</summary>
    /// <param name="graph">The graph.</param>
    public static bool HasUnits(NetworkGraph graph)
    {
        var reached = new bool[graph.Values];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            bool isReached = node.Operator is OpaqueOperator || node.Inputs.Any(value => reached[value]);
            if (isReached && (node.Operator is UnitOperator || Units.Contains(node.Operator.Name)))
                return true;
            reached[graph.ValueOf(n)] = isReached;
        }

        return false;
    }
}
