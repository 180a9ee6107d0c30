using System.Buffers.Binary;

namespace ExactCompression.Formats;

/// <summary>Converts stored elements to doubles; every float and every integer up to 2^53 is exact.</summary>
internal static class ElementDecoding
{
    /// <summary>Decodes consecutive elements.</summary>
    /// <param name="bytes">As many elements as <paramref name="values"/> has.</param>
    /// <param name="type">What they are stored as.</param>
    /// <param name="bigEndian">Whether the most significant byte comes first.</param>
    /// <param name="values">Gets the numbers.</param>
    public static void Decode(ReadOnlySpan<byte> bytes, ElementType type, bool bigEndian, Span<double> values)
    {
        int size = type.Size();
        if (bigEndian && size > 1)
        {
            bytes = Swapped(bytes, size);
        }

        switch (type)
        {
            case ElementType.Float16:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (double)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]);
                break;
            case ElementType.BFloat16:
                for (int i = 0; i < values.Length; i++)
                    values[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16);
                break;
            case ElementType.Float32:
                for (int i = 0; i < values.Length; i++)
                    values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
                break;
            case ElementType.Float64:
                for (int i = 0; i < values.Length; i++)
                    values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                break;
            case ElementType.Int8:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (sbyte)bytes[i];
                break;
            case ElementType.UInt8:
                for (int i = 0; i < values.Length; i++)
                    values[i] = bytes[i];
                break;
            case ElementType.Bool:
                for (int i = 0; i < values.Length; i++)
                    values[i] = bytes[i] == 0 ? 0 : 1;
                break;
            default:
                for (int i = 0; i < values.Length; i++)
                    values[i] = DecodeInteger(bytes.Slice(i * size, size), type);
                break;
        }
    }

    private static double DecodeInteger(ReadOnlySpan<byte> bytes, ElementType type) => type switch
    {
        ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
    };

    private static byte[] Swapped(ReadOnlySpan<byte> bytes, int size)
    {
        byte[] swapped = bytes.ToArray();
        for (int at = 0; at + size <= swapped.Length; at += size)
            swapped.AsSpan(at, size).Reverse();
        return swapped;
    }
}
