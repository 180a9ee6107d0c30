using System.Buffers.Binary;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using Google.Protobuf;
using Google.Protobuf.Collections;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>Tensors of a file with fewer elements, or others, stored in the way they were: kept elements keep their bits.</summary>
internal static class OnnxTensorSlice
{
    // Types that need no more than their number here.
    private const int Uint8 = 2, Int8 = 3, Uint16 = 4, Int16 = 5;

    /// <summary>What is left of a tensor.</summary>
    /// <param name="tensor">The tensor, with its data in it.</param>
    /// <param name="slices">The kept indices of some axes.</param>
    public static TensorProto Of(TensorProto tensor, IReadOnlyList<AxisSelection> slices)
    {
        TensorProto result = tensor.Clone();
        foreach (AxisSelection slice in slices)
        {
            int[] elements = slice.Elements(new([.. result.Dims.Select(static d => (int)d)]));
            result.Dims[slice.Axis] = slice.Kept.Length;
            if (!result.RawData.IsEmpty)
                result.RawData = Bytes(result.RawData.Span, elements, SizeOf(result.DataType));
            Take(result.FloatData, elements);
            Take(result.DoubleData, elements);
            Take(result.Int32Data, elements);
            Take(result.Int64Data, elements);
        }

        return result;
    }

    /// <summary>A tensor of floating point with given values.</summary>
    /// <param name="type">What they are stored as; it holds each.</param>
    /// <param name="shape">Dimensions.</param>
    /// <param name="values">The values, row-major.</param>
    public static TensorProto OfFloats(DataType type, int[] shape, double[] values) => Of(type, shape, values, (to, value) =>
    {
        if (type == DataType.Double)
            BinaryPrimitives.WriteDoubleLittleEndian(to, value);
        else if (type == DataType.Float16)
            BinaryPrimitives.WriteHalfLittleEndian(to, (Half)value);
        else if (type == DataType.Bfloat16)
            BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16));
        else
            BinaryPrimitives.WriteSingleLittleEndian(to, (float)value);
    });

    /// <summary>A tensor of integers or truth values.</summary>
    /// <param name="type">What they are stored as.</param>
    /// <param name="shape">Dimensions.</param>
    /// <param name="values">The values, row-major.</param>
    public static TensorProto OfIntegers(DataType type, int[] shape, long[] values) => Of(type, shape, values, (to, value) =>
    {
        for (int i = 0; i < to.Length; i++)
            to[i] = (byte)(value >> (8 * i));
    });

    private static TensorProto Of<T>(DataType type, int[] shape, T[] values, Encoder<T> encode)
    {
        int size = SizeOf(type);
        var bytes = new byte[values.Length * size];
        for (int i = 0; i < values.Length; i++)
            encode(bytes.AsSpan(i * size, size), values[i]);
        return new() { DataType = type, Dims = { shape.Select(static d => (long)d) }, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
    }

    private delegate void Encoder<T>(Span<byte> to, T value);

    private static int SizeOf(DataType type) => type switch
    {
        DataType.Double or DataType.Int64 => 8,
        DataType.Float16 or DataType.Bfloat16 or (DataType)Uint16 or (DataType)Int16 => 2,
        DataType.Bool or (DataType)Uint8 or (DataType)Int8 => 1,
        _ => 4,
    };

    private static ByteString Bytes(ReadOnlySpan<byte> data, int[] elements, int size)
    {
        var bytes = new byte[elements.Length * size];
        for (int i = 0; i < elements.Length; i++)
            data.Slice(elements[i] * size, size).CopyTo(bytes.AsSpan(i * size));
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static void Take<T>(RepeatedField<T> values, int[] elements)
    {
        if (values.Count == 0)
            return;
        T[] taken = Array.ConvertAll(elements, i => values[i]);
        values.Clear();
        values.AddRange(taken);
    }
}
