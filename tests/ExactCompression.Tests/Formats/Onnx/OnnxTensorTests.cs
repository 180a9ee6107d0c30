using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Tensors and shapes: every way of storing them, and every way in which they do not fit.</summary>
public sealed class OnnxTensorTests
{
    [Fact]
    public void Read_TypedAndRawFields_GiveTheSameValues()
    {
        double[] values = [0.5, -1.25, 2, 0.0999755859375, -0.75, 65504];
        ushort[] halves = [.. values.Select(static v => BitConverter.HalfToUInt16Bits((Half)v))];
        ushort[] brains = [.. values.Select(static v => (ushort)(BitConverter.SingleToUInt32Bits((float)v) >> 16))];
        TensorProto[] tensors =
        [
            Tensor("w", [6, 1], values, DataType.Float),
            Tensor("w", [6, 1], values, DataType.Double),
            Tensor("w", [6, 1], values, DataType.Float16),
            new() { Name = "w", Dims = { 6, 1 }, DataType = DataType.Float, FloatData = { values.Select(static v => (float)v) } },
            new() { Name = "w", Dims = { 6, 1 }, DataType = DataType.Double, DoubleData = { values } },
            new() { Name = "w", Dims = { 6, 1 }, DataType = DataType.Float16, Int32Data = { halves.Select(static b => (int)b) } },
        ];
        foreach (TensorProto tensor in tensors)
        {
            AffineLayer layer = Network(tensor).DenseLayers[0];
            Assert.Equal(values, layer.Weights.ToArray());
            Assert.Equal(tensor.DataType == DataType.Double ? WeightPrecision.Float64 : WeightPrecision.Float32, layer.Precision);
        }

        double[] truncated = [.. brains.Select(static b => (double)BitConverter.UInt32BitsToSingle((uint)b << 16))];
        Assert.Equal(
            truncated,
            Network(new() { Name = "w", Dims = { 6, 1 }, DataType = DataType.Bfloat16,
                Int32Data = { brains.Select(static b => (int)b) } }).DenseLayers[0].Weights.ToArray());
        Assert.Equal(
            truncated,
            Network(new() { Name = "w", Dims = { 6, 1 }, DataType = DataType.Bfloat16,
                RawData = ByteString.CopyFrom([.. brains.SelectMany(BitConverter.GetBytes)]) }).DenseLayers[0].Weights.ToArray());
    }

    [Theory]
    [InlineData(new long[] { 3, 2 }, 5, "OnnxDataLengthMismatch")]
    [InlineData(new long[] { 3, 2 }, 7, "OnnxDataLengthMismatch")]
    [InlineData(new long[] { 3, 2 }, 0, "OnnxDataLengthMismatch")]
    [InlineData(new long[] { 30000, 30000 }, 6, "OnnxDataLengthMismatch")]
    [InlineData(new long[] { -3, 2 }, 6, "OnnxInvalidDimensions")]
    [InlineData(new long[] { long.MinValue, 2 }, 6, "OnnxInvalidDimensions")]
    [InlineData(new long[] { 1L << 32, 1L << 32 }, 6, "OnnxInvalidDimensions")]
    [InlineData(new long[] { 1L << 31, 1L << 31, 4 }, 0, "OnnxInvalidDimensions")]
    [InlineData(new long[] { 100000, 100000 }, 6, "OnnxInvalidDimensions")]
    [InlineData(new long[] { 2, 3 }, 6, "OnnxShapeMismatch")]
    [InlineData(new long[] { 6 }, 6, "OnnxShapeMismatch")]
    [InlineData(new long[] { 3, 0 }, 0, "OnnxShapeMismatch")]
    public void Read_DimensionsThatDoNotFit_AreRefused(long[] dims, int values, string errorId)
    {
        foreach (bool typed in new[] { false, true })
        {
            TensorProto tensor = Tensor("w", dims, new double[values], DataType.Float);
            if (typed)
                tensor = new TensorProto { Name = "w", DataType = DataType.Float, Dims = { dims }, FloatData = { new float[values] } };
            OnnxGraphErrorTests.AssertError(Model(tensor).Model, errorId, errorId == "OnnxShapeMismatch" ? "[1,3]" : "tensor 'w'");
        }
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "infinite")]
    [InlineData(double.NegativeInfinity, "infinite")]
    public void Read_WeightThatIsNotFinite_NamesTensorAndIndex(double value, string shown)
    {
        foreach (DataType type in new[] { DataType.Float, DataType.Double, DataType.Float16 })
            OnnxGraphErrorTests.AssertError(
                Model(Tensor("w", [3, 2], [1, 2, 3, 4, value, 6], type)).Model, "OnnxNonFiniteValue",
                $"tensor 'w': The value at index 4 is {shown}.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    public void Read_TypeThatDoesNotExist_NamesTheTensor(int type) => OnnxGraphErrorTests.AssertError(
        Model(new TensorProto { Name = "w", Dims = { 3, 2 }, DataType = (DataType)type }).Model, "OnnxUnsupportedDataType", "tensor 'w'");

    [Theory]
    [InlineData(8)] // string
    [InlineData(14)] // complex64
    [InlineData(17)] // float8e4m3fn
    public void Read_TypeThatIsNotRead_IsOpaque(int type)
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(
            Model(new TensorProto { Name = "w", Dims = { 3, 2 }, DataType = (DataType)type }).Model);
        Assert.Contains(network.Remarks, static r => r.Contains("tensor 'w'", StringComparison.Ordinal));
        Assert.Null(network.Lowered.Outputs);
    }

    [Fact]
    public void Read_IntegerWeights_AreRefused() => OnnxGraphErrorTests.AssertError(
        Model(new TensorProto { Name = "w", Dims = { 3, 2 }, DataType = DataType.Int64, Int64Data = { 1, 2, 3, 4, 5, 6 } }).Model,
        "OnnxUnsupportedDataType", "tensor 'w'");

    [Fact]
    public void Read_RawAndTypedData_AreRefused()
    {
        TensorProto tensor = Tensor("w", [3, 2], new double[6], DataType.Float);
        tensor.FloatData.Add(new float[6]);
        OnnxGraphErrorTests.AssertError(Model(tensor).Model, "OnnxDataLengthMismatch", "tensor 'w'");
    }

    [Fact]
    public void Read_IntegerInput_IsOpaque()
    {
        ModelProto model = Model(Tensor("w", [3, 2], new double[6], DataType.Float)).Model;
        model.Graph.Input[0].Type.TensorType.ElemType = DataType.Int64;
        ReluNetwork network = OnnxRuntimeOracle.Read(model);
        Assert.Contains("input 'x' is not analysed", network.Remarks[0], StringComparison.Ordinal);
        Assert.Null(network.Lowered.Outputs);
    }

    [Theory]
    [InlineData(new[] { 1, 4 })]
    [InlineData(new[] { 2000, 4 })]
    [InlineData(new[] { 1, 1, 3, 2 })]
    public void Read_InputThatDoesNotFitTheFirstMatrix_IsRefused(int[] dims) => OnnxGraphErrorTests.AssertError(
        new OnnxModelBuilder().Input("x", [.. dims.Cast<object>()]).Output("y").Weights("w", [3, 2], new double[6])
            .Node("Flatten", "x", "f").Node("MatMul", "f w", "y").Model,
        "OnnxShapeMismatch",
        "node 'MatMul_1' (MatMul)");

    [Fact]
    public void Read_InputOfTooManyValues_IsRefused() => OnnxGraphErrorTests.AssertError(
        new OnnxModelBuilder().Input("x", int.MaxValue, int.MaxValue, int.MaxValue).Output("y").Node("Flatten", "x", "y").Model,
        "OnnxTooLarge",
        "tensor 'x'");

    [Fact]
    public void Read_HugeInputWithoutMatrix_AllocatesNothing() => OnnxGraphErrorTests.AssertError(
        new OnnxModelBuilder().Input("x", 1, int.MaxValue).Output("y").Node("Relu", "x", "y").Model, "OnnxTooLarge", "tensor 'x'");

    [Fact]
    public void Read_InputOfOpenSize_IsRefused() => OnnxGraphErrorTests.AssertError(
        new OnnxModelBuilder().Input("x", "N", "M").Output("y").Node("Relu", "x", "y").Model, "OnnxUnknownInputSize", "tensor 'x'",
        unsupported: true);

    [Fact]
    public void Read_BiasOfAnotherLength_IsRefused() => OnnxGraphErrorTests.AssertError(
        Model(Tensor("w", [3, 2], new double[6], DataType.Float), "m").Weights("b", [3], 1, 2, 3).Node("Add", "m b", "y").Model,
        "OnnxShapeMismatch", "node 'Add_1' (Add)");

    [Fact]
    public void Read_SecondMatrixThatDoesNotFit_NamesTheNode() => OnnxGraphErrorTests.AssertError(
        Model(Tensor("w", [3, 2], new double[6], DataType.Float), "m").Weights("v", [4, 5], new double[20]).Node(
            "MatMul", "m v", "y").Model, "OnnxShapeMismatch", "node 'MatMul_1' (MatMul)");

    [Theory]
    [InlineData(new long[] { 1, 4 })]
    [InlineData(new long[] { -1, -1 })]
    [InlineData(new long[] { -1, 0, 0, 0 })]
    [InlineData(new long[] { -2, 1 })]
    [InlineData(new long[] { long.MaxValue, 2 })]
    public void Read_ReshapeThatDoesNotFit_NamesTheNode(long[] target) => OnnxGraphErrorTests.AssertError(
        new OnnxModelBuilder().Input("x", 1, 3).Output("y").Integers("shape", target).Node("Reshape", "x shape", "y").Model,
        "OnnxShapeMismatch", "node 'Reshape_0' (Reshape)");

    [Theory]
    [InlineData("Squeeze", new long[] { 1 })]
    [InlineData("Squeeze", new long[] { 7 })]
    [InlineData("Unsqueeze", new long[] { 0, 0 })]
    [InlineData("Unsqueeze", new long[] { -9 })]
    public void Read_AxesThatDoNotFit_NameTheNode(string operation, long[] axes) => OnnxGraphErrorTests.AssertError(
        new OnnxModelBuilder().Input("x", 1, 3).Output("y").Integers("axes", axes).Node(operation, "x axes", "y").Model,
        "OnnxShapeMismatch", $"node '{operation}_0' ({operation})");

    private static OnnxModelBuilder Model(TensorProto weights, string output = "y") =>
        new OnnxModelBuilder().Input("x", 1, 3).Output("y", 1, 2).Add(weights).Node("MatMul", "x w", output);

    private static ReluNetwork Network(TensorProto weights) =>
        OnnxRuntimeOracle.Read(new OnnxModelBuilder().Input("x", 1, 6).Output("y", 1, 1).Add(weights).Node("MatMul", "x w", "y").Model);
}
