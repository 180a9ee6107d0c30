using System.Buffers.Binary;
using ExactCompression.Formats.Onnx.Schema;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>Decodes tensors: raw bytes, typed fields, or a data file beside the model.</summary>
/// <param name="fault">Makes errors.</param>
/// <param name="budget">The import's limits.</param>
internal sealed class OnnxTensorReader(OnnxFault fault, ImportBudget budget)
{
    // Types that need no more than their number here; the newest that there is.
    private const int Uint8 = 2, Int8 = 3, Uint16 = 4, Int16 = 5, Newest = 32;

    private readonly OnnxExternalData external = new(fault, budget);

    /// <summary>Decodes a tensor; nothing is allocated before the data is known to be there.</summary>
    /// <param name="tensor">The tensor as stored.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="InvalidFileException">Dimensions and data do not fit.</exception>
    /// <exception cref="OnnxNotAnalysedException">Its type is one whose values are not read.</exception>
    public OnnxTensor Read(TensorProto tensor, string name)
    {
        (int[] shape, long count) = Dimensions(tensor, name);
        return tensor.DataType switch
        {
            DataType.Float =>
                Floats(WeightPrecision.Float32,
                    Values(4, static b => (double)BinaryPrimitives.ReadSingleLittleEndian(b), tensor.FloatData, static v => v)),
            DataType.Double =>
                Floats(WeightPrecision.Float64, Values(8, BinaryPrimitives.ReadDoubleLittleEndian, tensor.DoubleData, static v => v)),
            DataType.Float16 =>
                Floats(WeightPrecision.Float32,
                    Values(2, static b => (double)BinaryPrimitives.ReadHalfLittleEndian(b), tensor.Int32Data,
                        static v => (double)BitConverter.UInt16BitsToHalf((ushort)v))),
            DataType.Bfloat16 =>
                Floats(WeightPrecision.Float32,
                    Values(2, static b => FromBfloat16(BinaryPrimitives.ReadUInt16LittleEndian(b)), tensor.Int32Data,
                        static v => FromBfloat16((ushort)v))),
            DataType.Int64 => Integers(Values(8, BinaryPrimitives.ReadInt64LittleEndian, tensor.Int64Data, static v => v)),
            DataType.Int32 =>
                Integers(Values(4, static b => (long)BinaryPrimitives.ReadInt32LittleEndian(b), tensor.Int32Data, static v => (long)v)),
            DataType.Bool => Integers(Values(1, static b => (long)b[0], tensor.Int32Data, static v => (long)v)),
            (DataType)Uint8 => Integers(Values(1, static b => (long)b[0], tensor.Int32Data, static v => (long)v)),
            (DataType)Int8 => Integers(Values(1, static b => (long)(sbyte)b[0], tensor.Int32Data, static v => (long)v)),
            (DataType)Uint16 =>
                Integers(Values(2, static b => (long)BinaryPrimitives.ReadUInt16LittleEndian(b), tensor.Int32Data, static v => (long)v)),
            (DataType)Int16 =>
                Integers(Values(2, static b => (long)BinaryPrimitives.ReadInt16LittleEndian(b), tensor.Int32Data, static v => (long)v)),
            > DataType.Undefined and <= (DataType)Newest =>
                throw new OnnxNotAnalysedException($"Its values are of the ONNX data type {(int)tensor.DataType}."),
            _ => throw fault.AtTensor(
                "OnnxUnsupportedDataType", name, $"There is no ONNX data type {(int)tensor.DataType}.", "The file is damaged."),
        };

        OnnxTensor Floats(WeightPrecision precision, double[] values) => OnnxTensor.OfFloats(name, shape, values, precision, fault);
        OnnxTensor Integers(long[] values) => OnnxTensor.OfIntegers(name, shape, values, fault);

        T[] Values<T, TStored>(int size, Decoder<T> decode, IReadOnlyCollection<TStored> typed, Func<TStored, T> convert)
        {
            if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            {
                byte[] data = external.Read(tensor, name, count * size);
                Take();
                return Decode(data, size, decode);
            }

            if (typed.Count > 0)
            {
                RequireLength(typed.Count, tensor.RawData.IsEmpty ? count : -1, "values");
                Take();
                return [.. typed.Select(convert)];
            }

            RequireLength(tensor.RawData.Length, count * size, "bytes");
            Take();
            return Decode(tensor.RawData.Span, size, decode);
        }

        void Take() => budget.AllocateValues(count, $"tensor {OnnxFault.Quote(name)}");

        void RequireLength(long found, long expected, string unit)
        {
            if (expected < 0)
                throw fault.AtTensor("OnnxDataLengthMismatch", name, "It has raw data and typed values at once.");
            if (found != expected)
                throw fault.AtTensor(
                    "OnnxDataLengthMismatch", name, $"Its dimensions {OnnxShapes.Show(shape)} need {expected} {unit}, but it has {found}.",
                    "The file is damaged or incomplete.");
        }
    }

    private delegate T Decoder<T>(ReadOnlySpan<byte> bytes);

    private static T[] Decode<T>(ReadOnlySpan<byte> bytes, int size, Decoder<T> decode)
    {
        var values = new T[bytes.Length / size];
        for (int i = 0; i < values.Length; i++)
            values[i] = decode(bytes.Slice(i * size, size));
        return values;
    }

    private static double FromBfloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private (int[] Shape, long Count) Dimensions(TensorProto tensor, string name)
    {
        if (tensor.Dims.Count > OnnxShapes.MostDimensions)
            throw fault.AtTensor(
                "OnnxTooManyDimensions", name, $"It has {tensor.Dims.Count} dimensions; at most {OnnxShapes.MostDimensions} are supported.",
                "Export the network again.", unsupported: true);
        var shape = new int[tensor.Dims.Count];
        long count = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            long size = tensor.Dims[i];
            if (size < 0)
                throw fault.AtTensor("OnnxInvalidDimensions", name, $"Dimension {i} is {size}.", "The file is damaged.");
            if (size > int.MaxValue || (count *= size) > int.MaxValue)
                throw fault.AtTensor(
                    "OnnxInvalidDimensions", name, $"Its dimensions {string.Join(" x ", tensor.Dims.Take(8))} are too large.",
                    "The file is damaged, or the network too large.");
            shape[i] = (int)size;
        }

        return (shape, count);
    }
}
