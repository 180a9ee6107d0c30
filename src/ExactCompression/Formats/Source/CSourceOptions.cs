namespace ExactCompression.Formats;

/// <summary>What a file of C source states and contains beside the network's function.</summary>
public sealed record CSourceOptions
{
    /// <summary>The compression that made the network: its original, domain and proof are stated; null where none did.</summary>
    public CompressionResult? Compression { get; init; }

    /// <summary>The name of a certificate of the compression; null for none.</summary>
    public string? Certificate { get; init; }

    /// <summary>SHA-256 of the certificate's file, in hexadecimal.</summary>
    public string CertificateHash { get; init; } = "";

    /// <summary>Whether there is a second function, which says whether an input lies in the domain.</summary>
    public bool InputCheck { get; init; }

    /// <summary>The domain that the file speaks of: that of the compression, or the one that the network's own file states.</summary>
    /// <param name="network">The network that is written.</param>
    /// <returns>Null where there is neither.</returns>
    internal InputDomain? DomainOf(ReluNetwork network) => (Compression?.Domain ?? network.StatedDomain)?.For(network.InputSize);
}
