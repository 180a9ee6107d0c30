namespace ExactCompression;

/// <summary>How two networks are compared.</summary>
public sealed record EquivalenceOptions
{
    /// <summary>
    /// The default tolerance over the largest magnitude of any output at 128 points of the domain that depend on nothing else (of its
    /// terms, where every output is 0): <c>2^-20</c>, 8 units in the last place of a float32 of that size, about the difference between
    /// two orders of summation in float32.
    /// </summary>
    public const double DefaultScale = 1.0 / (1 << 20);

    /// <summary>
    /// Largest output difference that counts as equal; null for the scale of float32 rounding of the outputs
    /// (<see cref="DefaultScale"/>), or what a compression has proven if that is more; for 0 where a relative tolerance is given, or labels
    /// are compared. Of
    /// <see cref="EquivalenceProperty.SameLabel"/> it is the lead that the first network's largest output must have to count.
    /// </summary>
    public double? Tolerance { get; init; }

    /// <summary>
    /// What an output may differ by in addition, over the magnitude of the first network's output at the same input: outputs <c>f</c> and
    /// <c>g</c> count as equal where <c>|g - f| &lt;= Tolerance + RelativeTolerance |f|</c>, as in <c>numpy.testing.assert_allclose</c>.
    /// </summary>
    public double RelativeTolerance { get; init; }

    /// <summary>What is compared.</summary>
    public EquivalenceProperty Property { get; init; }

    /// <summary>
    /// The arithmetic that is compared in. With <see cref="Arithmetic.Float32"/> the networks count as equal where runtimes cannot compute
    /// outputs that differ by more than the tolerance; labels and relative tolerances are compared in real arithmetic alone.
    /// </summary>
    public Arithmetic Arithmetic { get; init; }

    /// <summary>Random and corner points to try.</summary>
    public int Points { get; init; } = 10_000;

    /// <summary>
    /// How long to search for a proof or a counterexample where comparing layers gives neither: half of it each for compressing the larger
    /// network as the smaller one may have been produced, and for the network of their difference. Zero for no such search.
    /// </summary>
    public TimeSpan ProofTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Seed of the random points.</summary>
    public int Seed { get; init; }
}
