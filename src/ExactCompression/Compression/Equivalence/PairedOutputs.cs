namespace ExactCompression.Compression.Equivalence;

/// <summary>What the outputs of two networks in parallel are.</summary>
internal enum PairedOutputs
{
    /// <summary>Those of the first minus those of the second.</summary>
    Difference,

    /// <summary>Those of the first, then those of the second.</summary>
    Both,

    /// <summary>Those of the first, then the difference.</summary>
    FirstAndDifference,
}
