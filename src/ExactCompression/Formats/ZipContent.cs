using System.IO.Compression;

namespace ExactCompression.Formats;

/// <summary>The entries of a zip archive in memory, each unpacked only when asked for and never beyond what it can honestly hold.</summary>
internal sealed class ZipContent
{
    // All entries together: a small archive could otherwise unpack into any amount of memory.
    private const long MaximalTotal = 1L << 32;

    private readonly byte[] bytes;
    private readonly string path;
    private readonly ZipArchive archive;
    private long unpacked;

    public ZipContent(byte[] bytes, string path)
    {
        this.bytes = bytes;
        this.path = path;
        archive = Guarded("directory", () => new ZipArchive(new MemoryStream(bytes, writable: false), ZipArchiveMode.Read));
        Entries = Guarded("directory", () => archive.Entries);
    }

    public IReadOnlyList<ZipArchiveEntry> Entries { get; }

    public ZipArchiveEntry? Find(string name) => Entries.FirstOrDefault(e => e.FullName == name);

    /// <summary>The whole content of an entry.</summary>
    public byte[] Read(ZipArchiveEntry entry) => Guarded(entry.FullName, () =>
    {
        long length = entry.Length;
        if (entry.CompressedLength > bytes.Length || length > Array.MaxLength || length > (entry.CompressedLength * FileContent.MaximalInflation) + 64)
            throw new InvalidFileException("ZipDamaged", path, entry.FullName, $"The entry claims {length} bytes, which its {entry.CompressedLength} packed bytes cannot hold.", "The archive is damaged: make it again.");
        unpacked += length;
        if (unpacked > MaximalTotal)
            throw new InvalidFileException("FileTooLarge", path, entry.FullName, "The archive unpacks to more than 4 GiB.", "Store the network alone in it.", unsupported: true);
        using Stream stream = entry.Open();
        var content = new byte[length];
        int read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        if (read < content.Length || stream.ReadByte() >= 0)
            throw new InvalidFileException("ZipDamaged", path, entry.FullName, "The entry has another length than the archive's directory says.", "The archive is damaged: make it again.");
        return content;
    });

    // The archive classes report damage in many ways; what is caught here can only come from the bytes in memory.
    private T Guarded<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidFileException("ZipDamaged", path, place, $"The zip archive is damaged: {e.Message.TrimEnd('.')}.", "Make or download the file again.", inner: e);
        }
    }
}
