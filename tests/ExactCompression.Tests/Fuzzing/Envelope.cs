using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;

namespace ExactCompression.Tests.Fuzzing;

/// <summary>
/// What lies round the content of a file: packing, lengths, checksums. Changes go inside and the envelope is made anew, so that they
/// reach the reader behind it.
/// </summary>
internal abstract class Envelope
{
    /// <summary>The file with its content changed.</summary>
    /// <param name="file">A sound file.</param>
    /// <param name="random">Draws what is changed.</param>
    /// <param name="change">Changes content.</param>
    public abstract byte[] Change(byte[] file, Random random, Func<byte[], byte[]> change);

    /// <summary>The parts that a checksum covers: no change of them may be taken for the file as it was made.</summary>
    public virtual IReadOnlyList<(int From, int To)> Covered(byte[] file) => [];
}

/// <summary>Gzip, with its checksum and length.</summary>
internal sealed class GzipEnvelope(Envelope? inside = null) : Envelope
{
    public override byte[] Change(byte[] file, Random random, Func<byte[], byte[]> change)
    {
        byte[] content = Unpack(file);
        return Pack(inside is not null && random.Next(2) == 0 ? inside.Change(content, random, change) : change(content), file);
    }

    public override IReadOnlyList<(int From, int To)> Covered(byte[] file) => [(10, file.Length)];

    public static byte[] Pack(byte[] content, byte[]? head = null)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        byte[] bytes = content.Length > 0 ? packed.ToArray()
            : [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]; // of nothing, the stream makes nothing
        head?.AsSpan(0, 10).CopyTo(bytes); // a certificate's reader wants its own
        return bytes;
    }

    private static byte[] Unpack(byte[] file)
    {
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(file), CompressionMode.Decompress))
            gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}

/// <summary>A zip archive: one member is changed, renamed, left out or doubled, and all checksums are right again.</summary>
internal sealed class ZipEnvelope : Envelope
{
    public override byte[] Change(byte[] file, Random random, Func<byte[], byte[]> change)
    {
        List<(string Name, byte[] Content)> members = Members(file);
        int one = random.Next(members.Count), two = random.Next(members.Count);
        switch (random.Next(10))
        {
            case 0:
                members.RemoveAt(one);
                break;
            case 1:
                members.Add((members[one].Name, members[two].Content));
                break;
            case 2:
                members[one] = (Encoding.Latin1.GetString([.. change(Encoding.Latin1.GetBytes(members[one].Name)).Take(1000)]),
                    members[one].Content);
                break;
            case 3:
                (members[one], members[two]) = ((members[one].Name, members[two].Content), (members[two].Name, members[one].Content));
                break;
            default:
                members[one] = (members[one].Name, change(members[one].Content));
                break;
        }

        return Pack(members, random.Next(3) == 0);
    }

    public override IReadOnlyList<(int From, int To)> Covered(byte[] file)
    {
        // From the central directory at the end: the place of each member's own header, behind which its data begins.
        var parts = new List<(int, int)>();
        int end = file.AsSpan().LastIndexOf("PK\u0005\u0006"u8), at = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(end + 16));
        for (int entries = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(end + 10)); entries > 0; entries--)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 20)),
                local = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 42));
            int data = local + 30 + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(local + 26))
                + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(local + 28));
            if (length > 0)
                parts.Add((data, data + length));
            at += 46 + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 28))
                + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 30))
                + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 32));
        }

        return parts;
    }

    private static List<(string Name, byte[] Content)> Members(byte[] file)
    {
        using var archive = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
        var members = new List<(string, byte[])>();
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            members.Add((entry.FullName, content.ToArray()));
        }

        return members;
    }

    private static byte[] Pack(List<(string Name, byte[] Content)> members, bool deflate)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in members)
            {
                if (name.Length == 0) // which the class that packs does not allow
                    continue;
                using Stream stream = archive.CreateEntry(name, deflate ? System.IO.Compression.CompressionLevel.Fastest
                    : System.IO.Compression.CompressionLevel.NoCompression).Open();
                stream.Write(content);
            }
        }

        return packed.ToArray();
    }
}

/// <summary>The JSON at the head of a safetensors file, with its length before it.</summary>
internal sealed class SafeTensorsEnvelope : Envelope
{
    public override byte[] Change(byte[] file, Random random, Func<byte[], byte[]> change)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        byte[] header = random.Next(4) == 0 ? change(file[8..(8 + length)]) : TextMutator.Mutate(file[8..(8 + length)], file, random);
        var size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, header.Length);
        return [.. size, .. header, .. file.AsSpan(8 + length)];
    }
}

/// <summary>The seal of a certificate.</summary>
internal sealed class CertificateEnvelope : Envelope
{
    public override byte[] Change(byte[] file, Random random, Func<byte[], byte[]> change)
    {
        int start = CertificateFile.Head(CertificateForm.Layers).Length + 64 + CertificateFile.Middle.Length;
        byte[] body = file[start..^CertificateFile.Tail.Length];
        body = random.Next(3) == 0 ? change(body) : TextMutator.Mutate(body, body, random);
        ReadOnlySpan<byte> head = file.AsSpan(0, CertificateFile.Head(CertificateForm.Layers).Length);
        return [.. head, .. CertificateFile.Seal(body), .. CertificateFile.Middle, .. body, .. CertificateFile.Tail];
    }

    public override IReadOnlyList<(int From, int To)> Covered(byte[] file) => [(0, file.Length)];
}

/// <summary>The packing, the length and the checksum of an object's portable form.</summary>
internal sealed class PortableEnvelope : Envelope
{
    private const int Kind = 4, Length = Kind + 1 + 32, Head = Length + sizeof(long);

    public override byte[] Change(byte[] file, Random random, Func<byte[], byte[]> change)
    {
        byte[] content = PortableForm.Unpack(file.AsSpan(Head), BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(Length)));
        return PortableForm.Pack(random.Next(16) == 0 ? (byte)random.Next(8) : file[Kind], change(content));
    }

    public override IReadOnlyList<(int From, int To)> Covered(byte[] file) => [(0, file.Length)];
}
