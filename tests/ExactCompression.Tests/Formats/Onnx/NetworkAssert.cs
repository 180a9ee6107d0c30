using Xunit;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Comparison of networks bit for bit.</summary>
internal static class NetworkAssert
{
    public static void SameBits(ReluNetwork expected, ReluNetwork actual)
    {
        Assert.Equal(expected.Architecture, actual.Architecture);
        for (int i = 0; i < expected.Layers.Count; i++)
        {
            Assert.Equal(expected.Layers[i].Activation, actual.Layers[i].Activation);
            Assert.Equal(Bits(expected.DenseLayers[i].Weights), Bits(actual.DenseLayers[i].Weights));
            Assert.Equal(Bits(expected.DenseLayers[i].Bias), Bits(actual.DenseLayers[i].Bias));
        }
    }

    private static long[] Bits(ReadOnlyMemory<double> values) => Array.ConvertAll(values.ToArray(), BitConverter.DoubleToInt64Bits);
}
