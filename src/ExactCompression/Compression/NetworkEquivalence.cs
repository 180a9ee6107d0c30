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
    /// <param name="options">What is compared, tolerance, number of points, seed.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The networks, the domain, the data or the options do not fit together.</exception>
    public static EquivalenceReport Compare(
        ReluNetwork reference, ReluNetwork difference, InputDomain? domain, InputData? data, EquivalenceOptions options,
        CancellationToken cancellation)
    {
        RequireSameShape(reference, difference);
        InputDomain box = (domain ?? reference.StatedDomain ?? InputDomain.Unit).For(reference.InputSize);
        return new EquivalenceRun(reference, difference, box, data, options, null, null, cancellation).Report();
    }

    /// <summary>Compares two networks by what a file states: its domain, and a range for the difference of each output.</summary>
    /// <param name="specification">The statement.</param>
    /// <param name="reference">The first network that the file declares.</param>
    /// <param name="difference">The second.</param>
    /// <param name="data">Rows to compare on as well, or null. Rows outside the domain are clipped to it.</param>
    /// <param name="options">Number of points, seed, limits; its tolerances and property are not looked at.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The networks, the data and the statement do not fit together.</exception>
    public static EquivalenceReport Compare(
        EquivalenceSpecification specification, ReluNetwork reference, ReluNetwork difference, InputData? data,
        EquivalenceOptions options, CancellationToken cancellation)
    {
        RequireSameShape(reference, difference);
        if (reference.InputSize != specification.Domain.Lower.Length || reference.OutputSize != specification.Ranges.Count)
        {
            throw new InvalidInputException(
                "SpecificationDoesNotMatch",
                $"'{specification}' is about networks with {specification.Domain.Lower.Length} inputs and {specification.Ranges.Count} "
                    + $"outputs, '{reference.Name}' has {reference.InputSize} and {reference.OutputSize}.",
                $"Give the networks that it calls '{specification.Reference}' and '{specification.Difference}'.");
        }

        return new EquivalenceRun(reference, difference, specification.Domain, data, options, specification, null, cancellation).Report();
    }

    /// <summary>
    /// Compares a compressed network with its original; the proven bound is that of the compression, where it has one, otherwise what can
    /// be proven about the two networks.
    /// </summary>
    /// <param name="result">A compression.</param>
    /// <param name="data">Rows to compare on as well, or null. Rows outside the domain are clipped to it.</param>
    /// <param name="options">What is compared, tolerance, number of points, seed.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The data or the options do not fit the networks.</exception>
    public static EquivalenceReport Compare(
        CompressionResult result, InputData? data, EquivalenceOptions options, CancellationToken cancellation) =>
        result.IsProven
            ? new EquivalenceRun(
                result.Original, result.Compressed, result.Domain, data, options, null, result.ProvenDeviation, cancellation).Report()
            : Compare(result.Original, result.Compressed, result.Domain, data, options, cancellation);

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
