using ExactCompression.Compression.Equivalence;

namespace ExactCompression;

/// <summary>Compares two networks over a domain: the library behind <c>Test-NetworkEquivalence</c>.</summary>
/// <remarks>
/// The points are the ends and the centre of the domain, the data, then uniform points, corners and sparse corners, and an ascent from the
/// worst of them. <c>ObservedDeviation</c> is what is certain at the worst point: the difference minus the error bound of its evaluation,
/// so it is never above the true largest difference, and <c>ProvenDeviation</c> is never below it. For two networks about which nothing is
/// known, the deviation is proven layer by layer where they match; otherwise by compressing the larger one again; otherwise it is proven or
/// refuted on the network of their difference. Of graphs that are no chains of dense layers, the deviation is proven where a compression of
/// the larger one gives exactly the smaller one; else intervals bound it. Where both end with a softmax, what is proven of their scores
/// bounds the outputs.
/// </remarks>
public static class NetworkEquivalence
{
    /// <summary>Compares two networks.</summary>
    /// <param name="reference">The first.</param>
    /// <param name="difference">The second; it must have the same numbers of inputs and outputs.</param>
    /// <param name="domain">The domain, or null for the range stated by the first network's file or <c>[0,1]^n</c>.</param>
    /// <param name="data">Rows to compare on as well, or null. Rows outside the domain are clipped to it.</param>
    /// <param name="options">Tolerance, number of points, seed.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The networks, the domain or the data do not fit together.</exception>
    public static EquivalenceReport Compare(
        ReluNetwork reference, ReluNetwork difference, InputDomain? domain, InputData? data, EquivalenceOptions options,
        CancellationToken cancellation)
    {
        RequireSameShape(reference, difference);
        InputDomain box = (domain ?? reference.StatedDomain ?? InputDomain.Unit).For(reference.InputSize);
        DeviationBound Proven(double enough) => DeviationProof.Between(reference, difference, box, data, enough, options, cancellation);
        return Report(reference, difference, box, data, options, Proven, cancellation);
    }

    /// <summary>
    /// Compares a compressed network with its original; the proven bound is that of the compression, where it has one, otherwise what can
    /// be proven about the two networks.
    /// </summary>
    /// <param name="result">A compression.</param>
    /// <param name="data">Rows to compare on as well, or null. Rows outside the domain are clipped to it.</param>
    /// <param name="options">Tolerance, number of points, seed.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The data does not fit the networks.</exception>
    public static EquivalenceReport Compare(
        CompressionResult result, InputData? data, EquivalenceOptions options, CancellationToken cancellation) =>
        result.IsProven
            ? Report(
                result.Original, result.Compressed, result.Domain, data, options,
                _ => new(result.ProvenDeviation, EquivalenceEvidence.Compression), cancellation)
            : Compare(result.Original, result.Compressed, result.Domain, data, options, cancellation);

    private static EquivalenceReport Report(
        ReluNetwork reference,
        ReluNetwork difference,
        InputDomain domain,
        InputData? data,
        EquivalenceOptions options,
        Func<double, DeviationBound> prove,
        CancellationToken cancellation)
    {
        data?.RequireColumns(reference.InputSize);
        using var search = new DifferenceSearch(reference, difference, domain);
        search.Run(new ComparisonPoints(domain, data, options), cancellation);
        double tolerance = options.Tolerance
            ?? (EquivalenceOptions.RelativeTolerance * Scale(search.LargestOutput, reference, difference, domain, cancellation));
        double[]? worst = search.Worst;
        double observed = worst is null ? 0 : PointDifference.AtLeast(reference, difference, worst, cancellation);
        DeviationBound proven = prove(observed > tolerance ? double.PositiveInfinity : tolerance);
        if (proven.Counterexample is { } found
            && PointDifference.AtLeast(reference, difference, found, cancellation) is var shown && shown > observed)
            (worst, observed) = (found, shown);
        bool differs = observed > tolerance;
        return new()
        {
            Reference = reference,
            Difference = difference,
            Domain = domain,
            Equivalent = differs ? false : proven.Bound <= tolerance ? true : null,
            ObservedDeviation = observed,
            ProvenDeviation = proven.Bound,
            Evidence = differs ? EquivalenceEvidence.Counterexample : proven.Evidence,
            Tolerance = tolerance,
            PointsTried = search.Tried,
            Counterexample = differs ? worst : null,
        };
    }

    /// <summary>The largest output seen; where all are 0, as rectified ones may be, the magnitudes that they are sums of.</summary>
    private static double Scale(
        double largestOutput, ReluNetwork reference, ReluNetwork difference, InputDomain domain, CancellationToken cancellation) =>
        largestOutput > 0
            ? largestOutput
            : Math.Max(
                OutputBounds.Magnitude(reference, domain, cancellation), OutputBounds.Magnitude(difference, domain, cancellation));

    private static void RequireSameShape(ReluNetwork reference, ReluNetwork difference)
    {
        if (reference.InputSize != difference.InputSize || reference.OutputSize != difference.OutputSize)
        {
            throw new InvalidInputException(
                "NetworksDoNotMatch",
                $"The network '{reference.Name}' has {reference.InputSize} inputs and {reference.OutputSize} outputs, "
                    + $"'{difference.Name}' has {difference.InputSize} and {difference.OutputSize}.",
                "Compare networks of the same numbers of inputs and outputs.");
        }
    }
}
