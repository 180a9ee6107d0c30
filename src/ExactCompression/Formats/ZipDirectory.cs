using System.Buffers.Binary;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>
/// Reads the directory of a zip archive, more strictly than most programs: every field that is stored twice must be the same in both
/// places, and members must have distinct names and not overlap. A flipped bit is then an error rather than a different file.
/// </summary>
/// <remarks>Source: PKWARE's APPNOTE 6.3, sections 4.3 to 4.5.</remarks>
internal static class ZipDirectory
{
    private const uint LocalSignature = 0x04034b50, CentralSignature = 0x02014b50;

    // Encrypted, patched, strongly encrypted, masked; bits 1, 2 and 4 only describe the compression options.
    private const int RefusedFlags = 0x0001 | 0x0020 | 0x0040 | 0x2000;
    private const int DescriptorFlag = 0x0008, Utf8Flag = 0x0800;
    private const int CentralLength = 46, LocalLength = 30;

    /// <summary>
    /// The members in the order of the directory (without the empty ones that represent folders), and the archive's comment.
    /// </summary>
    /// <exception cref="InvalidFileException">The archive is damaged, encrypted, or packed by another method than Deflate.</exception>
    public static (List<ZipMember> Members, string Comment) Read(byte[] bytes, string path)
    {
        (int start, int end, long count, string comment) = ZipEnd.Find(bytes, path);
        var members = new List<ZipMember>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var ranges = new List<(long Begin, long End, string Name)>();
        int at = start;
        for (long i = 0; i < count; i++)
        {
            if (end - at < CentralLength || Word(bytes, at) != CentralSignature)
                throw ZipFault.Damaged(path, $"byte {at}", "An entry of the directory does not begin as it should.");
            int nameLength = Half(bytes, at + 28), extraLength = Half(bytes, at + 30), commentLength = Half(bytes, at + 32);
            int next = at + CentralLength + nameLength + extraLength + commentLength;
            if (next > end)
                throw ZipFault.Damaged(path, $"byte {at}", "An entry of the directory goes beyond its end.");
            (ZipMember member, int begin) = Member(bytes, at, start, path);
            if (!names.Add(member.Name))
                throw ZipFault.Damaged(path, member.Name, "Two files in the archive have this name.");
            ranges.Add((begin, member.DataStart + member.PackedLength, member.Name));
            if (member.Length > 0 || !member.Name.EndsWith('/'))
                members.Add(member);
            at = next;
        }

        if (at != end)
            throw ZipFault.Damaged(path, $"byte {at}", "The directory has another length than the archive says.");
        RequireApart(ranges, path);
        return (members, comment);
    }

    private static (ZipMember Member, int Begin) Member(byte[] bytes, int at, int directory, string path)
    {
        int flags = Half(bytes, at + 8), method = Half(bytes, at + 10);
        ReadOnlySpan<byte> rawName = bytes.AsSpan(at + CentralLength, Half(bytes, at + 28));
        string name = ((flags & Utf8Flag) != 0 ? Encoding.UTF8 : Encoding.Latin1).GetString(rawName);
        if ((flags & RefusedFlags) != 0)
            throw new InvalidFileException(
                "ZipUnsupported", path, NameText.Short(name), "The file in the archive is encrypted or patched.", "Store it as it is.",
                unsupported: true);
        if (method is not (0 or 8))
            throw new InvalidFileException(
                "ZipUnsupported", path, NameText.Short(name),
                $"The file in the archive is packed by method {method}; only stored and deflated ones are read.",
                "Make the archive again with one of these.", unsupported: true);
        ZipSizes sizes = ZipSizes.Central(bytes, at, path, name);
        if (Half(bytes, at + 34) is not (0 or 0xffff) || sizes.HeaderOffset > directory - LocalLength)
            throw ZipFault.Damaged(path, name, "The file does not lie in the archive.");

        int local = (int)sizes.HeaderOffset;
        int localName = Half(bytes, local + 26), dataStart = local + LocalLength + localName + Half(bytes, local + 28);
        if (Word(bytes, local) != LocalSignature || dataStart > directory || sizes.Packed > directory - dataStart)
            throw ZipFault.Damaged(path, name, "The file does not lie where the directory says.");
        if (Half(bytes, local + 6) != flags || Half(bytes, local + 8) != method
            || !bytes.AsSpan(local + LocalLength, localName).SequenceEqual(rawName))
            throw ZipFault.Damaged(path, name, "The file's own header differs from the directory.");
        uint checksum = Word(bytes, at + 16);
        bool follows = (flags & DescriptorFlag) != 0; // checksum and sizes may come after the data, with zeros here
        uint localChecksum = Word(bytes, local + 14);
        ZipSizes localSizes = ZipSizes.Local(bytes, local, path, name);
        bool same = localChecksum == checksum && localSizes.Packed == sizes.Packed && localSizes.Length == sizes.Length;
        bool absent = follows && localChecksum == 0 && localSizes is { Packed: 0, Length: 0 };
        if (!same && !absent)
            throw ZipFault.Damaged(path, name, "The file's own header differs from the directory.");
        if (method == 0 && sizes.Packed != sizes.Length)
            throw ZipFault.Damaged(path, name, "The file is stored as it is, but in another length.");
        return (new(name, sizes.Length, sizes.Packed, method == 8, checksum, dataStart), local);
    }

    // Members over the same bytes could claim far more than the archive holds.
    private static void RequireApart(List<(long Begin, long End, string Name)> ranges, string path)
    {
        ranges.Sort();
        for (int i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].Begin < ranges[i - 1].End)
                throw ZipFault.Damaged(path, ranges[i].Name, $"The file overlaps '{NameText.Short(ranges[i - 1].Name)}' in the archive.");
        }
    }

    private static int Half(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
