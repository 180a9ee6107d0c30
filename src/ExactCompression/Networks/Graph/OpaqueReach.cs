namespace ExactCompression.Networks;

/// <summary>What depends on opaque nodes.</summary>
internal static class OpaqueReach
{
    /// <summary>Whether units depend on an opaque node.</summary>
    /// <param name="graph">The graph.</param>
    public static bool HasUnits(NetworkGraph graph)
    {
        var reached = new bool[graph.Values];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            bool isReached = node.Operator is OpaqueOperator || node.Inputs.Any(value => reached[value]);
            if (isReached && node.Operator is UnitOperator)
                return true;
            reached[graph.ValueOf(n)] = isReached;
        }

        return false;
    }
}
