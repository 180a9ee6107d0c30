using System.Buffers.Binary;
using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>IDX, the format of MNIST: two zero bytes, a type, the number of axes, big-endian extents, big-endian elements.</summary>
internal static class IdxData
{
    public static bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 4 && bytes[0] == 0 && bytes[1] == 0 && TypeOf(bytes[2]) is not null && bytes[3] is >= 1 and <= 8;

    public static RawData Read(byte[] bytes, string path, ImportBudget budget)
    {
        (ElementType type, int[] shape, ReadOnlyMemory<byte> data) = Parse(bytes, path);
        long columns = shape.Skip(1).Aggregate(1L, static (n, e) => n * e);
        if (columns < 1 || columns > int.MaxValue)
            throw new InvalidFileException("IdxDamaged", path, "header", "The rows have no values.", "Give a file of images or of rows.");
        if (type == ElementType.UInt8)
            return new(shape[0], (int)columns) { Bytes = data };
        budget.AllocateValues(shape[0] * columns, "elements");
        var values = new double[shape[0] * columns];
        ElementDecoding.Decode(data.Span, type, bigEndian: true, values);
        return new(shape[0], (int)columns) { Values = values };
    }

    /// <summary>The elements of a file with any number of axes, checked against the file's length.</summary>
    public static (ElementType Type, int[] Shape, ReadOnlyMemory<byte> Data) Parse(byte[] bytes, string path)
    {
        var input = new ByteCursor(bytes, path);
        ReadOnlySpan<byte> magic = input.Take(4, "IDX header");
        if (magic[0] != 0 || magic[1] != 0 || TypeOf(magic[2]) is not { } type || magic[3] is < 1 or > 8)
            throw new InvalidFileException(
                "IdxDamaged", path, "byte 0", "The file does not begin like an IDX file.", "Give the file as it was published.");
        var shape = new int[magic[3]];
        long count = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            uint extent = BinaryPrimitives.ReadUInt32BigEndian(input.Take(4, "IDX header"));
            shape[i] = extent <= int.MaxValue
                ? (int)extent
                : throw new InvalidFileException(
                    "IdxDamaged", path, input.Place, $"The extent {extent.ToString(CultureInfo.InvariantCulture)} is too large.",
                    "The file is damaged.");
            count = extent != 0 && count > long.MaxValue / 16 / extent ? long.MaxValue / 16 : count * extent;
        }

        if (count * type.Size() != input.Remaining)
            throw new InvalidFileException(
                "FileTruncated", path, input.Place,
                $"The header states {count} elements of {type.Size()} bytes, but {input.Remaining} bytes follow.",
                "The file is truncated or damaged: get it again.");
        return (type, shape, bytes.AsMemory(input.Position));
    }

    private static ElementType? TypeOf(byte code) => code switch
    {
        0x08 => ElementType.UInt8,
        0x09 => ElementType.Int8,
        0x0b => ElementType.Int16,
        0x0c => ElementType.Int32,
        0x0d => ElementType.Float32,
        0x0e => ElementType.Float64,
        _ => null,
    };
}
