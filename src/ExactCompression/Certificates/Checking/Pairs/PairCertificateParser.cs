using Field = ExactCompression.Certificates.Checking.CertificateParser.Field;

namespace ExactCompression.Certificates.Checking;

/// <summary>Reads the content of a certificate of two networks. Numbers are packed as <see cref="CertificateParser"/> says.</summary>
internal static class PairCertificateParser
{
    /// <summary>Reads a content.</summary>
    /// <param name="body">The content.</param>
    /// <param name="cancellation">When cancelled, throws at once.</param>
    /// <exception cref="Refusal">It does not have the required form; with the location.</exception>
    public static PairCertificate Parse(ReadOnlyMemory<byte> body, CancellationToken cancellation = default) =>
        CertificateParser.Parse(body, Read, cancellation);

    private static PairCertificate Read(Field root)
    {
        Field domain = root["domain"];
        int inputs = domain["inputs"].Integer();
        return new()
        {
            FirstHashes = root["first"]["sha256"].Items(static f => f.Text()),
            SecondHashes = root["second"]["sha256"].Items(static f => f.Text()),
            DomainHash = domain["sha256"].Text(),
            Lower = domain["lower"].DoublesOrOne(inputs),
            Upper = domain["upper"].DoublesOrOne(inputs),
            Deviation = root["deviation"].Number(),
            Layers = root["layers"].Items(CertificateParser.Claims),
            Boxes = root.Has("boxes") ? CertificateParser.Boxes(root["boxes"]) : null,
        };
    }
}
