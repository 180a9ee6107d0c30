using System.Buffers.Binary;

namespace ExactCompression.Formats;

/// <summary>Finds the directory of a zip archive by the record at its end, in 32 bits and in 64.</summary>
internal static class ZipEnd
{
    private const uint Signature = 0x06054b50, WideSignature = 0x06064b50, LocatorSignature = 0x07064b50;
    private const int Length = 22, WideLength = 56, LocatorLength = 20;

    /// <summary>Where the directory begins and ends, how many entries it has, and the comment behind it.</summary>
    public static (int Start, int End, long Count, string Comment) Find(byte[] bytes, string path)
    {
        int at = FindRecord(bytes, path);
        ReadOnlySpan<byte> end = bytes.AsSpan(at);
        long disk = BinaryPrimitives.ReadUInt16LittleEndian(end[4..]), directoryDisk = BinaryPrimitives.ReadUInt16LittleEndian(end[6..]);
        long here = BinaryPrimitives.ReadUInt16LittleEndian(end[8..]), count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]), start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        int before = at;
        if (at >= LocatorLength + WideLength
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at - LocatorLength)) == LocatorSignature)
        {
            before = WideRecord(bytes, at - LocatorLength, path);
            ReadOnlySpan<byte> wide = bytes.AsSpan(before);
            Widen(ref here, ushort.MaxValue, BinaryPrimitives.ReadInt64LittleEndian(wide[24..]), path);
            Widen(ref count, ushort.MaxValue, BinaryPrimitives.ReadInt64LittleEndian(wide[32..]), path);
            Widen(ref size, uint.MaxValue, BinaryPrimitives.ReadInt64LittleEndian(wide[40..]), path);
            Widen(ref start, uint.MaxValue, BinaryPrimitives.ReadInt64LittleEndian(wide[48..]), path);
        }

        if (disk is not (0 or ushort.MaxValue) || directoryDisk is not (0 or ushort.MaxValue) || here != count)
            throw ZipFault.Damaged(path, $"byte {at}", "The archive says that it is a part of several.");
        if (start < 0 || size < 0 || start > before || size != before - start)
            throw ZipFault.Damaged(path, $"byte {at}", "The directory does not lie where the archive says.");
        return ((int)start, before, count, System.Text.Encoding.UTF8.GetString(end[Length..]));
    }

    private static int FindRecord(byte[] bytes, string path)
    {
        // A comment of up to 64 KiB may follow; the record whose comment reaches the end is the one.
        for (int at = bytes.Length - Length; at >= Math.Max(0, bytes.Length - Length - ushort.MaxValue); at--)
        {
            ReadOnlySpan<byte> end = bytes.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) == Signature
                && BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - Length)
                return at;
        }

        throw ZipFault.Damaged(path, "directory", "The archive has no directory at its end.");
    }

    private static int WideRecord(byte[] bytes, int locator, string path)
    {
        long at = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(locator + 8));
        if (at < 0 || at > locator - WideLength
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan((int)at)) != WideSignature
            || BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan((int)at + 4)) != locator - at - 12)
            throw ZipFault.Damaged(path, $"byte {locator}", "The 64-bit record at the archive's end is damaged.");
        return (int)at;
    }

    // The 32-bit record repeats values that fit.
    private static void Widen(ref long value, long full, long wide, string path)
    {
        if (value != full && value != wide)
            throw ZipFault.Damaged(path, "directory", "The two records at the archive's end disagree.");
        value = wide;
    }
}
