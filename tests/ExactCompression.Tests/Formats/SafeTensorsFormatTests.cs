using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

public class SafeTensorsFormatTests
{
    // Two layers 1-1-1 in F32: weight and bias each one number.
    private static readonly float[] FourNumbers = [2, -1, 3, 0.5f];

    [Fact]
    public void Read_NamesSortedAsText_CountsNumbersUpwards()
    {
        // "l.10" sorts before "l.2" as text; as numbers it comes last
        string header =
            """{"l.10.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"l.10.bias":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"l.2.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]},"l.2.bias":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""";

        ReluNetwork network = Read(header, Bytes(FourNumbers));

        Assert.Equal(3, network.DenseLayers[0].Weights.Span[0]);
        Assert.Equal(2, network.DenseLayers[1].Weights.Span[0]);
    }

    [Fact]
    public void Read_GroupsThatChainInOneWay_AreOrderedByShape()
    {
        // classifier sorts before features, but only features -> classifier chains (2-1-3)
        string header =
            """{"classifier.0.weight":{"dtype":"F32","shape":[3,1],"data_offsets":[0,12]},"features.0.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[12,20]}}""";

        Assert.Equal("2-1-3", Read(header, Bytes([1, 2, 3, 4, 5])).Architecture);
    }

    [Fact]
    public void Read_GroupsThatChainBothWays_IsRefused() => Refused(
        """{"a.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"b.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]}}""",
        Bytes([1, 2]), "LayerOrderAmbiguous");

    [Fact]
    public void Read_HalvesAndDoubles_GivesTheirValues()
    {
        // 0.1 in binary16 is 0x2e66 = 0.0999755859375; bfloat16 0x3dcd = 0.10009765625
        string header =
            """{"0.weight":{"dtype":"F16","shape":[1,1],"data_offsets":[0,2]},"0.bias":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]}}""";
        AffineLayer half = Read(header, [0x66, 0x2e, 0xcd, 0x3d]).DenseLayers[0];
        Assert.Equal(0.0999755859375, half.Weights.Span[0]);
        Assert.Equal(0.10009765625, half.Bias.Span[0]);
        Assert.Equal(WeightPrecision.Float32, half.Precision);

        header = """{"0.weight":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]}}""";
        AffineLayer wide = Read(header, BitConverter.GetBytes(0.1)).DenseLayers[0];
        Assert.Equal(0.1, wide.Weights.Span[0]);
        Assert.Equal(0, wide.Bias.Span[0]);
        Assert.Equal(WeightPrecision.Float64, wide.Precision);
    }

    [Theory]
    [InlineData("""{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,8]}}""", "SafeTensorsDamaged")] // beyond the end
    [InlineData("""{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[4,0]}}""", "SafeTensorsDamaged")]
    [InlineData("""{"0.weight":{"dtype":"F32","shape":[-1,1],"data_offsets":[0,4]}}""", "SafeTensorsDamaged")]
    [InlineData("""{"0.weight":{"dtype":"F32","shape":[2147483647,2147483647,4],"data_offsets":[0,4]}}""", "SafeTensorsDamaged")]
    [InlineData(
        """{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"0.bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        "SafeTensorsDamaged")] // overlap
    [InlineData(
        """{"0.weight":{"dtype":"F32","shape":[1,0],"data_offsets":[0,0]}}""", "SafeTensorsDamaged")] // bytes behind the last tensor
    [InlineData("""{"0.weight":{"dtype":"F16","shape":[1,1],"data_offsets":[2,4]}}""", "SafeTensorsDamaged")] // bytes before the first
    [InlineData(
        """{"0.weight":{"dtype":"U8","shape":[1,1],"data_offsets":[0,1]},"0.bias":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}""",
        "SafeTensorsDamaged")] // a gap
    [InlineData(
        """{"__metadata__":{"a":1},"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}""",
        "SafeTensorsDamaged")] // metadata are text
    [InlineData("""{"0.weight":{"dtype":"F32","shape":"x","data_offsets":[0,4]}}""", "SafeTensorsDamaged")]
    [InlineData("""{"0.weight":{"dtype":7,"shape":[1,1],"data_offsets":[0,4]}}""", "SafeTensorsDamaged")]
    [InlineData("""{"0.weight":[[[[[[[[[[]]]]]]]]]]}""", "SafeTensorsDamaged")]
    [InlineData(
        """{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}""",
        "SafeTensorsDamaged")]
    [InlineData("""{"0.weight":{"dtype":"F8_E4M3","shape":[2,2],"data_offsets":[0,4]}}""", "StateDictUnsupportedTensor")]
    [InlineData("""{"0.weight":{"dtype":"I32","shape":[1,1],"data_offsets":[0,4]}}""", "StateDictUnsupportedTensor")]
    [InlineData("""{"bn.running_mean":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "StateDictUnsupportedTensor")]
    [InlineData("""{"c.weight":{"dtype":"F32","shape":[1,1,1,1],"data_offsets":[0,4]}}""", "ConvolutionUnsupported")]
    [InlineData(
        """{"norm.scale":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "StateDictUnsupportedTensor")] // a vector of no matrix
    [InlineData("{}", "NoLayers")]
    public void Read_BadHeader_IsRefused(string header, string errorId) => Refused(header, Bytes([1]), errorId);

    [Fact]
    public void Read_LayersThatDoNotFit_IsRefused() => Refused(
        """{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"1.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]}}""", Bytes([1, 2, 3]), "LayerShapeMismatch");

    [Fact]
    public void Read_BiasOfAnotherLength_IsRefused() => Refused(
        """{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"0.bias":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
        Bytes([1, 2, 3]), "LayerShapeMismatch");

    [Fact]
    public void Read_HeaderLongerThanFile_IsRefused()
    {
        byte[] content = [.. BitConverter.GetBytes(90_000_000L), .. "{\"a\":{}}"u8];

        BadFile.Network(content, "SafeTensorsDamaged");
    }

    [Fact]
    public void Read_Infinity_NamesTheNeuron() =>
        Assert.Contains(
            "neuron 1, input 0",
            Refused("""{"0.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}""", Bytes([1, float.PositiveInfinity]),
                "WeightNotFinite").Place, StringComparison.Ordinal);

    private static byte[] Bytes(float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Content(string header, byte[] data) =>
        [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. data];

    private static ReluNetwork Read(string header, byte[] data)
    {
        using var folder = new TemporaryFolder();
        return NetworkFormats.Read(folder.Write("net.safetensors", Content(header, data)));
    }

    private static InvalidFileException Refused(string header, byte[] data, string errorId) =>
        BadFile.Network(Content(header, data), errorId, "net.safetensors", "SafeTensors");
}
