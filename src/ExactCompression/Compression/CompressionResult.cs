namespace ExactCompression;

/// <summary>A compressed network beside its original, with what was done.</summary>
public sealed class CompressionResult
{
    /// <summary>The network before.</summary>
    public required ReluNetwork Original { get; init; }

    /// <summary>The network after; it computes the same function on all of <see cref="Domain"/>, up to <see cref="ProvenDeviation"/>.</summary>
    public required ReluNetwork Compressed { get; init; }

    /// <summary>The input domain that compression holds over.</summary>
    public required InputDomain Domain { get; init; }

    /// <summary>The verdicts it rests on.</summary>
    public required StabilityTable Table { get; init; }

    /// <summary>What was done, in order.</summary>
    public required IReadOnlyList<CompressionStep> Steps { get; init; }

    /// <summary>
    /// A proven bound on the largest difference of any output between <see cref="Original"/> and <see cref="Compressed"/> over
    /// <see cref="Domain"/>, both in real arithmetic: what rounding the new weights makes. 0 where neurons were only removed. Layers without new weights are the file's own, normalisation
    /// included; a format that cannot say them rounds them when the network is written.
    /// </summary>
    public required double ProvenDeviation { get; init; }

    /// <summary>Stably inactive neurons removed.</summary>
    public int RemovedInactive => CountNeurons(CompressionStepKind.RemoveInactive);

    /// <summary>Neurons removed because all their outgoing weights were 0.</summary>
    public int RemovedUnused => CountNeurons(CompressionStepKind.RemoveUnused);

    /// <summary>Neurons merged into others: stably active ones, and at the highest level multiples and opposites of unstable ones too.</summary>
    public int MergedActive => Steps.Where(static s => IsMerge(s.Kind)).Sum(static s => s.Neurons.Count - s.Added);

    /// <summary>Hidden layers folded into the next, or gone in a collapse.</summary>
    public int FoldedLayers => Original.Depth - Compressed.Depth;

    /// <summary>Share of hidden neurons that went away, in percent.</summary>
    public double NeuronsRemovedPercent => Percent(Original.NeuronCount, Compressed.NeuronCount);

    /// <summary>Share of connections that went away, in percent.</summary>
    public double ConnectionsRemovedPercent => Percent(Original.ConnectionCount, Compressed.ConnectionCount);

    /// <inheritdoc/>
    public override string ToString() => $"{Original.Architecture} -> {Compressed.Architecture}";

    private static double Percent(long before, long after) => before == 0 ? 0 : 100.0 * (before - after) / before;

    private static bool IsMerge(CompressionStepKind kind) => kind is CompressionStepKind.Merge or CompressionStepKind.MergeMultiples or CompressionStepKind.MergeOpposites
        or CompressionStepKind.MergeColumns or CompressionStepKind.ReduceOutputRank;

    private int CountNeurons(CompressionStepKind kind) => Steps.Where(s => s.Kind == kind).Sum(static s => s.Neurons.Count);
}
