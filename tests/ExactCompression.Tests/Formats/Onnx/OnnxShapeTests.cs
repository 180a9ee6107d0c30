using ExactCompression.Formats.Onnx.Schema;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Operators that only change a shape or a type, in the spellings of the operator versions, against ONNX Runtime.</summary>
public sealed class OnnxShapeTests
{
    private static readonly double[] W = [0.5, -1.25, 2, 0.1, -0.7, 3, 1.5, -2.5, 0.3, 0.9, -0.2, 1.1];

    [Theory]
    [InlineData(1, 9)]
    [InlineData(0, 13)]
    [InlineData(3, 13)]
    [InlineData(-3, 13)]
    public void Flatten_AtAnyAxis_AgreesWithRuntime(int axis, int opset)
    {
        // Flatten at 0 and 1 gives a row, at 3 a column.
        bool row = axis is 0 or 1 or -3;
        OnnxModelBuilder model = new OnnxModelBuilder(opset).Input("x", 1, row ? 2 : 6, row ? 3 : 1, 1).Output("y")
            .Weights("w", row ? [6, 2] : [2, 6], W)
            .Node("Flatten", "x", "f", Int("axis", axis)).Node("MatMul", row ? "f w" : "w f", "y");
        AssertAgrees(model, 1, row ? 2 : 6, row ? 3 : 1, 1);
    }

    [Theory]
    [InlineData(new long[] { 1, 6 })]
    [InlineData(new long[] { -1, 6 })]
    [InlineData(new long[] { 0, -1 })]
    [InlineData(new long[] { -1 })]
    public void Reshape_ToAnyTarget_AgreesWithRuntime(long[] target) =>
        AssertAgrees(Row().Integers("shape", target).Node("Reshape", "x shape", "f").Node("MatMul", "f w", "y"), 1, 2, 3);

    [Fact]
    public void Reshape_ToTheShapeOfAConstantNode_AgreesWithRuntime()
    {
        var shape = new TensorProto { DataType = DataType.Int64, Dims = { 2 }, Int64Data = { 1, 6 } };
        AssertAgrees(
            Row().Node("Constant", "", "shape", TensorValue("value", shape)).Node("Reshape", "x shape", "f").Node("MatMul", "f w", "y"), 1,
            2, 3);
    }

    [Theory]
    [InlineData(11, true)]
    [InlineData(13, true)]
    [InlineData(13, false)]
    public void Squeeze_ByAttributeOrInput_AgreesWithRuntime(int opset, bool named)
    {
        OnnxModelBuilder model = new OnnxModelBuilder(opset).Input("x", 1, 1, 6, 1).Output("y").Weights("w", [6, 2], W).Integers(
            "axes", 1, -1);
        model = !named ? model.Node("Squeeze", "x", "f")
            : opset < 13 ? model.Node("Squeeze", "x", "f", Ints("axes", 1, -1))
            : model.Node("Squeeze", "x axes", "f");
        AssertAgrees(model.Node("MatMul", "f w", "y"), 1, 1, 6, 1);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(13)]
    public void Unsqueeze_ByAttributeOrInput_AgreesWithRuntime(int opset)
    {
        OnnxModelBuilder model = new OnnxModelBuilder(opset).Input("x", 6).Output("y").Weights("w", [2, 6], W).Integers("axes", 0, -1);
        model = opset < 13 ? model.Node("Unsqueeze", "x", "f", Ints("axes", 0, -1)) : model.Node("Unsqueeze", "x axes", "f");
        AssertAgrees(model.Node("MatMul", "w f", "y"), 6);
    }

    [Theory]
    [InlineData(new long[] { 1, 0, 2, 3 })]
    [InlineData(new long[] { 0, 2, 1, 3 })]
    [InlineData(new long[] { 0, 2, 3, 1 })]
    public void Transpose_ThatKeepsTheOrder_AgreesWithRuntime(long[] permutation)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 1, 2, 3).Output("y").Weights("w", [6, 2], W).Integers("shape", 1, 6)
            .Node("Transpose", "x", "t", Ints("perm", permutation)).Node("Reshape", "t shape", "f").Node("MatMul", "f w", "y");
        AssertAgrees(model, 1, 1, 2, 3);
    }

    [Fact]
    public void Transpose_OfARowToAColumn_AgreesWithRuntime() => AssertAgrees(
        new OnnxModelBuilder().Input("x", 1, 6).Output("y").Weights("w", [2, 6], W).Node("Transpose", "x", "t").Node("MatMul", "w t", "y"),
        1, 6);

    [Theory]
    [InlineData(10, 1)]
    [InlineData(12, 2)]
    [InlineData(13, 3)]
    public void Dropout_InInference_IsNothing(int opset, int form)
    {
        OnnxModelBuilder model = new OnnxModelBuilder(opset).Input("x", "N", 6).Output("y").Weights("w", [6, 2], W).Weights(
            "ratio", [], 0.5)
            .Add(new TensorProto { Name = "training", DataType = DataType.Bool, Int32Data = { 0 } });
        model = form == 1 ? model.Node("Dropout", "x", "d", Float("ratio", 0.5f))
            : model.Node("Dropout", form == 2 ? "x ratio" : "x ratio training", form == 2 ? "d mask" : "d");
        AssertAgrees(model.Node("MatMul", "d w", "y"), 1, 6);
    }

    [Fact]
    public void Cast_ToDoubleAndIdentity_AgreesWithRuntime()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 6).Output("y", "N", 2)
            .Add(Tensor("w", [6, 2], W, DataType.Double))
            .Node("Cast", "x", "c", Int("to", (long)DataType.Double)).Node("Identity", "c", "i").Node("MatMul", "i w", "m")
            .Node("Cast", "m", "y", Int("to", (long)DataType.Float));
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 6);
        Assert.Equal(WeightPrecision.Float64, network.Precision);
        Assert.Equal(W[1], network.DenseLayers[0].Weights.Span[6]);
    }

    [Fact]
    public void Cast_OfAConstant_RoundsItOnce()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 6).Output("y", "N", 2)
            .Add(Tensor("w", [6, 2], W, DataType.Double)).Node("Cast", "w", "c", Int("to", (long)DataType.Float)).Node(
                "MatMul", "x c", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 6);
        Assert.Equal((float)0.1, network.DenseLayers[0].Weights.Span[7]);
        Assert.Equal(WeightPrecision.Float32, network.Precision);
    }

    [Theory]
    [InlineData("N", 6)]
    [InlineData(null, 6)]
    [InlineData(0, 6)]
    [InlineData("N", "M")]
    [InlineData(1, "M")]
    public void Input_WithOpenDimensions_GetsItsSizeFromTheFirstMatrix(object? first, object second)
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(
            new OnnxModelBuilder().Input("x", first, second).Output("y", "N", 2).Weights("w", [6, 2], W)
            .Node("Relu", "x", "r").Node("MatMul", "r w", "y").Model);
        Assert.Equal("6-6-2", network.Architecture);
    }

    [Theory]
    [InlineData("x w", new long[] { 6, 2 })]
    [InlineData("w x", new long[] { 2, 6 })]
    public void Input_WithoutShape_GetsItFromTheFirstMatrix(string inputs, long[] matrix) => Assert.Equal(6, OnnxRuntimeOracle.Read(
        new OnnxModelBuilder().InputWithoutShape("x").Output("y").Weights("w", matrix, W).Node("MatMul", inputs, "y").Model).InputSize);

    [Fact]
    public void Input_AsAColumnWithASymbol_GetsItsSizeFromTheFirstMatrix() => Assert.Equal(6, OnnxRuntimeOracle.Read(
        new OnnxModelBuilder().Input("x", "n", 1).Output("y").Weights("w", [2, 6], W).Node("MatMul", "w x", "y").Model).InputSize);

    [Fact]
    public void Initializers_ListedAsInputsToo_AreNoInputs()
    {
        OnnxModelBuilder model = new OnnxModelBuilder(opset: 8, irVersion: 3).Input("w", 6, 2).Input("x", 1, 6).Output("y", 1, 2).Weights(
            "w", [6, 2], W).Node("MatMul", "x w", "y");
        OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 6);
    }

    [Fact]
    public void Nodes_InAnyOrder_AreFollowedByNames()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 6).Output("y", "N", 2).Weights("w", [6, 2], W)
            .Weights("b", [2], 1, 2)
            .Node("Add", "m b", "z").Node("Relu", "z", "y").Node("MatMul", "x w", "m");
        ReluNetwork network = OnnxRuntimeOracle.Read(model.Model);
        Assert.Equal([1, 2], network.DenseLayers[0].Bias.ToArray());
        Assert.Equal(Activation.Relu, network.Layers[0].Activation);
    }

    private static OnnxModelBuilder Row() => new OnnxModelBuilder().Input("x", 1, 2, 3).Output("y").Weights("w", [6, 2], W);

    private static void AssertAgrees(OnnxModelBuilder model, params long[] shape)
    {
        model.Graph.Output[0].Type.TensorType.Shape = null;
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, shape);
        Assert.All(network.DenseLayers, static layer => Assert.True(layer.IsExact));
    }
}
