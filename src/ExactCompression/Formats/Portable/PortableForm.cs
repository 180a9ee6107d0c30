using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace ExactCompression.Formats;

/// <summary>
/// Objects of this module as bytes, which survive the way to another process or machine and back: networks, domains, data, verdicts,
/// compressions. For files that last, use the formats of <see cref="NetworkFormats"/>: only the version that wrote these bytes has to read
/// them.
/// </summary>
/// <remarks>
/// Four bytes of identification, one for the kind of object, the SHA-256 of kind and content, the length of the content in eight bytes
/// (little-endian), then the content, compressed (Brotli). Values that float32 holds take four bytes, others eight. Zeros follow where the
/// content would be more than <see cref="MaximalInflation"/> times as long: so a reader never has to expand a few bytes to many.
/// </remarks>
public static class PortableForm
{
    private const int HeaderLength = 5 + SHA256.HashSizeInBytes + sizeof(long);
    private const int MaximalInflation = 256;
    private const int AlwaysAllowed = 1 << 16;
    private const int LongestProblem = 200;

    private static readonly byte[] Identification = "EXC4"u8.ToArray();

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
        return Pack((byte)kind, content.GetBuffer().AsSpan(0, checked((int)content.Length)));
    }

    /// <summary>The object that bytes stand for.</summary>
    /// <param name="bytes">What <see cref="Of"/> gave.</param>
    /// <exception cref="InvalidInputException">The bytes are something else, damaged, or from another version. Time and memory are in
    /// proportion to their length.</exception>
    public static object Read(byte[] bytes)
    {
        if (bytes.Length < HeaderLength || !bytes.AsSpan(0, Identification.Length).SequenceEqual(Identification)
            || bytes[Identification.Length] >= Kinds.Length)
            throw Damaged("They do not begin with the right identification.");
        byte kind = bytes[Identification.Length];
        byte[] content = Unpack(
            bytes.AsSpan(HeaderLength), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(HeaderLength - sizeof(long))));
        if (!Hash(kind, content).AsSpan().SequenceEqual(bytes.AsSpan(Identification.Length + 1, SHA256.HashSizeInBytes)))
            throw Damaged("Their checksum differs.");
        try
        {
            using var reader = new PortableReader(new MemoryStream(content));
            object value = Kinds[kind].Read(reader);
            reader.RequireEnd();
            return value;
        }
        catch (Exception e)
            when (e is IOException or InvalidDataException or FormatException or ArgumentException or OverflowException
                or ExactCompressionException)
        {
            throw Damaged(ErrorText.Shortened(e.Message, LongestProblem));
        }
    }

    /// <summary>Content with its header.</summary>
    internal static byte[] Pack(byte kind, ReadOnlySpan<byte> content)
    {
        using var result = new MemoryStream();
        result.Write(Identification);
        result.WriteByte(kind);
        result.Write(Hash(kind, content));
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, content.Length);
        result.Write(length);
        using (var packed = new BrotliStream(result, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            packed.Write(content);
        result.SetLength(
            Math.Max(
                result.Length, HeaderLength + (Math.Max(0, content.Length - AlwaysAllowed) + MaximalInflation - 1) / MaximalInflation));
        return result.ToArray();
    }

    /// <summary>The content without its header.</summary>
    internal static byte[] Unpack(ReadOnlySpan<byte> packed, long length)
    {
        if (length < 0 || length > AlwaysAllowed + (long)MaximalInflation * packed.Length || length >= Array.MaxLength)
            throw Damaged($"They cannot contain {length} bytes.");
        using var decoder = new BrotliDecoder();
        // Room for one byte more shows that there is none.
        var content = new byte[Math.Min(length + 1, AlwaysAllowed)];
        int filled = 0;
        while (true)
        {
            OperationStatus status = decoder.Decompress(packed, content.AsSpan(filled), out int consumed, out int written);
            packed = packed[consumed..];
            filled += written;
            if (status == OperationStatus.Done)
                break;
            if (status != OperationStatus.DestinationTooSmall || content.Length > length)
                throw Damaged("Their compressed content is damaged.");
            Array.Resize(ref content, (int)Math.Min(length + 1, Math.Min(2L * content.Length, Array.MaxLength)));
        }

        return filled == length && packed.IndexOfAnyExcept((byte)0) < 0
            ? content[..filled]
            : throw Damaged("Their length differs from the stated one.");
    }

    private static byte[] Hash(byte kind, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([kind]);
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    private static InvalidInputException Damaged(string problem) => new(
        "PortableFormInvalid",
        $"These bytes are not an object of this module. {problem}",
        "Make the object again, with the same version of the module on both sides.");
}
