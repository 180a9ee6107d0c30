namespace ExactCompression;

/// <summary>The result of checking a certificate.</summary>
public sealed class CertificateReport
{
    /// <summary>The certificate's file.</summary>
    public required string Path { get; init; }

    /// <summary>The network before compression.</summary>
    public required ReluNetwork Original { get; init; }

    /// <summary>The network after compression.</summary>
    public required ReluNetwork Compressed { get; init; }

    /// <summary>The domain that the certificate states; null if it states none.</summary>
    public required InputDomain? Domain { get; init; }

    /// <summary>Whether everything that the certificate claims holds.</summary>
    public required bool Valid { get; init; }

    /// <summary>
    /// The bound on the largest difference of any output over the domain that the certificate claims and the check confirms; infinity if it
    /// is not valid.
    /// </summary>
    public required double ProvenDeviation { get; init; }

    /// <summary>The location of the first failed check: network, layer, neuron, field; null if there is none.</summary>
    public required string? Place { get; init; }

    /// <summary>What does not hold there; null if everything holds.</summary>
    public required string? Reason { get; init; }

    /// <summary>
    /// How many claims about neurons of the original each kind of evidence has proven; neurons without a claim count as <c>Unclaimed</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, int> Evidence { get; init; }

    /// <summary>How many operations checking took, as <c>-MaximumWork</c> counts them.</summary>
    public required double Work { get; init; }

    /// <summary>How long checking took, from opening the file on.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Valid
        ? FormattableString.Invariant(
            $"{Original.Architecture} -> {Compressed.Architecture}: valid, deviation at most {ProvenDeviation:r}")
        : $"{Place}: {Reason}";
}
