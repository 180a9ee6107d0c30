namespace ExactCompression.Certificates.Checking;

/// <summary>Bounds the difference of the outputs of two graphs, element by element, as a relation suggests.</summary>
internal static class GraphRelationCheck
{
    /// <summary>A bound of the largest difference of any output over the domain.</summary>
    /// <param name="relation">The certificate's relation.</param>
    /// <param name="original">The original.</param>
    /// <param name="originalBounds">What is proven of its elements.</param>
    /// <param name="compressed">The compressed network.</param>
    /// <param name="compressedBounds">What is proven of its elements.</param>
    /// <param name="box">The domain.</param>
    /// <param name="budget">What the work is counted in.</param>
    /// <exception cref="Refusal">The relation is not of these networks, or shows nothing.</exception>
    public static double Deviation(
        GraphRelation relation, CheckedGraph original, CheckedBounds originalBounds, CheckedGraph compressed,
        CheckedBounds compressedBounds, InputBox box, CheckBudget budget)
    {
        if (relation.Values.Length != original.Values.Count)
            throw new Refusal("relation", $"There is not one entry for each of the {original.Values.Count} values of the original.");
        var simulation = new GraphSimulation(new(original, originalBounds, compressed, compressedBounds, box), budget);
        for (int v = 1; v < original.Values.Count; v++)
            simulation.Keep(v, relation.Values[v], simulation.Derive(v, relation.Values[v]));
        return simulation.Deviation();
    }
}
