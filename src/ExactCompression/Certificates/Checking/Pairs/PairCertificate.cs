namespace ExactCompression.Certificates.Checking;

/// <summary>A certificate that two networks differ by no more than a number, as read and not yet verified.</summary>
internal sealed record PairCertificate
{
    /// <summary>A hash for each layer of the first network, output last.</summary>
    public required string[] FirstHashes { get; init; }

    /// <summary>A hash for each layer of the second network.</summary>
    public required string[] SecondHashes { get; init; }

    /// <summary>The hash of the domain.</summary>
    public required string DomainHash { get; init; }

    /// <summary>Lower ends of the domain.</summary>
    public required double[] Lower { get; init; }

    /// <summary>Upper ends of the domain.</summary>
    public required double[] Upper { get; init; }

    /// <summary>The claimed bound on the largest difference of any output over the domain.</summary>
    public required double Deviation { get; init; }

    /// <summary>
    /// Claims about each hidden layer of the <see cref="PairNetwork"/>: the last, about the differences, is missing if there are
    /// <see cref="Boxes"/>.
    /// </summary>
    public required LayerClaims[] Layers { get; init; }

    /// <summary>Boxes on each of which no difference is too large; null where claims show it.</summary>
    public required BoxTree? Boxes { get; init; }
}
