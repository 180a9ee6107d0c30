using System.Security.Cryptography;
using ExactCompression.Formats;

namespace ExactCompression;

/// <summary>A certificate that was checked against a compression, as files that speak of the compression state it.</summary>
/// <param name="Name">The file's name, without its folder.</param>
/// <param name="Hash">SHA-256 of the file, in hexadecimal.</param>
/// <param name="ProvenDeviation">The largest difference of any output that the certificate proves.</param>
public sealed record StatedCertificate(string Name, string Hash, double ProvenDeviation)
{
    /// <summary>Checks a certificate, as <c>Test-CompressionCertificate</c> does, and names it.</summary>
    /// <param name="path">The certificate's full path.</param>
    /// <param name="compression">The compression that it must be of.</param>
    /// <param name="cancellation">When cancelled, throws, within a second.</param>
    /// <exception cref="InvalidInputException">The certificate is not valid, not of this compression, or changed meanwhile.</exception>
    /// <exception cref="InvalidFileException">The file is no certificate.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static StatedCertificate Of(string path, CompressionResult compression, CancellationToken cancellation = default)
    {
        string hash = HashOf(path);
        CertificateReport report = CertificateCheck.Run(
            path, compression.Original, CompressionCertificate.AsWritten(compression.Compressed, cancellation), compression.Domain,
            cancellation: cancellation);
        if (!report.Valid)
            throw new InvalidInputException(
                "CertificateNotValid", $"'{path}' is no valid certificate of this compression: {report.Reason}",
                "Make one with Export-CompressionCertificate from the same result.");
        return HashOf(path) == hash
            ? new(Path.GetFileName(path), hash, report.ProvenDeviation)
            : throw new InvalidInputException(
                "CertificateChanged", $"'{path}' was replaced while it was checked.", "Wait until it is written, and try again.");
    }

    /// <summary>Refuses a certificate of what is no compression.</summary>
    /// <param name="what">What it is: <c>a network</c>.</param>
    public static InvalidInputException Unfitting(string what) => new(
        "CertificateWithoutCompression", $"A certificate is of a compression, and this is {what}.",
        "Export the result of Invoke-LeoCompression, or leave -Certificate out.");

    private static string HashOf(string path)
    {
        using Stream file = InputFile.Open(path, "CertificateEmpty"); // refuses pipes, which would block
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
