using System.Buffers.Binary;
using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>How tensors are named and encoded in the files that we write: as PyTorch names the layers of a sequential module.</summary>
internal static class WrittenTensors
{
    public static string WeightName(int layer) => string.Create(CultureInfo.InvariantCulture, $"layers.{layer}.weight");

    public static string BiasName(int layer) => string.Create(CultureInfo.InvariantCulture, $"layers.{layer}.bias");

    /// <summary>Refuses networks that a format with only weights cannot express.</summary>
    /// <exception cref="InvalidInputException">The output is followed by a ReLU, or a weight is too large for the precision.</exception>
    public static void RequireWritable(ReluNetwork network, WeightPrecision precision, string format)
    {
        if (network.Layers[^1].Activation != Activation.Identity)
            throw new InvalidInputException(
                "OutputReluUnsupported", $"The output of '{network.Name}' is rectified, which {format} cannot say.", "Write it as ONNX.");
        if (precision == WeightPrecision.Float64)
            return;
        foreach (AffineLayer layer in network.Layers)
        {
            if (Math.Max(LargestMagnitude(layer.Weights.Span), LargestMagnitude(layer.Bias.Span)) > float.MaxValue)
                throw new InvalidInputException(
                    "WeightOverflow", $"A weight of '{network.Name}' is too large for float32.",
                    "Write the network with Float64 precision.");
        }
    }

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

    private static double LargestMagnitude(ReadOnlySpan<double> values) =>
        Math.Abs(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(values));
}
