using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>The size of a graph, by several counts.</summary>
/// <param name="Neurons">Neurons of all units.</param>
/// <param name="Connections">Weights that are not zero.</param>
/// <param name="Weights">All weights.</param>
/// <param name="Parameters">Weights and biases.</param>
/// <param name="MultiplyAdds">Multiply-adds of weights for one row of input.</param>
internal readonly record struct GraphSize(long Neurons, long Connections, long Weights, long Parameters, long MultiplyAdds)
{
    /// <summary>The size of a graph.</summary>
    /// <param name="graph">The graph.</param>
    public static GraphSize Of(NetworkGraph graph) => new(
        graph.Nodes.Sum(static n => n.Operator is UnitOperator ? (long)n.Shape.Elements : 0),
        graph.Nodes.Sum(static n => n.Operator.NonZeroConnectionCount),
        graph.Nodes.Sum(static n => n.Operator.ConnectionCount),
        graph.Nodes.Sum(static n => n.Operator.ParameterCount),
        graph.Nodes.Sum(static n => n.Operator.MultiplyAdds(n.Shape)));

    /// <summary>Whether neither the file nor the work is larger than another's.</summary>
    /// <param name="other">The other.</param>
    public bool IsNoLarger(GraphSize other) => Weights <= other.Weights && MultiplyAdds <= other.MultiplyAdds;

    /// <summary>Whether this is smaller by an objective, and neither the file nor the work larger.</summary>
    /// <param name="other">The other.</param>
    /// <param name="objective">The objective.</param>
    public bool IsBelow(GraphSize other, CompressionObjective objective) =>
        IsNoLarger(other) && Order(objective).CompareTo(other.Order(objective)) < 0;

    private (long Objective, long Parameters, long Connections) Order(CompressionObjective objective) => (objective switch
    {
        CompressionObjective.Connections => Connections,
        CompressionObjective.Parameters => Parameters,
        CompressionObjective.MultiplyAdds => MultiplyAdds,
        _ => Neurons,
    }, Parameters, Connections);
}
