namespace ExactCompression;

/// <summary>How far compression goes.</summary>
public enum CompressionLevel
{
    /// <summary>Only what rounds nothing: stably inactive neurons are removed (and a network that is constant collapses).</summary>
    DeleteOnly,

    /// <summary>All of LEO++: removal, merging, folding, collapse.</summary>
    LeoPlusPlus,
}

/// <summary>How compression runs.</summary>
public sealed record CompressionOptions
{
    /// <summary>How far to go.</summary>
    public CompressionLevel Level { get; init; } = CompressionLevel.LeoPlusPlus;

    /// <summary>What new weights are rounded to; null for each layer's own precision.</summary>
    public WeightPrecision? Precision { get; init; }
}
