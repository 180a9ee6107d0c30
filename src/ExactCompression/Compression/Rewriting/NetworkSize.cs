namespace ExactCompression.Compression.Rewriting;

/// <summary>The size of a network, by several counts.</summary>
/// <param name="Neurons">Hidden neurons.</param>
/// <param name="Connections">Weights that are not zero.</param>
/// <param name="Weights">All weights.</param>
/// <param name="Parameters">Weights and biases.</param>
internal readonly record struct NetworkSize(long Neurons, long Connections, long Weights, long Parameters)
{
    /// <summary>The count that an objective minimises.</summary>
    public long By(CompressionObjective objective) => objective switch
    {
        CompressionObjective.Connections => Connections,
        CompressionObjective.Parameters => Parameters,
        CompressionObjective.MultiplyAdds => Weights,
        _ => Neurons,
    };

    /// <summary>The counts to compare networks by: the objective's own first.</summary>
    public (long Objective, long Parameters, long Connections) Order(CompressionObjective objective) =>
        (By(objective), Parameters, Connections);

    /// <summary>Whether this is smaller by an objective, and the file not larger.</summary>
    public bool IsBelow(NetworkSize other, CompressionObjective objective) =>
        Weights <= other.Weights && Order(objective).CompareTo(other.Order(objective)) < 0;
}
