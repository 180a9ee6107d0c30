using ExactCompression.Formats.Onnx.Schema;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Operators that arrange elements, in the spellings of the operator versions, against ONNX Runtime.</summary>
public sealed class OnnxArrangementTests
{
    [Theory]
    [InlineData(new long[] { 0, 2, 3, 1 })]
    [InlineData(new long[] { 0, 3, 1, 2 })]
    [InlineData(new long[] { 3, 2, 1, 0 })]
    [InlineData(new long[] { 1, 0, 3, 2 })]
    public void Transpose_OfAnyAxes_AgreesWithRuntime(long[] permutation) => AssertRead(
        Image().Node("Transpose", "x", "y", Ints("perm", permutation)));

    [Theory]
    [InlineData(new long[] { 1 }, new long[] { 3 }, new long[] { 1 }, new long[] { 1 })]
    [InlineData(new long[] { -1, 0 }, new long[] { -100, 100 }, new long[] { 3, 2 }, new long[] { -1, 2 })]
    [InlineData(new long[] { 0, 1, 3 }, new long[] { 1, 2, -4 }, new long[] { 0, 1, -1 }, new long[] { 1, 1, -2 })]
    public void Slice_OfAnyRange_AgreesWithRuntime(long[] starts, long[] ends, long[] axes, long[] steps) => AssertRead(
        Image().Integers("s", starts).Integers("e", ends).Integers("a", axes).Integers("t", steps).Node("Slice", "x s e a t", "y"));

    [Fact]
    public void Slice_ByAttributes_AgreesWithRuntime() => AssertRead(
        Image(9).Node("Slice", "x", "y", Ints("starts", 1, 0), Ints("ends", 3, -1), Ints("axes", 1, 3)));

    [Theory]
    [InlineData(11, 1)]
    [InlineData(11, 3)]
    [InlineData(13, 1)]
    [InlineData(18, -2)]
    public void Split_ByAttributeOrInput_AgreesWithRuntime(int opset, int axis)
    {
        int size = axis switch { 1 => 3, -2 => 2, _ => 4 };
        OnnxModelBuilder model = Image(opset).Integers("sizes", 1, size - 1);
        model.Graph.Output.Clear();
        model.Output("a").Output("b");
        AssertRead(opset < 13
            ? model.Node("Split", "x", "a b", Int("axis", axis), Ints("split", 1, size - 1))
            : model.Node("Split", "x sizes", "a b", Int("axis", axis)));
        AssertRead(opset switch
        {
            18 => Image(opset).Node("Split", "x", "y z", Int("axis", axis), Int("num_outputs", 2)),
            _ when axis == 3 => Image(opset).Node("Split", "x", "y z", Int("axis", axis)),
            _ => Image(opset).Node("Split", "x", "y z w", Int("axis", 1)),
        });
    }

    [Theory]
    [InlineData(1, new long[] { 2 }, new long[] { 2, 0 })]
    [InlineData(3, new long[] { 2, 2 }, new long[] { -1, 0, 1, 1 })]
    [InlineData(2, new long[] { }, new long[] { 1 })]
    [InlineData(0, new long[] { 2 }, new long[] { 0, 0 })]
    public void Gather_ByConstants_AgreesWithRuntime(int axis, long[] shape, long[] indices) => AssertRead(
        Image().Add(new TensorProto { Name = "i", DataType = DataType.Int64, Dims = { shape }, Int64Data = { indices } })
            .Node("Gather", "x i", "y", Int("axis", axis)));

    [Theory]
    [InlineData("constant", 0f)]
    [InlineData("constant", 1.5f)]
    [InlineData("edge", 0f)]
    [InlineData("reflect", 0f)]
    public void Pad_OfAnyMode_AgreesWithRuntime(string mode, float value)
    {
        AttributeProto how = new() { Name = "mode", Type = AttributeProto.Types.AttributeType.String,
            S = Google.Protobuf.ByteString.CopyFromUtf8(mode) };
        AssertRead(Image(10).Node("Pad", "x", "y", how, Ints("pads", 0, 0, 1, 2, 0, 0, 1, 1), Float("value", value)));
        AssertRead(
            Image().Integers("p", 0, 1, mode == "reflect" ? 0 : 1, 2, 0, 0, mode == "reflect" ? 0 : -1, 1)
            .Weights("v", [], value).Node("Pad", "x p v", "y", how));
        AssertRead(Image(18).Integers("p", 1, 1).Integers("a", -2).Weights("v", [], value).Node("Pad", "x p v a", "y", how));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(0)]
    public void Concat_AlongAnyAxis_AgreesWithRuntime(int axis)
    {
        AssertRead(Image().Node("Relu", "x", "r").Node("Neg", "x", "n").Node("Concat", "x r n", "y", Int("axis", axis)));
        if (axis == 1)
            AssertRead(Image().Weights("c", [1, 1, 2, 4], 1, 2, 3, 4, 5, 6, 7, 8).Node("Concat", "c x", "y", Int("axis", axis)));
    }

    [Fact]
    public void Expand_AndTile_AgreeWithRuntime()
    {
        AssertRead(new OnnxModelBuilder().Input("x", "N", 1, 3).Output("y").Integers("s", 2, 1).Node("Expand", "x s", "y"));
        AssertRead(new OnnxModelBuilder().Input("x", 1, 3).Output("y").Integers("s", 2, 4, 3).Node("Expand", "x s", "y"));
        AssertRead(Image().Integers("r", 1, 2, 1, 3).Node("Tile", "x r", "y"));
    }

    [Fact]
    public void Reshape_ToAShapeOfShapes_AgreesWithRuntime()
    {
        AssertRead(Image().Integers("zero", 0).Integers("rest", -1).Node("Shape", "x", "s").Node("Gather", "s zero", "b", Int("axis", 0))
            .Node("Concat", "b rest", "t", Int("axis", 0)).Node("Reshape", "x t", "y"));
        AssertRead(Image().Add(new TensorProto { Name = "one", DataType = DataType.Int64, Int64Data = { 1 } }).Integers("axes", 0)
            .Node("Shape", "x", "s").Node("Gather", "s one", "c").Node("Unsqueeze", "c axes", "d").Integers("two", 2).Integers("rest", -1)
            .Node("Mul", "d two", "e").Node("Div", "e two", "f")
                .Node("Concat", "axes rest f", "t", Int("axis", 0)).Node("Reshape", "x t", "y"));
        AssertRead(Image().Integers("lo", 0).Integers("hi", 2).Integers("rest", -1).Node("Shape", "x", "s").Node("Slice", "s lo hi", "p")
            .Node("Cast", "p", "q", Int("to", (long)DataType.Int32)).Node("Cast", "q", "r", Int("to", (long)DataType.Int64))
            .Node("Concat", "r rest", "t", Int("axis", 0)).Node("Reshape", "x t", "y"));
        AssertRead(new OnnxModelBuilder().Input("x", 1, 3).Output("y").Integers("two", 2, 3).Integers("none", -1, -1).Integers("r", 2)
            .Node("ConstantOfShape", "r", "ones",
                TensorValue("value", new() { DataType = DataType.Int64, Dims = { 1 }, Int64Data = { 1 } }))
            .Node("Equal", "two none", "e").Node("Where", "e ones two", "t").Node("Expand", "x t", "y"));
    }

    [Theory]
    [InlineData("ReduceMean", 13, new long[] { 2, 3 }, 1)]
    [InlineData("ReduceMean", 13, new long[] { -1 }, 0)]
    [InlineData("ReduceMean", 18, new long[] { 1, 2 }, 0)]
    [InlineData("ReduceSum", 11, new long[] { 1 }, 1)]
    [InlineData("ReduceSum", 13, new long[] { 1, 2, 3 }, 0)]
    [InlineData("ReduceSum", 13, new long[] { 0, 2 }, 0)]
    [InlineData("ReduceMean", 11, null, 1)]
    public void Reduce_OverAnyAxes_AgreesWithRuntime(string operation, int opset, long[]? axes, int keeps)
    {
        bool areInputs = opset >= (operation == "ReduceSum" ? 13 : 18);
        OnnxModelBuilder model = Image(opset).Integers("a", axes ?? []);
        AssertRead(areInputs
            ? model.Node(operation, "x a", "y", Int("keepdims", keeps))
            : model.Node(operation, "x", "y", axes is null ? [Int("keepdims", keeps)] : [Int("keepdims", keeps), Ints("axes", axes)]));
    }

    private static OnnxModelBuilder Image(int opset = 13) => new OnnxModelBuilder(opset).Input("x", 1, 3, 2, 4).Output("y");

    private static void AssertRead(OnnxModelBuilder model) => OnnxRuntimeOracle.AssertRead(model.WithoutOutputShapes());
}
