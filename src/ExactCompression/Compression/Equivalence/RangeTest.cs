namespace ExactCompression.Compression.Equivalence;

/// <summary>Whether each output's difference stays within a range of its own.</summary>
/// <param name="ranges">What counts as equal, for each output.</param>
internal sealed class RangeTest(IReadOnlyList<DifferenceRange> ranges) : EquivalenceTest
{
    private readonly bool isUniform = ranges.All(r => r == ranges[0]) && ranges[0] == DifferenceRange.Of(ranges[0].Upper);

    /// <inheritdoc/>
    public override double Enough { get; } = ranges.Min(static r => r.Least);

    /// <inheritdoc/>
    public override Func<int, double, double, double>? Excess => isUniform ? null
        : (o, f, g) => Math.Max(g - f - ranges[o].OuterUpper, ranges[o].OuterLower - (g - f));

    /// <summary>The same tolerance for every output.</summary>
    /// <param name="tolerance">The tolerance.</param>
    /// <param name="outputs">Number of outputs.</param>
    public static RangeTest Uniform(double tolerance, int outputs) =>
        new([.. Enumerable.Repeat(DifferenceRange.Of(tolerance), outputs)]);

    /// <inheritdoc/>
    public override bool IsRefuted(OutputEnclosure outputs)
    {
        for (int o = 0; o < ranges.Count; o++)
        {
            if (outputs.Above(o) > ranges[o].OuterUpper || outputs.Below(o) > -ranges[o].OuterLower)
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override DeviationBound Search(
        ReluNetwork first, ReluNetwork second, InputDomain domain, InputData? data, SearchOptions options,
        CancellationToken cancellation) => DifferenceProof.Search(first, second, domain, data, ranges, options, cancellation);
}
