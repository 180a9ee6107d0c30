using System.Buffers.Binary;
using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>How tensors are named and encoded in the files that we write: as PyTorch names the layers of a sequential module.</summary>
internal static class WrittenTensors
{
    public static string WeightName(int layer) => string.Create(CultureInfo.InvariantCulture, $"layers.{layer}.weight");

    public static string BiasName(int layer) => string.Create(CultureInfo.InvariantCulture, $"layers.{layer}.bias");

    /// <summary>Little-endian floats or doubles.</summary>
    public static byte[] Encode(ReadOnlySpan<double> values, WeightPrecision precision)
    {
        if (precision == WeightPrecision.Float32)
        {
            var bytes = new byte[4L * values.Length];
            for (int i = 0; i < values.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), (float)values[i]);
            return bytes;
        }
        else
        {
            var bytes = new byte[8L * values.Length];
            for (int i = 0; i < values.Length; i++)
                BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8 * i), values[i]);
            return bytes;
        }
    }
}
