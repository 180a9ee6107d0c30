namespace ExactCompression.Compression.Rewriting;

/// <summary>The size of a network, by several counts.</summary>
/// <param name="Neurons">Hidden neurons.</param>
/// <param name="Connections">Weights that are not zero.</param>
/// <param name="Weights">All weights.</param>
/// <param name="Parameters">Weights and biases.</param>
/// <param name="MultiplyAdds">Multiply-adds of weights for one row of input; of dense layers, as many as there are weights.</param>
internal readonly record struct NetworkSize(long Neurons, long Connections, long Weights, long Parameters, long MultiplyAdds)
{
    /// <summary>The count that an objective minimises.</summary>
    public long By(CompressionObjective objective) => objective switch
    {
        CompressionObjective.Connections => Connections,
        CompressionObjective.Parameters => Parameters,
        CompressionObjective.MultiplyAdds => MultiplyAdds,
        _ => Neurons,
    };

    /// <summary>The counts to compare networks by: the objective's own first.</summary>
    public (long Objective, long Parameters, long Connections) Order(CompressionObjective objective) =>
        (By(objective), Parameters, Connections);

    /// <summary>Whether neither the file nor the work is larger than another's.</summary>
    public bool IsNoLarger(NetworkSize other) => Weights <= other.Weights && MultiplyAdds <= other.MultiplyAdds;

    /// <summary>Whether this is smaller by an objective, and neither the file nor the work larger.</summary>
    public bool IsBelow(NetworkSize other, CompressionObjective objective) =>
        IsNoLarger(other) && Order(objective).CompareTo(other.Order(objective)) < 0;
}
