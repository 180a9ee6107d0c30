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
            if (isReached && IsUnit(node.Operator))
                return true;
            reached[graph.ValueOf(n)] = isReached;
        }

        return false;
    }

    /// <summary>Whether a node is a unit, or would be one if the shape of what it takes were known: then it is opaque itself.</summary>
    private static bool IsUnit(Operator op) =>
        op is UnitOperator || Enum.GetNames<Activation>().Except([nameof(Activation.Identity)]).Contains(op.Name);
}
