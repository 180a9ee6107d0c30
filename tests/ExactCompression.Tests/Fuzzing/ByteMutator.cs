using System.Buffers.Binary;

namespace ExactCompression.Tests.Fuzzing;

/// <summary>
/// Damages bytes: what a bad disk does, what a bad program does, and what someone does who knows which numbers are lengths.
/// </summary>
internal static class ByteMutator
{
    /// <summary>Nothing grows beyond this.</summary>
    public const int MostBytes = 1 << 16;

    private static readonly long[] Numbers =
        [0, 1, 2, -1, -2, 3, 7, 8, 16, 127, 128, 255, 256, 1000, 32767, 32768, 65535, 65536, 1 << 24, 1 << 30, int.MaxValue,
            int.MinValue, uint.MaxValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue];

    private static readonly byte[] Bytes = [0, 1, 0x7f, 0x80, 0xff, (byte)'0', (byte)'9', (byte)'\n', (byte)'"', (byte)',', (byte)'{',
        (byte)'('];

    /// <summary>Changes bytes once.</summary>
    /// <param name="bytes">What to change; it stays as it is.</param>
    /// <param name="other">Another file, to take a part from.</param>
    /// <param name="random">Draws the change.</param>
    public static byte[] Mutate(byte[] bytes, byte[] other, Random random)
    {
        if (bytes.Length == 0)
            return [(byte)random.Next(256)];
        byte[] changed = random.Next(10) switch
        {
            0 => BitFlips(bytes, random),
            1 => Sets(bytes, random),
            2 => bytes[..random.Next(bytes.Length)],
            3 => [.. bytes.AsSpan(0, random.Next(bytes.Length + 1)), .. other.AsSpan(random.Next(other.Length + 1))],
            4 => Repeated(bytes, random),
            5 => Without(bytes, random),
            6 => Inserted(bytes, other, random),
            7 => Number(bytes, random),
            8 => Varint(bytes, random),
            _ => Swapped(bytes, random),
        };
        return changed.Length <= MostBytes ? changed : changed[..MostBytes];
    }

    /// <summary>Flips bits within a part of the bytes.</summary>
    public static byte[] BitFlips(byte[] bytes, Random random, int from = 0, int? to = null)
    {
        byte[] changed = [.. bytes];
        for (int flips = random.Next(1, 5); flips > 0; flips--)
            changed[random.Next(from, to ?? bytes.Length)] ^= (byte)(1 << random.Next(8));
        return changed;
    }

    private static byte[] Sets(byte[] bytes, Random random)
    {
        byte[] changed = [.. bytes];
        int at = random.Next(bytes.Length), length = Math.Min(bytes.Length - at, 1 << random.Next(6));
        byte value = random.Next(3) == 0 ? (byte)random.Next(256) : Bytes[random.Next(Bytes.Length)];
        changed.AsSpan(at, length).Fill(value);
        return changed;
    }

    private static byte[] Repeated(byte[] bytes, Random random)
    {
        (int at, int length) = Block(bytes, random);
        var changed = new List<byte>(bytes);
        for (int times = 1 << random.Next(13); times > 0 && changed.Count < MostBytes; times--)
            changed.InsertRange(at, bytes.AsSpan(at, length).ToArray());
        return [.. changed];
    }

    private static byte[] Without(byte[] bytes, Random random)
    {
        (int at, int length) = Block(bytes, random);
        return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
    }

    private static byte[] Inserted(byte[] bytes, byte[] other, Random random)
    {
        int at = random.Next(bytes.Length + 1);
        byte[] block;
        if (other.Length > 0 && random.Next(2) == 0)
        {
            (int from, int length) = Block(other, random);
            block = other[from..(from + length)];
        }
        else
        {
            block = new byte[random.Next(1, 65)];
            random.NextBytes(block);
        }

        return [.. bytes.AsSpan(0, at), .. block, .. bytes.AsSpan(at)];
    }

    private static byte[] Number(byte[] bytes, Random random)
    {
        Span<byte> eight = stackalloc byte[8];
        int size = 1 << random.Next(1, 4);
        if (bytes.Length < size)
            return [.. bytes, 0];
        byte[] changed = [.. bytes];
        int at = random.Next(bytes.Length - size + 1);
        bool big = random.Next(2) == 0;
        long value = Numbers[random.Next(Numbers.Length)];
        if (random.Next(3) == 0) // one off
        {
            for (int i = 0; i < size; i++)
                eight[i] = big ? bytes[at + size - 1 - i] : bytes[at + i];
            value = BinaryPrimitives.ReadInt64LittleEndian(eight) + random.Next(-2, 3);
        }

        BinaryPrimitives.WriteInt64LittleEndian(eight, value);
        for (int i = 0; i < size; i++)
            changed[big ? at + size - 1 - i : at + i] = eight[i];
        return changed;
    }

    private static byte[] Varint(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length), end = at;
        while (end < bytes.Length - 1 && bytes[end] >= 0x80 && end - at < 9)
            end++;
        ulong value = (ulong)(random.Next(3) > 0 ? Numbers[random.Next(Numbers.Length)] : bytes[at] + random.Next(-2, 3));
        var varint = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            varint.Add((byte)(value | 0x80));
        varint.Add((byte)value);
        return [.. bytes.AsSpan(0, at), .. varint, .. bytes.AsSpan(end + 1)];
    }

    private static byte[] Swapped(byte[] bytes, Random random)
    {
        byte[] changed = [.. bytes];
        int a = random.Next(bytes.Length), b = random.Next(bytes.Length),
            length = Math.Min(1 << random.Next(5), bytes.Length - Math.Max(a, b));
        for (int i = 0; i < length; i++)
            (changed[a + i], changed[b + i]) = (changed[b + i], changed[a + i]);
        return changed;
    }

    private static (int At, int Length) Block(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        return (at, Math.Min(bytes.Length - at, random.Next(1, 1 << random.Next(1, 10))));
    }
}
