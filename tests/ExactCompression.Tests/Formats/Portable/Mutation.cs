using System.Buffers.Binary;

namespace ExactCompression.Tests.Formats.Portable;

/// <summary>Damage to bytes: flips, cuts, splices with another file, swapped parts, counts that are huge or negative.</summary>
internal static class Mutation
{
    private static readonly int[] Numbers = [-1, 0, 1, 2, 255, 65536, int.MaxValue, int.MinValue, 1 << 30, 1 << 20];

    /// <summary>Bytes with one to four damages.</summary>
    public static byte[] Of(byte[] content, byte[] other, Random random)
    {
        byte[] bytes = [.. content];
        for (int times = random.Next(1, 5); times > 0 && bytes.Length > 0; times--)
            bytes = Once(bytes, other, random);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, byte[] other, Random random)
    {
        int at = random.Next(bytes.Length), length = random.Next(1, 1 + Math.Min(64, bytes.Length - at));
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4:
                return [.. bytes[..at], .. other[random.Next(other.Length)..]];
            case 5:
                return [.. bytes[..at], .. bytes.AsSpan(at, length), .. bytes[at..]];
            case 6 when at + 4 <= bytes.Length:
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), Numbers[random.Next(Numbers.Length)]);
                return bytes;
            default:
                int second = random.Next(bytes.Length - length + 1);
                byte[] part = bytes.AsSpan(second, length).ToArray();
                bytes.AsSpan(at, length).CopyTo(bytes.AsSpan(second));
                part.CopyTo(bytes.AsSpan(at));
                return bytes;
        }
    }
}
