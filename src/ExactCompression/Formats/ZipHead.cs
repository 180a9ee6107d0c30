using System.Buffers.Binary;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>Looks at the first bytes of a zip archive.</summary>
internal static class ZipHead
{
    public static bool IsZip(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8);

    /// <summary>The name of the first entry, or null where the head does not show it.</summary>
    public static string? FirstEntry(ReadOnlySpan<byte> head)
    {
        if (head.Length < 30 || !head.StartsWith("PK\x03\x04"u8))
            return null;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(head[26..]);
        return head.Length >= 30 + length ? Encoding.UTF8.GetString(head.Slice(30, length)) : null;
    }
}
