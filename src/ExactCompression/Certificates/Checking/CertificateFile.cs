using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// The file around a certificate's content: one line of JSON with the format, the version, and a seal of the content; gzip if it begins
/// like that.
/// </summary>
/// <param name="Body">The content, a JSON object.</param>
/// <param name="IsSealed">Whether the content matches the seal, and nothing follows it.</param>
/// <param name="Form">What it is about.</param>
internal sealed record CertificateFile(ReadOnlyMemory<byte> Body, bool IsSealed, CertificateForm Form = CertificateForm.Layers)
{
    private const int HashLength = 64;

    // Many times the certificate of the largest network that can be searched. Parsing takes up to ten times as much memory.
    private const int LargestContent = 1 << 29;

    /// <summary>What a gzip file begins with here: no name, no time, no system.</summary>
    public static ReadOnlySpan<byte> GzipHead => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

    /// <summary>What comes before the seal, by what a certificate is about.</summary>
    /// <param name="form">What it is about.</param>
    public static ReadOnlySpan<byte> Head(CertificateForm form) => form switch
    {
        CertificateForm.Graphs => "{\"format\":\"exact-compression-certificate\",\"version\":2,\"sha256\":\""u8,
        CertificateForm.Pair => "{\"format\":\"exact-compression-certificate\",\"version\":3,\"sha256\":\""u8,
        _ => "{\"format\":\"exact-compression-certificate\",\"version\":1,\"sha256\":\""u8,
    };

    /// <summary>What comes between the seal and the content.</summary>
    public static ReadOnlySpan<byte> Middle => "\",\"body\":"u8;

    /// <summary>What comes behind the content.</summary>
    public static ReadOnlySpan<byte> Tail => "}\n"u8;

    /// <summary>The seal of a content.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> body) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(body)));

    /// <summary>Reads a file.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidFileException">It is not a certificate, of another version, or very large.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static CertificateFile Read(string path, CancellationToken cancellation = default)
    {
        byte[] bytes = ReadBytes(path, cancellation);
        if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
            bytes = Unpack(bytes, path, cancellation);
        CertificateForm form = Array.Find(Enum.GetValues<CertificateForm>(), f => bytes.AsSpan().StartsWith(Head(f)));
        int head = Head(form).Length, start = head + HashLength + Middle.Length;
        if (bytes.Length < start || !bytes.AsSpan().StartsWith(Head(form)) || !bytes.AsSpan(head + HashLength).StartsWith(Middle))
            throw Malformed(path, $"It is not a certificate of the format {Certificate.Format}, version 1, 2 or 3.");
        bool ends = bytes.AsSpan(start).EndsWith(Tail);
        ReadOnlyMemory<byte> body = bytes.AsMemory(start..(ends ? ^Tail.Length : ^0));
        return new(body, ends && bytes.AsSpan(head, HashLength).SequenceEqual(Seal(body.Span)), form);
    }

    // A pipe or a device, which may block or never end, states the length 0 and is not opened. A link's own length is not its target's.
    private static byte[] ReadBytes(string path, CancellationToken cancellation)
    {
        var file = new FileInfo(path);
        if (file.Exists && (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file) is not { Exists: true, Length: > 0 })
            throw Malformed(path, "It is empty, or a pipe, a device or another special file.");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (stream.Length > LargestContent)
            throw TooLarge(path);
        var bytes = new byte[stream.Length];
        int length = 0;
        while (length < bytes.Length && stream.Read(bytes, length, Math.Min(1 << 24, bytes.Length - length)) is var read and > 0)
        {
            length += read;
            cancellation.ThrowIfCancellationRequested();
        }

        return bytes[..length];
    }

    private static byte[] Unpack(byte[] packed, string path, CancellationToken cancellation)
    {
        try
        {
            using var unpacked = new MemoryStream();
            using (var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress))
            {
                var piece = new byte[1 << 16];
                for (int read; (read = gzip.Read(piece)) > 0; unpacked.Write(piece, 0, read))
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (unpacked.Length + read > LargestContent)
                        throw TooLarge(path);
                }
            }

            // The stream class accepts truncated data, and ignores most of the header.
            if (packed.AsSpan().StartsWith(GzipHead) && packed.Length >= 18
                && BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(^4..)) == unpacked.Length)
                return unpacked.ToArray();
        }
        catch (InvalidDataException)
        {
            // Reported below.
        }

        throw new InvalidFileException(
            "CertificateDamaged", path, "gzip", "The packed data is damaged or ends early.", "Copy or make the file again.");
    }

    private static InvalidFileException Malformed(string path, string problem) =>
        new("CertificateMalformed", path, "first bytes", problem, "Make one with Export-CompressionCertificate.");

    private static InvalidFileException TooLarge(string path) => new(
        "CertificateTooLarge", path, "file", $"It holds more than {LargestContent >> 20} MiB, which no certificate needs.",
        "Make the certificate again.");
}

/// <summary>What a certificate is about, and so the version of its format. The first is what a file that is none is taken for.</summary>
internal enum CertificateForm
{
    /// <summary>A compression of chains of dense layers, version 1.</summary>
    Layers,

    /// <summary>A compression of graphs, version 2.</summary>
    Graphs,

    /// <summary>Two networks that need have nothing to do with each other, version 3.</summary>
    Pair,
}
