namespace ExactCompression.Bounds.Deployed;

/// <summary>How often a runtime rounds while it computes an element of a layer.</summary>
internal sealed record LayerCharge
{
    /// <summary>Roundings of each term on its own: of its weight, its product, of what is done with the sum afterwards.</summary>
    public int PerTerm { get; init; }

    /// <summary>
    /// Whether the terms are added up one after another, in any order: that is one rounding of a partial sum for each that is not 0, and
    /// <see cref="Additions"/> more.
    /// </summary>
    public bool IsSum { get; init; }

    /// <summary>Further additions to the sum.</summary>
    public int Additions { get; init; }

    /// <summary>Whether only the first of the layer's maps is rounded; what the others give is 0 where the first counts.</summary>
    public bool IsFirstAlone { get; init; }

    /// <summary>Errors of constants, for each element; null for none.</summary>
    public double[]? Constants { get; init; }

    /// <summary>For each element, how much larger what underflow loses on the way is in it, at most; null for 1.</summary>
    public double[]? Lost { get; init; }

    /// <summary>
    /// For each element, how much larger than the sum of its terms' magnitudes a result on the way can be; null for 1.
    /// </summary>
    public double[]? Largest { get; init; }

    /// <summary>For each element, how much larger than a value that it takes a result on the way can be; null for 1.</summary>
    public double[]? Steepest { get; init; }
}
