namespace ExactCompression;

/// <summary>Compares two networks over a domain: the library behind <c>Test-NetworkEquivalence</c>.</summary>
public static class NetworkEquivalence
{
    /// <summary>Compares two networks.</summary>
    /// <param name="reference">The first.</param>
    /// <param name="difference">The second; it must have the same numbers of inputs and outputs.</param>
    /// <param name="domain">The domain, or null for the first network's own range or <c>[0,1]^n</c>.</param>
    /// <param name="data">Rows to compare on as well, or null.</param>
    /// <param name="options">Tolerance, number of points, seed.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The networks, the domain or the data do not fit together.</exception>
    public static EquivalenceReport Compare(ReluNetwork reference, ReluNetwork difference, InputDomain? domain, InputData? data, EquivalenceOptions options, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Compares a compressed network with its original; the proven bound is that of the compression.</summary>
    /// <param name="result">A compression.</param>
    /// <param name="data">Rows to compare on as well, or null.</param>
    /// <param name="options">Tolerance, number of points, seed.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    public static EquivalenceReport Compare(CompressionResult result, InputData? data, EquivalenceOptions options, CancellationToken cancellation) => throw new NotImplementedException();
}

/// <summary>How two networks are compared.</summary>
public sealed record EquivalenceOptions
{
    /// <summary>Largest output difference that counts as equal; null for the scale of float32 rounding of the outputs.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Random and corner points to try.</summary>
    public int Points { get; init; } = 10_000;

    /// <summary>Seed of the random points.</summary>
    public int Seed { get; init; }
}

/// <summary>What a comparison of two networks found.</summary>
public sealed class EquivalenceReport
{
    /// <summary>The first network.</summary>
    public required ReluNetwork Reference { get; init; }

    /// <summary>The second network.</summary>
    public required ReluNetwork Difference { get; init; }

    /// <summary>The domain compared over.</summary>
    public required InputDomain Domain { get; init; }

    /// <summary>True where the difference is proven to stay within <see cref="Tolerance"/>; false where <see cref="Counterexample"/> shows more; null where neither is known.</summary>
    public required bool? Equivalent { get; init; }

    /// <summary>Largest difference of any output that was seen.</summary>
    public required double ObservedDeviation { get; init; }

    /// <summary>A proven bound on the largest difference of any output over the domain; infinity where none is known.</summary>
    public required double ProvenDeviation { get; init; }

    /// <summary>Largest difference that counts as equal.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Points tried.</summary>
    public required long PointsTried { get; init; }

    /// <summary>An input where the difference exceeds the tolerance, or null.</summary>
    public double[]? Counterexample { get; init; }
}
