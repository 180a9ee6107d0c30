using System.Buffers.Binary;

namespace ExactCompression.Formats;

/// <summary>Reads the bytes of a file in order; reading past the end is an error that names the file and the offset.</summary>
internal sealed class ByteCursor(byte[] data, string path, int position = 0)
{
    public byte[] Data => data;

    public string Path => path;

    public int Position { get; private set; } = position;

    public int Remaining => data.Length - Position;

    public string Place => $"byte {Position}";

    public ReadOnlySpan<byte> Take(long count, string what)
    {
        Require(count, what);
        ReadOnlySpan<byte> bytes = data.AsSpan(Position, (int)count);
        Position += (int)count;
        return bytes;
    }

    /// <summary>Fails unless that many bytes are left, before anything is allocated for them.</summary>
    public void Require(long count, string what)
    {
        if (count < 0 || count > Remaining)
            throw new InvalidFileException(
                "FileTruncated", path, Place, $"The {what} needs {count} bytes, but {Remaining} are left.",
                "The file is truncated or damaged: get it again.");
    }

    public byte TakeByte(string what) => Take(1, what)[0];

    public int TakeInt32(string what) => BinaryPrimitives.ReadInt32LittleEndian(Take(4, what));

    public long TakeInt64(string what) => BinaryPrimitives.ReadInt64LittleEndian(Take(8, what));

    /// <summary>The bytes up to a line feed, which is skipped.</summary>
    public ReadOnlySpan<byte> TakeLine(string what)
    {
        int length = data.AsSpan(Position).IndexOf((byte)'\n');
        Require(length < 0 ? Remaining + 1L : length, what);
        ReadOnlySpan<byte> line = data.AsSpan(Position, length);
        Position += length + 1;
        return line;
    }
}
