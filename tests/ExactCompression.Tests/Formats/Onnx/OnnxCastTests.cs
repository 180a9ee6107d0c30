using ExactCompression.Formats.Onnx.Schema;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Constants that are cast to other types, and what stands behind nodes that are not analysed.</summary>
public sealed class OnnxCastTests
{
    /// <summary>2^32 + 3 as a 32-bit integer is 3; ONNX Runtime computes the same.</summary>
    [Fact]
    public void Cast_IntegerBeyond32Bits_DropsTheUpperHalf()
    {
        ReluNetwork network = OnnxRuntimeOracle.AssertRead(
            Base().Integers("n", (1L << 32) + 3).Node("Cast", "n", "i", Int("to", (long)DataType.Int32))
                .Node("Cast", "i", "f", Int("to", (long)DataType.Float)).Node("Mul", "x f", "y").Model);

        Assert.Equal([6.0, -3.0], network.Evaluate([2, -1]));
    }

    /// <summary>1 + 2^-8 lies between two bfloat16, and the even one is 1; so does 1 + 3 2^-8, and that is 1 + 2^-6.</summary>
    [Theory]
    [InlineData(1.00390625f, 1)]
    [InlineData(1.01171875f, 1.015625)]
    [InlineData(1.0048828125f, 1.0078125)]
    public void Cast_ToBfloat16_RoundsToTheNearestEvenOne(float stored, double expected)
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(
            Base().Weights("n", [1], stored).Node("Cast", "n", "b", Int("to", (long)DataType.Bfloat16))
                .Node("Cast", "b", "f", Int("to", (long)DataType.Float)).Node("Mul", "x f", "y").Model);

        Assert.Equal(2 * expected, network.Evaluate([2, -1])[0]);
    }

    [Fact]
    public void Read_UnitsBehindANodeOfUnknownShape_HasOpaqueLayers()
    {
        OnnxModelBuilder model = Base().Node("Custom", "x", "c").Node("Relu", "c", "y");
        model.Graph.Node[0].Domain = "com.example";
        model.Graph.Output[0].Type = null;

        ReluNetwork network = OnnxRuntimeOracle.Read(model.Model);

        Assert.Equal(0, network.NeuronCount);
        Assert.True(network.HasOpaqueLayers);
    }

    [Fact]
    public void Read_MoreNeuronsThanAnImportMayHave_IsRefused()
    {
        ModelProto model = new OnnxModelBuilder().Input("x", "N", 4000, 4000).Output("y", "N", 4000, 4000).Node("Relu", "x", "y").Model;

        Assert.Equal("ImportTooLarge", Assert.Throws<InvalidFileException>(() => OnnxRuntimeOracle.Read(model)).ErrorId);
    }

    private static OnnxModelBuilder Base() => new OnnxModelBuilder().Input("x", "N", 2).Output("y", "N", 2);
}
