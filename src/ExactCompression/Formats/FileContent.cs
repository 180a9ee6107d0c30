using System.Buffers.Binary;
using System.IO.Compression;

namespace ExactCompression.Formats;

/// <summary>Reads whole files into memory; what is allocated follows what is really there, never what a header claims.</summary>
internal static class FileContent
{
    /// <summary>Deflate cannot make more than this of one byte, so a larger claim is a lie.</summary>
    public const long MaximalInflation = 1032;

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="InvalidFileException">The file is empty, or larger than an array can be.</exception>
    public static byte[] Read(string path)
    {
        using Stream file = OpenForReading(path);
        RequireLength(path, file.Length);
        var bytes = new byte[file.Length];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>The bytes of a file, unpacked where it is gzip (known by its magic, not by its name).</summary>
    /// <exception cref="InvalidFileException">The file is empty, too large, or its gzip stream is damaged.</exception>
    public static byte[] ReadUnpacked(string path)
    {
        byte[] bytes = Read(path);
        return IsGzip(bytes) ? Unpack(bytes, path) : bytes;
    }

    public static bool IsGzip(ReadOnlySpan<byte> bytes) => bytes.Length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;

    private static InvalidFileException DamagedGzip(string path, Exception inner) =>
        new("GzipDamaged", path, "gzip stream", "The compressed data is damaged or ends early.", "Download or make the file again.", inner: inner);

    private static byte[] Unpack(byte[] packed, string path)
    {
        using var unpacked = new MemoryStream();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            gzip.CopyTo(unpacked);
        }
        catch (InvalidDataException e)
        {
            throw DamagedGzip(path, e);
        }
        catch (IOException e)
        {
            // A memory stream refuses to grow beyond what an array can hold.
            throw new InvalidFileException("FileTooLarge", path, "gzip stream", "The unpacked content is larger than 2 GiB.", "Split the file.", unsupported: true, inner: e);
        }

        byte[] content = unpacked.ToArray();
        RequireTrailer(packed, content, path);
        return content.Length > 0 ? content : throw Empty(path);
    }

    // The stream class takes a file that was cut off for a finished one. What it gave must end with the last member's data, whose
    // length and checksum are the file's last eight bytes.
    private static void RequireTrailer(byte[] packed, byte[] content, string path)
    {
        ReadOnlySpan<byte> trailer = packed.AsSpan(Math.Max(0, packed.Length - 8));
        if (packed.Length < 18
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) is var length && length > content.Length
            || Crc32.Of(content.AsSpan(content.Length - (int)length)) != BinaryPrimitives.ReadUInt32LittleEndian(trailer))
            throw DamagedGzip(path, new EndOfStreamException("The checksum in the trailer differs."));
    }

    private static Stream OpenForReading(string path) => FileOperations.Current.Open(
        path,
        new() { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 1 << 16, Options = FileOptions.SequentialScan });

    private static void RequireLength(string path, long length)
    {
        if (length == 0)
            throw Empty(path);
        if (length > Array.MaxLength)
            throw new InvalidFileException("FileTooLarge", path, "file", $"The file has {length} bytes; more than {Array.MaxLength} cannot be read.", "Split the file.", unsupported: true);
    }

    private static InvalidFileException Empty(string path) => new("FileEmpty", path, "file", "The file is empty.");
}
