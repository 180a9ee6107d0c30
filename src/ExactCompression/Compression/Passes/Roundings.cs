namespace ExactCompression.Compression.Passes;

/// <summary>
/// What numbers that are equal may be off by, over their magnitudes: rounding in double, or in the float32 that they were stored in. What
/// is made of it is proven in any case.
/// </summary>
/// <param name="OfRows">For weights of rows that depend on each other.</param>
/// <param name="OfSums">For what is left of weights that cancel.</param>
internal readonly record struct Roundings(double OfRows, double OfSums)
{
    /// <summary>What double leaves.</summary>
    public const double Double = 1e-13;

    /// <summary>What float32 leaves: some units in the last place.</summary>
    public const double Single = 1.0 / (1 << 22);

    /// <summary>From the finest to the coarsest.</summary>
    public static readonly Roundings[] All = [new(Double, Double), new(Double, Single), new(Single, Single)];
}
