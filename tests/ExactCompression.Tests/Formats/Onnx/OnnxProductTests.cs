using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Gemm and MatMul in every spelling, against ONNX Runtime.</summary>
public sealed class OnnxProductTests
{
    private static readonly double[] TwelveValues = [0.5, -1.25, 2, 0.1, -0.7, 3, 1.5, -2.5, 0.3, 0.9, -0.2, 1.1];

    [Theory]
    [InlineData(false, 1f, 1f)]
    [InlineData(true, 1f, 1f)]
    [InlineData(true, 0.3f, -1.7f)]
    [InlineData(false, -2f, 0.5f)]
    [InlineData(false, 0f, 1f)]
    public void Gemm_DataLeft_AgreesWithRuntime(bool transB, float alpha, float beta)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 4).Output("y", "N", 3)
            .Weights("w", transB ? [3, 4] : [4, 3], TwelveValues).Weights("c", [3], 1, -2, 0.3)
            .Node("Gemm", "x w c", "y", Int("transB", transB ? 1 : 0), Float("alpha", alpha), Float("beta", beta));
        OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 4);
    }

    [Theory]
    [InlineData(new long[] { }, 1)]
    [InlineData(new long[] { 1 }, 1)]
    [InlineData(new long[] { 3 }, 3)]
    [InlineData(new long[] { 1, 3 }, 3)]
    [InlineData(new long[] { 1, 1 }, 1)]
    public void Gemm_SummandOfAnyShape_AgreesWithRuntime(long[] shape, int count)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 4).Output("y", 1, 3)
            .Weights("w", [4, 3], TwelveValues).Weights("c", shape, TwelveValues[..count])
            .Node("Gemm", "x w c", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 4);
        Assert.True(network.DenseLayers[0].IsExact);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gemm_SummandLeftOut_AgreesWithRuntime(bool emptyName)
    {
        OnnxModelBuilder model = new OnnxModelBuilder(opset: 11).Input("x", "N", 4).Output("y", "N", 3)
            .Weights("w", [4, 3], TwelveValues).Node("Gemm", emptyName ? "x w -" : "x w", "y");
        OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gemm_ColumnInput_TransposedToARow_AgreesWithRuntime(bool transB)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 4, 1).Output("y", 1, 3)
            .Weights("w", transB ? [3, 4] : [4, 3], TwelveValues)
            .Node("Gemm", "x w", "y", Int("transA", 1), Int("transB", transB ? 1 : 0));
        OnnxRuntimeOracle.AssertAgrees(model.Model, 4, 1);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Gemm_DataRight_AgreesWithRuntime(bool transA, bool transB)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", transB ? [1, 4] : [4, 1]).Output("y", 3, 1)
            .Weights("w", transA ? [4, 3] : [3, 4], TwelveValues).Weights("c", [3, 1], 1, -2, 0.3)
            .Node("Gemm", "w x c", "y", Int("transA", transA ? 1 : 0), Int("transB", transB ? 1 : 0), Float("alpha", 1.5f));
        OnnxRuntimeOracle.AssertAgrees(model.Model, transB ? [1, 4] : [4, 1]);
    }

    [Theory]
    [InlineData(new long[] { 1, 4 }, new long[] { 4, 3 })]
    [InlineData(new long[] { 4 }, new long[] { 4, 3 })]
    [InlineData(new long[] { 1, 1, 4 }, new long[] { 4, 3 })]
    [InlineData(new long[] { 1, 4 }, new long[] { 1, 4, 3 })]
    [InlineData(new long[] { 1, 12 }, new long[] { 12 })]
    [InlineData(new long[] { 12 }, new long[] { 12 })]
    public void MatMul_DataLeft_AgreesWithRuntime(long[] data, long[] matrix)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", [.. data.Select(static d => (object)(int)d)]).Output("y")
            .Weights("w", matrix, TwelveValues).Node("MatMul", "x w", "y");
        model.Graph.Output[0].Type.TensorType.Shape = null;
        OnnxRuntimeOracle.AssertAgrees(model.Model, data);
    }

    [Theory]
    [InlineData(new long[] { 4, 1 }, new long[] { 3, 4 })]
    [InlineData(new long[] { 4 }, new long[] { 3, 4 })]
    [InlineData(new long[] { 1, 4, 1 }, new long[] { 3, 4 })]
    [InlineData(new long[] { 4, 1 }, new long[] { 1, 3, 4 })]
    [InlineData(new long[] { 12, 1 }, new long[] { 12 })]
    public void MatMul_DataRight_AgreesWithRuntime(long[] data, long[] matrix)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", [.. data.Select(static d => (object)(int)d)]).Output("y")
            .Weights("w", matrix, TwelveValues).Node("MatMul", "w x", "y");
        model.Graph.Output[0].Type.TensorType.Shape = null;
        OnnxRuntimeOracle.AssertAgrees(model.Model, data);
    }

    [Fact]
    public void MatMul_ColumnChain_AgreesWithRuntime()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 4, 1).Output("y", 1, 1)
            .Weights("w1", [3, 4], TwelveValues).Weights("b1", [3, 1], 0.1, 0.2, -0.3).Weights("w2", [1, 3], 1, -2, 3)
            .Node("MatMul", "w1 x", "m").Node("Add", "b1 m", "z").Node("Relu", "z", "a").Node("MatMul", "w2 a", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 4, 1);
        Assert.Equal("4-3-1", network.Architecture);
        Assert.All(network.DenseLayers, static layer => Assert.True(layer.IsExact));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MatMul_ThenAddInEitherOrder_IsOneExactLayer(bool dataFirst)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 4).Output("y", "N", 3)
            .Weights("w", [4, 3], TwelveValues).Weights("b", [3], 0.1, 0.2, 0.3)
            .Node("MatMul", "x w", "m").Node("Add", dataFirst ? "m b" : "b m", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 4);
        Assert.Single(network.Layers);
        Assert.True(network.DenseLayers[0].IsExact);
        Assert.Equal([0.1f, 0.2f, 0.3f], network.DenseLayers[0].Bias.ToArray());
    }

    [Fact]
    public void MatMul_WeightTransposedByANode_AgreesWithRuntime()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 4).Output("y", "N", 3)
            .Weights("w", [3, 4], TwelveValues)
            .Node("Transpose", "w", "t", Ints("perm", 1, 0)).Node("MatMul", "x t", "y");
        OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 4);
    }

    [Fact]
    public void Gemm_Double_IsReadAsFloat64()
    {
        OnnxModelBuilder model = new OnnxModelBuilder(type: DataType.Double).Input("x", "N", 4).Output("y", "N", 3)
            .Weights("w", [4, 3], TwelveValues).Weights("c", [3], 0.1, 0.2, 0.3)
            .Node("Gemm", "x w c", "m").Node("Relu", "m", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 4);
        Assert.Equal(WeightPrecision.Float64, network.Precision);
        Assert.Equal([0.1, 0.2, 0.3], network.DenseLayers[0].Bias.ToArray());
        Assert.Equal(Activation.Relu, network.Layers[0].Activation);
    }
}
