using System.IO.Compression;

namespace ExactCompression.Formats;

/// <summary>The files of a zip archive in memory, each unpacked only on demand, and never beyond its possible size.</summary>
/// <remarks>
/// The archive classes of .NET verify no checksums and accept many damaged archives, so only their Deflate is used.
/// </remarks>
internal sealed class ZipContent
{
    private readonly byte[] bytes;
    private readonly string path;
    private readonly ImportBudget budget;
    private readonly Dictionary<string, ZipMember> byName;

    /// <summary>Reads the directory of an archive.</summary>
    /// <exception cref="InvalidFileException">The archive is damaged or of an unsupported kind.</exception>
    public ZipContent(byte[] bytes, string path, ImportBudget budget)
    {
        this.bytes = bytes;
        this.path = path;
        this.budget = budget;
        (Members, Comment) = ZipDirectory.Read(bytes, path);
        byName = Members.ToDictionary(static m => m.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<ZipMember> Members { get; }

    /// <summary>The comment of the whole archive; empty where there is none.</summary>
    public string Comment { get; }

    public ZipMember? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The whole content of a file, checked against its checksum.</summary>
    /// <exception cref="InvalidFileException">It is damaged, or the total read so far exceeds the limit.</exception>
    public byte[] Read(ZipMember member)
    {
        if (member.IsDeflated && member.Length > (member.PackedLength * Gzip.MaximalInflation) + 64)
            throw ZipFault.Damaged(
                path, NameText.Short(member.Name),
                $"The file claims {member.Length} bytes, to which its {member.PackedLength} packed bytes cannot expand.");
        budget.Allocate(member.Length, NameText.Short(member.Name));
        budget.Work(member.Length, NameText.Short(member.Name));
        byte[] content = member.IsDeflated ? Inflated(member) : bytes.AsSpan(member.DataStart, (int)member.PackedLength).ToArray();
        uint checksum = Crc32.Of(content);
        if (checksum == member.Checksum)
            return content;
        throw member.Checksum == 0
            ? new InvalidFileException(
                "ZipChecksumMissing", path, NameText.Short(member.Name),
                "The file in the archive has no checksum, so damage could not be seen.",
                "Save it with checksums, without torch.serialization.set_crc32_options(False).", unsupported: true)
            : new InvalidFileException(
                "ZipChecksumMismatch", path, NameText.Short(member.Name),
                $"The content has the checksum {checksum:x8}, not {member.Checksum:x8} as the archive says.",
                "The archive is damaged: make or download it again.");
    }

    private byte[] Inflated(ZipMember member)
    {
        var content = new byte[member.Length];
        try
        {
            using var packed = new MemoryStream(bytes, member.DataStart, (int)member.PackedLength, writable: false);
            using var stream = new DeflateStream(packed, CompressionMode.Decompress);
            int read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (read == content.Length && stream.ReadByte() < 0)
                return content;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new InvalidFileException(
                "ZipDamaged", path, NameText.Short(member.Name), "The packed data of the file is damaged.",
                "Make or download the archive again.", inner: e);
        }

        throw ZipFault.Damaged(path, NameText.Short(member.Name), "The file has another length than the archive's directory says.");
    }
}
