using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Piecewise-linear units, products of several rows, and arithmetic with broadcasting, against ONNX Runtime.</summary>
public sealed class OnnxUnitTests
{
    [Theory]
    [InlineData("LeakyRelu", "x", Activation.LeakyRelu)]
    [InlineData("Abs", "x", Activation.Abs)]
    [InlineData("HardSigmoid", "x", Activation.HardSigmoid)]
    [InlineData("PRelu", "x slope", Activation.PRelu)]
    [InlineData("PRelu", "x slopes", Activation.PRelu)]
    [InlineData("Clip", "x low high", Activation.Clip)]
    [InlineData("Clip", "x low -", Activation.Clip)]
    [InlineData("Clip", "x - high", Activation.Clip)]
    [InlineData("Clip", "x high low", Activation.Clip)]
    [InlineData("Max", "x low", Activation.Clip)]
    [InlineData("Min", "high x", Activation.Clip)]
    [InlineData("Max", "x slopes", Activation.Max)]
    [InlineData("Min", "slopes x", Activation.Min)]
    public void Unit_OfAnImage_AgreesWithRuntime(string operation, string inputs, Activation activation)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 2, 2, 3).Output("y").Weights("slope", [1], 0.25)
            .Weights("slopes", [2, 1, 1], 0.25, -0.5).Weights("low", [], -0.5).Weights("high", [], 0.75)
            .Node(operation, inputs, "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertRead(model.WithoutOutputShapes());
        Assert.Equal(activation, network.Layers[0].Activation);
        Assert.Equal($"{operation}_0", network.Layers[0].Name);
        Assert.Equal(new TensorShape(2, 2, 3), network.Layers[0].Shape);
    }

    [Theory]
    [InlineData("Sigmoid", 13)]
    [InlineData("Tanh", 13)]
    [InlineData("Sigmoid", 6)]
    public void Smooth_OfAnImage_IsNoLayerAndAgreesWithRuntime(string operation, long opset)
    {
        OnnxModelBuilder model = new OnnxModelBuilder(opset).Input("x", "N", 2, 2, 3).Output("y").Node(operation, "x", "s")
            .Node("Relu", "s", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertRead(model.WithoutOutputShapes());
        Assert.Equal(["Relu_1", "y"], network.Layers.Select(static l => l.Name));
        Assert.False(network.HasOpaqueLayers);
        Assert.Empty(network.Remarks);
    }

    [Theory]
    [InlineData("Max")]
    [InlineData("Min")]
    [InlineData("Sum")]
    [InlineData("Mean")]
    public void Variadic_OfThreeValues_AgreesWithRuntime(string operation) => OnnxRuntimeOracle.AssertRead(
        new OnnxModelBuilder().Input("x", 1, 2, 3).Output("y").Weights("c", [3], 0.1, -0.4, 0.5).Node("Neg", "x", "n").Node("Abs", "x", "a")
            .Integers("axes", 1).Node("ReduceMean", "a", "m", Ints("axes", 1)).Node(operation, "n c m", "y").WithoutOutputShapes());

    [Theory]
    [InlineData("Add", new object[] { 1, 3 }, new object[] { 1, 2, 1 })]
    [InlineData("Sub", new object[] { 2, 1 }, new object[] { 1, 3 })]
    [InlineData("Add", new object[] { 4 }, new object[] { 1, 3, 1 })]
    [InlineData("Sub", new object[] { 1 }, new object[] { 1, 2, 3, 2 })]
    [InlineData("Max", new object[] { 1, 3 }, new object[] { 2, 1 })]
    public void Arithmetic_OfTwoValues_BroadcastsAsTheRuntimeDoes(string operation, object[] first, object[] second) =>
        OnnxRuntimeOracle.AssertRead(
            new OnnxModelBuilder().Input("a", first).Input("b", second).Output("y").Node(operation, "a b", "y").WithoutOutputShapes());

    [Theory]
    [InlineData("Add", new long[] { 4 })]
    [InlineData("Sub", new long[] { 1, 4 })]
    [InlineData("Mul", new long[] { 2, 1, 4 })]
    [InlineData("Div", new long[] { 2, 1 })]
    public void Arithmetic_ThatRepeatsTheValue_AgreesWithRuntime(string operation, long[] shape)
    {
        double[] values = [.. Enumerable.Range(1, (int)shape.Aggregate(static (a, b) => a * b)).Select(static i => i * 0.75)];
        OnnxRuntimeOracle.AssertRead(
            new OnnxModelBuilder().Input("x", "N", 3).Output("y").Weights("w", [3, 1], 1, 2, 3).Weights("c", shape, values)
                .Node("MatMul", "x w", "m").Node(operation, "m c", "y").WithoutOutputShapes());
    }

    [Theory]
    [InlineData(new long[] { 2, 1, 1 })]
    [InlineData(new long[] { 1, 2, 1, 1 })]
    [InlineData(new long[] { })]
    [InlineData(new long[] { 3 })]
    [InlineData(new long[] { 2, 2, 3 })]
    public void Arithmetic_OnAnImage_AgreesWithRuntime(long[] shape)
    {
        double[] values = [.. Enumerable.Range(1, (int)shape.Aggregate(1L, static (a, b) => a * b)).Select(static i => (i * 0.75) - 2)];
        OnnxRuntimeOracle.AssertRead(
            new OnnxModelBuilder().Input("x", "N", 2, 2, 3).Output("y").Weights("c", shape, values)
                .Node("Mul", "x c", "m").Node("Relu", "m", "r").Node("Sub", "c r", "d").Node("Div", "d c", "y").WithoutOutputShapes());
    }

    [Theory]
    [InlineData(new object[] { 1, 5, 3 }, false)]
    [InlineData(new object[] { 1, 2, 5, 3 }, false)]
    [InlineData(new object[] { 1, 2, 5 }, true)]
    [InlineData(new object[] { 2, 5 }, true)]
    [InlineData(new object[] { 1, 4, 2, 5 }, true)]
    public void MatMul_OfSeveralRows_AgreesWithRuntime(object[] dims, bool matrixLeft)
    {
        double[] values = [0.5, -1.25, 2, 0.1, -0.7, 3, 1.5, -2.5];
        OnnxRuntimeOracle.AssertRead(
            new OnnxModelBuilder().Input("x", dims).Output("y").Weights("w", matrixLeft ? [4, 2] : [3, 2], values[..(matrixLeft ? 8 : 6)])
                .Weights("b", matrixLeft ? [4, 1] : [2], values[..(matrixLeft ? 4 : 2)])
                .Node("MatMul", matrixLeft ? "w x" : "x w", "m").Node("Add", "m b", "z").Node("Relu", "z", "y").WithoutOutputShapes());
    }

    [Theory]
    [InlineData(0, 0, "w")]
    [InlineData(1, 0, "w")]
    [InlineData(0, 1, "w")]
    [InlineData(0, 0, "x")]
    [InlineData(1, 1, "x")]
    public void Gemm_OfSeveralRowsWithAnySummand_AgreesWithRuntime(int transA, int transB, string second)
    {
        // Two of the three dimensions are 2, so that any side fits transposed or not.
        double[] values = [0.5, -1.25, 2, 0.1];
        OnnxRuntimeOracle.AssertRead(
            new OnnxModelBuilder().Input("x", 2, 2).Output("y", 2, 2).Weights("w", [2, 2], values).Weights("v", [2, 2], 3, -1, 0.5, 2)
                .Node("MatMul", "w x", "p").Node(
                    "Gemm", second == "w" ? "p w v" : "w p x", "y", Int("transA", transA), Int("transB", transB), Float("alpha", 0.5f),
                    Float("beta", -1.5f)).Model);
    }
}
