using ExactCompression.Tests.Formats;

namespace ExactCompression.Tests.Certificates;

/// <summary>Compressions and their certificates, made by the search.</summary>
internal static class Made
{
    /// <summary>LEO++ of a network by the verdicts of the search.</summary>
    public static CompressionResult Compression(ReluNetwork network, InputDomain? domain = null, CompressionLevel level = CompressionLevel.LeoPlusPlus) =>
        LeoCompression.Compress(StabilityAnalysis.FindStable(StabilityTable.Undecided(network, domain), null, new(), CancellationToken.None), new() { Level = level }, CancellationToken.None);

    /// <summary>Writes a certificate and checks it.</summary>
    public static CertificateReport Check(CompressionResult result, string extension = ".json")
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("certificate" + extension);
        CompressionCertificate.Write(result, path);
        return CertificateCheck.Run(path, result.Original, result.Compressed);
    }
}
