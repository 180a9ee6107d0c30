using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
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

    /// <summary>Tree ensembles and detectors compute indices so: the file need not say that they are integers.</summary>
    [Theory]
    [InlineData("Add")]
    [InlineData("Mul")]
    [InlineData("Max")]
    [InlineData("Concat")]
    public void Read_IntegersBehindAnOpaqueNode_AreKept(string op)
    {
        OnnxModelBuilder builder = Base().Integers("n", 1, 2).Node("Cast", "x", "i", Int("to", (long)DataType.Int64))
            .Node(op, "i n", "j", op == "Concat" ? [Int("axis", 0)] : []).Node("Cast", "j", "y", Int("to", (long)DataType.Float))
            .Node("Relu", "x", "z").Output("z", "N", 2);
        if (op == "Concat")
            builder.Graph.Initializer[0].Dims.Insert(0, 1);
        ModelProto model = builder.WithoutOutputShapes();
        using (new OnnxRuntimeOracle(model.ToByteArray(), optimise: false))
        {
            ReluNetwork network = OnnxRuntimeOracle.Read(model);
            Assert.Equal(2, network.NeuronCount);
            Assert.Contains(network.Remarks, static r => r.Contains("Cast", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Add")]
    [InlineData("Max")]
    public void Read_IntegersWithFloats_AreDamage(string op) => OnnxGraphErrorTests.AssertError(
        Base().Integers("n", 1, 2).Node(op, "x n", "y").Model, "OnnxUnsupportedDataType", "tensor 'n'");

    /// <summary>What folding leaves is no damage: -2 / -1, and a power.</summary>
    [Theory]
    [InlineData("Div")]
    [InlineData("Pow")]
    public void Read_ArithmeticOfConstantIntegers_IsKept(string op)
    {
        ModelProto model = Base().Integers("a", 4, 6).Integers("b", -1, 2).Node(op, "a b", "c")
            .Node("Cast", "c", "f", Int("to", (long)DataType.Float)).Node("Relu", "x", "r").Node("Add", "r f", "y").Model;
        using (new OnnxRuntimeOracle(model.ToByteArray(), optimise: false))
            Assert.Equal(2, OnnxRuntimeOracle.Read(model).NeuronCount);
    }

    /// <summary>Attention hides what it masks by adding -infinity.</summary>
    [Theory]
    [InlineData("Add", "x m")]
    [InlineData("Sub", "x m")]
    [InlineData("Add", "m x")]
    [InlineData("Mul", "x m")]
    [InlineData("Concat", "x m")]
    public void Read_InfiniteMask_IsNotAnalysed(string op, string takes)
    {
        ModelProto model = Base().Weights("m", [1, 2], 0, double.NegativeInfinity)
            .Node(op, takes, "a", op == "Concat" ? [Int("axis", 1)] : []).Node("Softmax", "a", "y").Node("Relu", "x", "z")
            .Output("z", "N", 2).WithoutOutputShapes();

        ReluNetwork network = OnnxRuntimeOracle.Read(model);

        Assert.Equal(2, network.NeuronCount);
        Assert.Contains(network.Remarks, static r => r.Contains("'m' has infinite values", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Max", double.NegativeInfinity)]
    [InlineData("Min", double.PositiveInfinity)]
    public void Read_ExtremumWithAnInfiniteEnd_IsTheIdentity(string op, double end)
    {
        ReluNetwork network = OnnxRuntimeOracle.AssertRead(Base().Weights("m", [], end).Node(op, "x m", "y").Model);

        Assert.Equal([2.0, -1.0], network.Evaluate([2, -1]));
    }

    private static OnnxModelBuilder Base() => new OnnxModelBuilder().Input("x", "N", 2).Output("y", "N", 2);
}
