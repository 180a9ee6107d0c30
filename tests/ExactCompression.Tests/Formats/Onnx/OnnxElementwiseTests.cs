using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Arithmetic with constants, normalisation and rectifiers, against ONNX Runtime.</summary>
public sealed class OnnxElementwiseTests
{
    [Theory]
    [InlineData("Add", "x c", new long[] { 3 }, true)]
    [InlineData("Add", "c x", new long[] { 1, 3 }, true)]
    [InlineData("Add", "x c", new long[] { }, true)]
    [InlineData("Add", "x c", new long[] { 1, 1, 3 }, true)]
    [InlineData("Sub", "x c", new long[] { 3 }, true)]
    [InlineData("Sub", "c x", new long[] { 3 }, true)]
    [InlineData("Sub", "c x", new long[] { 1 }, true)]
    [InlineData("Mul", "x c", new long[] { 3 }, true)]
    [InlineData("Mul", "c x", new long[] { }, true)]
    [InlineData("Div", "x c", new long[] { 3 }, false)]
    [InlineData("Div", "x c", new long[] { 1 }, false)]
    public void Arithmetic_WithAConstant_AgreesWithRuntime(string operation, string inputs, long[] shape, bool exact)
    {
        double[] constant = new double[] { 0.7, -1.3, 3 }[..(int)shape.Aggregate(1L, static (a, b) => a * b)];
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 3).Output("y").Weights("c", shape, constant).Node(
            operation, inputs, "y");
        model.Graph.Output[0].Type.TensorType.Shape = null;
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 3);
        Assert.Equal(exact, network.DenseLayers[0].IsExact);
    }

    [Fact]
    public void Neg_OfTheInput_AgreesWithRuntime() =>
        OnnxRuntimeOracle.AssertAgrees(new OnnxModelBuilder().Input("x", "N", 3).Output("y", "N", 3).Node("Neg", "x", "y").Model, 1, 3);

    [Fact]
    public void Div_ByPowersOfTwo_IsExact()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 3).Output("y", "N", 2)
            .Weights("c", [3], 2, -0.5, 256).Weights("w", [3, 2], 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
            .Node("Div", "x c", "d").Node("MatMul", "d w", "y");
        Assert.True(OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 3).DenseLayers[0].IsExact);
    }

    [Fact]
    public void InputNormalisation_IsJoinedIntoTheFirstLayer()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 1, 2, 2).Output("y", 1, 3)
            .Weights("mean", [1, 1, 2, 2], 0.1, 0.2, 0.3, 0.4).Weights("deviation", [1], 0.3)
            .Weights("w", [4, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12).Weights("b", [3], 0.5, 0.25, -1)
            .Node("Sub", "x mean", "s").Node("Div", "s deviation", "d").Node("Flatten", "d", "f").Node("Gemm", "f w b", "z").Node(
                "Relu", "z", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 1, 2, 2);
        Assert.Equal("4-3", network.Architecture);
        Assert.Equal(1 / (double)0.3f, network.DenseLayers[0].Weights.Span[0]);
        Assert.False(network.DenseLayers[0].IsExact);
        Assert.All(
            network.DenseLayers[0].WeightRadius.ToArray().Zip(network.DenseLayers[0].Weights.ToArray()),
            static pair => Assert.InRange(pair.First, 0, 4e-16 * Math.Abs(pair.Second)));
    }

    [Theory]
    [InlineData(8, 2)]
    [InlineData(9, 4)]
    [InlineData(14, 4)]
    [InlineData(15, 2)]
    public void BatchNormalization_OfFeaturesOrChannels_AgreesWithRuntime(int opset, int rank)
    {
        object[] dims = rank == 2 ? [1, 2] : [1, 2, 1, 3];
        OnnxModelBuilder model = new OnnxModelBuilder(opset).Input("x", dims).Output("y", dims)
            .Weights("s", [2], 1.5, -0.7).Weights("b", [2], 0.1, 0.2).Weights("m", [2], -0.3, 0.4).Weights("v", [2], 0.9, 0.05)
            .Node("BatchNormalization", "x s b m v", "y", Float("epsilon", 1e-3f), Float("momentum", 0.8f));
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, [.. dims.Select(static d => (long)(int)d)]);
        Assert.False(network.DenseLayers[0].IsExact);
    }

    [Fact]
    public void BatchNormalization_OfExactRoot_IsExact()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 2).Output("y", "N", 2)
            .Weights("s", [2], 1, 3).Weights("b", [2], 0.1, 0.2).Weights("m", [2], 1, 2).Weights("v", [2], 3.75, 0)
            .Node("BatchNormalization", "x s b m v", "n", Float("epsilon", 0.25f)).Node("Relu", "n", "y");
        AffineLayer layer = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 2).DenseLayers[0];
        Assert.Equal([0.5, 0, 0, 6], layer.Weights.ToArray());
        Assert.True(layer.WeightRadius.IsEmpty);
    }

    [Fact]
    public void BatchNormalization_AfterGemm_JoinsIntoOneLayer()
    {
        OnnxModelBuilder model = new OnnxModelBuilder(type: DataType.Double).Input("x", "N", 3).Output("y", "N", 2)
            .Weights("w", [3, 2], 0.1, 0.2, 0.3, 0.4, 0.5, 0.6).Weights("c", [2], 1, 2)
            .Weights("s", [2], 1.5, -0.7).Weights("b", [2], 0.1, 0.2).Weights("m", [2], -0.3, 0.4).Weights("v", [2], 0.9, 0.05)
            .Node("Gemm", "x w c", "g").Node("BatchNormalization", "g s b m v", "n").Node("Relu", "n", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 3);
        Assert.Equal("3-2", network.Architecture);
    }

    [Theory]
    [InlineData(6 + 1, "Clip", "x", "max")]
    [InlineData(11, "Clip", "x zero", "")]
    [InlineData(13, "Clip", "x zero -", "")]
    [InlineData(13, "Clip", "x zero inf", "")]
    [InlineData(13, "Max", "x zero", "")]
    [InlineData(13, "Max", "zeros x", "")]
    public void Rectifier_UnderAnotherName_IsARelu(int opset, string operation, string inputs, string attribute)
    {
        OnnxModelBuilder model = new OnnxModelBuilder(opset).Input("x", "N", 3).Output("y", "N", 3)
            .Weights("zero", [], 0).Weights("zeros", [3], 0, 0, 0).Weights("inf", [], double.PositiveInfinity)
            .Node(operation, inputs, "y", attribute.Length > 0 ? [Float("min", 0), Float("max", float.MaxValue)] : []);
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 3);
        Assert.Equal(Activation.Relu, network.Layers[0].Activation);
    }

    [Fact]
    public void Relu_TwiceAndAfterTheInput_IsOneLayer()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 2).Output("y", "N", 1).Weights("w", [2, 1], 2, -3)
            .Node("Relu", "x", "r").Node("Relu", "r", "s").Node("Identity", "s", "t").Node("Relu", "t", "u").Node("MatMul", "u w", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 2);
        Assert.Equal("2-2-1", network.Architecture);
        Assert.Equal([1, 0, 0, 1], network.DenseLayers[0].Weights.ToArray());
    }

    [Fact]
    public void AffineMaps_InARow_BecomeOneLayer()
    {
        OnnxModelBuilder model = new OnnxModelBuilder(type: DataType.Double).Input("x", "N", 3).Output("y", "N", 2)
            .Weights("w1", [3, 4], 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3).Weights("b1", [4], 0.1, 0.2, 0.3, 0.4)
            .Weights("w2", [4, 2], 0.7, -0.6, 0.5, 0.4, -0.3, 0.2, 0.1, 0.05).Weights("k", [2], 3, 0.7)
            .Node("Gemm", "x w1 b1", "h").Node("MatMul", "h w2", "m").Node("Mul", "m k", "n").Node("Sub", "k n", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 3);
        Assert.Equal("3-2", network.Architecture);
        Assert.False(network.DenseLayers[0].IsExact);
    }
}
