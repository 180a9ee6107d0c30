using System.IO.Compression;
using System.Security.Cryptography;

namespace ExactCompression.Formats;

/// <summary>
/// Objects of this module as bytes, to go to another process or machine and come back the same: networks, domains, data, verdicts, compressions. For files that last, use the formats of
/// <see cref="NetworkFormats"/>: only the version that wrote these bytes need read them.
/// </summary>
/// <remarks>
/// Four bytes of identification, one for the kind of object, the SHA-256 of the content, then the content, compressed (Brotli). Values that float32 holds take four bytes, others eight.
/// </remarks>
public static class PortableForm
{
    private const int HeaderLength = 5 + SHA256.HashSizeInBytes;

    private static readonly byte[] Identification = "EXC1"u8.ToArray();

    private static readonly (Type Type, Action<PortableWriter, object> Write, Func<PortableReader, object> Read)[] Kinds =
    [
        (typeof(ReluNetwork), static (w, o) => w.Network((ReluNetwork)o), static r => r.Network()),
        (typeof(InputDomain), static (w, o) => w.Domain((InputDomain)o), static r => r.Domain()),
        (typeof(InputData), static (w, o) => w.Data((InputData)o), static r => r.Data()),
        (typeof(StabilityTable), static (w, o) => w.Table((StabilityTable)o), static r => r.Table()),
        (typeof(CompressionResult), static (w, o) => w.Compression((CompressionResult)o), static r => r.Compression()),
    ];

    /// <summary>The types that have such a form.</summary>
    public static IReadOnlyList<Type> Types { get; } = [.. Kinds.Select(static k => k.Type)];

    /// <summary>An object as bytes.</summary>
    /// <param name="value">An object of one of <see cref="Types"/>.</param>
    /// <exception cref="ArgumentException">It is of another type.</exception>
    public static byte[] Of(object value)
    {
        int kind = Array.FindIndex(Kinds, k => k.Type == value.GetType());
        if (kind < 0)
            throw new ArgumentException($"{value.GetType().Name} has no portable form.", nameof(value));
        using var content = new MemoryStream();
        using (var writer = new PortableWriter(content))
            Kinds[kind].Write(writer, value);
        ReadOnlySpan<byte> bytes = content.GetBuffer().AsSpan(0, checked((int)content.Length));
        using var result = new MemoryStream();
        result.Write(Identification);
        result.WriteByte((byte)kind);
        result.Write(SHA256.HashData(bytes));
        using (var packed = new BrotliStream(result, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            packed.Write(bytes);
        return result.ToArray();
    }

    /// <summary>The object that bytes stand for.</summary>
    /// <param name="bytes">What <see cref="Of"/> gave.</param>
    /// <exception cref="InvalidInputException">The bytes are something else, damaged, or from another version.</exception>
    public static object Read(byte[] bytes)
    {
        if (bytes.Length < HeaderLength || !bytes.AsSpan(0, Identification.Length).SequenceEqual(Identification) || bytes[Identification.Length] >= Kinds.Length)
            throw Damaged("They do not begin as they should.");
        try
        {
            using var packed = new BrotliStream(new MemoryStream(bytes, HeaderLength, bytes.Length - HeaderLength), CompressionMode.Decompress);
            using var content = new MemoryStream();
            packed.CopyTo(content);
            content.Position = 0;
            if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(Identification.Length + 1, SHA256.HashSizeInBytes)))
                throw Damaged("Their checksum is another.");
            content.Position = 0;
            using var reader = new PortableReader(content);
            return Kinds[bytes[Identification.Length]].Read(reader);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw Damaged(e.Message);
        }
    }

    private static InvalidInputException Damaged(string problem) => new(
        "PortableFormInvalid",
        $"These bytes are no object of this module. {problem}",
        "Make the object again, with the same version of the module on both sides.");
}
