using System.Buffers.Binary;

namespace ExactCompression.Formats;

/// <summary>The sizes that a zip header states, in 32 bits or, where these are all ones, in the 64 bits of its extra field.</summary>
/// <param name="Length">Bytes of the content.</param>
/// <param name="Packed">Bytes in the archive.</param>
/// <param name="HeaderOffset">Where the local header begins; 0 in a local header.</param>
internal readonly record struct ZipSizes(long Length, long Packed, long HeaderOffset)
{
    private const int Zip64 = 0x0001;

    /// <summary>Of an entry of the directory.</summary>
    public static ZipSizes Central(byte[] bytes, int at, string path, string name)
    {
        ReadOnlySpan<byte> extra = Extra(bytes, at + 46 + Half(bytes, at + 28), Half(bytes, at + 30), path, name);
        long packed = Word(bytes, at + 20), length = Word(bytes, at + 24), offset = Word(bytes, at + 42);
        length = Wide(length, ref extra, path, name);
        packed = Wide(packed, ref extra, path, name);
        return new(length, packed, Wide(offset, ref extra, path, name));
    }

    /// <summary>Of a file's own header.</summary>
    public static ZipSizes Local(byte[] bytes, int at, string path, string name)
    {
        ReadOnlySpan<byte> extra = Extra(bytes, at + 30 + Half(bytes, at + 26), Half(bytes, at + 28), path, name);
        long packed = Word(bytes, at + 18), length = Word(bytes, at + 22);
        length = Wide(length, ref extra, path, name);
        return new(length, Wide(packed, ref extra, path, name), 0);
    }

    // The fields of the 64-bit extra stand in a fixed order, and only those whose 32-bit field is full.
    private static long Wide(long value, ref ReadOnlySpan<byte> extra, string path, string name)
    {
        if (value != uint.MaxValue)
            return value;
        if (extra.Length < 8 || BinaryPrimitives.ReadInt64LittleEndian(extra) is not (>= 0 and <= int.MaxValue and long wide))
            throw ZipFault.Damaged(path, name, "A size of the file is larger than the archive.");
        extra = extra[8..];
        return wide;
    }

    private static ReadOnlySpan<byte> Extra(byte[] bytes, int start, int length, string path, string name)
    {
        if (length > bytes.Length - start)
            throw ZipFault.Damaged(path, name, "The file's header goes beyond the archive.");
        ReadOnlySpan<byte> rest = bytes.AsSpan(start, length);
        while (rest.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(rest), size = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            if (size > rest.Length - 4)
                break; // padding of other programs
            if (id == Zip64)
                return rest.Slice(4, size);
            rest = rest[(4 + size)..];
        }

        return [];
    }

    private static int Half(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
