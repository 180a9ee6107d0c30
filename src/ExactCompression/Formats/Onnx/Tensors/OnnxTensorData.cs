using System.Buffers.Binary;
using Google.Protobuf;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>Encodes values as the raw little-endian bytes of a tensor.</summary>
internal static class OnnxTensorData
{
    /// <summary>From this many values on, two bytes saved for each outweigh the cast that 16-bit storage needs.</summary>
    private const int FewestHalves = 24;

    /// <summary>Encodes values.</summary>
    /// <param name="values">The values, each finite.</param>
    /// <param name="precision">What they are rounded to; a float32 graph stores them as float16 where all are exact in it and it saves
    /// space.</param>
    /// <param name="isHalf">Whether they must be 16-bit floats.</param>
    /// <param name="allowsHalf">Whether they may be.</param>
    /// <exception cref="InvalidInputException">A value is too large for the precision, or is no 16-bit float where it must be.</exception>
    public static (DataType Type, ByteString Data) Encode(
        ReadOnlySpan<double> values, WeightPrecision precision, bool isHalf = false, bool allowsHalf = true)
    {
        if (isHalf && !FitHalf(values))
            throw new InvalidInputException(
                "WeightNotHalf", "The file computes with 16-bit floats, which do not hold a new weight.",
                "Compress with a level that leaves weights as they are.");
        if (precision == WeightPrecision.Float64)
            return (DataType.Double, Pack(values, 8, BinaryPrimitives.WriteDoubleLittleEndian));
        foreach (double value in values)
        {
            if (!float.IsFinite((float)value))
                throw new InvalidInputException(
                    "WeightOverflow", $"The weight {value:R} is too large for float32.", "Write the network with Float64 precision.");
        }

        return isHalf || (allowsHalf && values.Length >= FewestHalves && FitHalf(values))
            ? (DataType.Float16, Pack(values, 2, static (to, v) => BinaryPrimitives.WriteHalfLittleEndian(to, (Half)v)))
            : (DataType.Float, Pack(values, 4, static (to, v) => BinaryPrimitives.WriteSingleLittleEndian(to, (float)v)));
    }

    private static bool FitHalf(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if ((double)(Half)value != value)
                return false;
        }

        return true;
    }

    private static ByteString Pack(ReadOnlySpan<double> values, int size, Encoder encode)
    {
        var bytes = new byte[values.Length * size];
        for (int i = 0; i < values.Length; i++)
            encode(bytes.AsSpan(i * size, size), values[i]);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private delegate void Encoder(Span<byte> to, double value);
}
