using System.Buffers.Binary;
using System.IO.Compression;

namespace ExactCompression.Formats;

/// <summary>Unpacks gzip in memory, within the import's budget.</summary>
internal static class Gzip
{
    /// <summary>Deflate cannot expand one byte to more than this, so a larger claim is false.</summary>
    public const long MaximalInflation = 1032;

    private const string Place = "gzip stream";
    private const int Piece = 1 << 20;

    public static bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;

    /// <summary>The content.</summary>
    /// <param name="packed">The whole stream.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="budget">The import's limits.</param>
    /// <exception cref="InvalidFileException">The stream is damaged, ends early, or unpacks to more than the import may take.</exception>
    public static byte[] Unpack(byte[] packed, string path, ImportBudget budget)
    {
        byte[] content = Content(packed, path, budget);
        RequireTrailer(packed, content, path);
        return content.Length > 0 ? content : throw new InvalidFileException("FileEmpty", path, Place, "The packed file is empty.");
    }

    private static byte[] Content(byte[] packed, string path, ImportBudget budget)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            // The last four bytes state the length of the last member, which is nearly always the only one: then nothing is copied.
            long stated = packed.Length < 18 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(^4..));
            var content = new byte[stated <= Math.Min(Array.MaxLength, packed.Length * MaximalInflation) ? Counted(stated) : 0];
            int length = 0;
            while (true)
            {
                if (length == content.Length)
                {
                    int next = gzip.ReadByte();
                    if (next < 0)
                        return content;
                    if (length == Array.MaxLength)
                        throw new InvalidFileException(
                            "FileTooLarge", path, Place, "The unpacked content is larger than 2 GiB.", "Split the file.",
                            unsupported: true);
                    int larger = (int)Math.Min(Math.Max(2L * length, Piece), Array.MaxLength);
                    Counted(larger - length);
                    Array.Resize(ref content, larger);
                    content[length++] = (byte)next;
                }

                int read = gzip.Read(content, length, Math.Min(Piece, content.Length - length));
                if (read == 0)
                    return length == content.Length ? content : content[..length];
                length += read;
                budget.Work(read, Place);
            }
        }
        catch (InvalidDataException e)
        {
            throw Damaged(path, e);
        }

        long Counted(long bytes)
        {
            budget.Allocate(bytes, Place);
            return bytes;
        }
    }

    // The stream class accepts truncated files. Its output must end with the last member's data, whose length and checksum are the file's
    // last eight bytes.
    private static void RequireTrailer(byte[] packed, byte[] content, string path)
    {
        ReadOnlySpan<byte> trailer = packed.AsSpan(Math.Max(0, packed.Length - 8));
        if (packed.Length < 18
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) is var length && length > content.Length
            || Crc32.Of(content.AsSpan(content.Length - (int)length)) != BinaryPrimitives.ReadUInt32LittleEndian(trailer))
            throw Damaged(path, new EndOfStreamException("The checksum in the trailer differs."));
    }

    private static InvalidFileException Damaged(string path, Exception inner) =>
        new("GzipDamaged", path, Place, "The compressed data is damaged or ends early.", "Download or make the file again.", inner: inner);
}
