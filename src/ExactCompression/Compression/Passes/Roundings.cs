namespace ExactCompression.Compression.Passes;

/// <summary>
/// How far equal numbers may differ, relative to their magnitudes: by rounding in double, or in the float32 in which they were stored.
/// Whatever is derived from it is proven in any case.
/// </summary>
/// <param name="OfRows">For weights of rows that depend on each other.</param>
/// <param name="OfSums">For the residual of weights that cancel.</param>
internal readonly record struct Roundings(double OfRows, double OfSums)
{
    /// <summary>Rounding in double.</summary>
    public const double Double = 1e-13;

    /// <summary>Rounding in float32: some units in the last place.</summary>
    public const double Single = 1.0 / (1 << 22);

    /// <summary>From the finest to the coarsest.</summary>
    public static readonly Roundings[] All = [new(Double, Double), new(Double, Single), new(Single, Single)];
}
