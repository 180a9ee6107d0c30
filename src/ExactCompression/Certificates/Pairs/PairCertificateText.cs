using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>Writes certificates of two networks in the form that <see cref="PairCertificateParser"/> reads.</summary>
internal static class PairCertificateText
{
    /// <summary>The content, without the seal around it.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="first">The first network.</param>
    /// <param name="second">The second one.</param>
    public static byte[] Body(PairCertificate certificate, ReluNetwork first, ReluNetwork second) => CertificateText.Body(json =>
    {
        CertificateText.WriteNetwork(json, "first", first, certificate.FirstHashes);
        CertificateText.WriteNetwork(json, "second", second, certificate.SecondHashes);
        CertificateText.WriteDomain(json, certificate.Lower, certificate.Upper, certificate.DomainHash);
        json.WriteNumber("deviation", certificate.Deviation);
        CertificateText.WriteLayers(json, certificate.Layers);
        if (certificate.Boxes is not { } boxes)
            return;
        json.WriteStartObject("boxes");
        CertificateText.WriteBoxes(json, boxes);
        json.WriteEndObject();
    });
}
