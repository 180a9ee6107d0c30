using ExactCompression.Formats.Onnx.Schema;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Damaged graphs: one clear error each, with node or tensor.</summary>
public sealed class OnnxGraphErrorTests
{
    [Fact]
    public void Read_SecondOutputThatNoNodeGives_IsRefused() =>
        AssertError(Chain().Output("z", 1, 2).Model, "OnnxUnconnectedGraph", "tensor 'z'");

    [Fact]
    public void Read_TwoInputsOfOneName_AreRefused() =>
        AssertError(Chain().Input("x", 1, 3).Model, "OnnxDuplicateName", "tensor 'x'");

    [Fact]
    public void Read_NoInput_IsRefused()
    {
        ModelProto model = Chain().Model;
        model.Graph.Input.Clear();
        AssertError(model, "OnnxNoInput", "graph");
    }

    [Fact]
    public void Read_NoOutput_IsRefused()
    {
        ModelProto model = Chain().Model;
        model.Graph.Output.Clear();
        AssertError(model, "OnnxNoOutput", "graph");
    }

    [Fact]
    public void Read_NoNodes_IsRefused() => AssertError(Base().Model, "OnnxNoGraph", "graph");

    [Fact]
    public void Read_NoGraph_IsRefused() => AssertError(new ModelProto { IrVersion = 7 }, "OnnxNoGraph", "graph");

    [Fact]
    public void Read_Cycle_NamesANodeOnIt() => AssertError(
        Base().Node("Add", "x back", "s").Node("Relu", "s", "y").Node("Neg", "y", "back").Model, "OnnxCyclicGraph", "node 'Add_0' (Add)");

    [Fact]
    public void Read_NodeThatFeedsItself_IsACycle() =>
        AssertError(Base().Node("Relu", "y", "y").Model, "OnnxCyclicGraph", "node 'Relu_0' (Relu)");

    [Fact]
    public void Read_OutputThatNoNodeGives_IsRefused() =>
        AssertError(Base().Node("Relu", "x", "z").Model, "OnnxUnconnectedGraph", "tensor 'y'");

    /// <summary>What a branch takes from around it must be there, and what it has of its own need not.</summary>
    [Theory]
    [InlineData("lost", false)]
    [InlineData("x", true)]
    [InlineData("own", true)]
    public void Read_ValueMissingInABranch_NamesNodeAndTensor(string takes, bool isThere)
    {
        var branch = new GraphProto { Name = "branch", Node = { new NodeProto { OpType = "Relu", Input = { takes }, Output = { "r" } } } };
        branch.Output.Add(new ValueInfoProto { Name = "r" });
        branch.SparseInitializer.Add(new SparseTensorProto { Values = new TensorProto { Name = "own" } });
        OnnxModelBuilder builder = Base().Node("If", "x", "y", new AttributeProto { Name = "then_branch",
            Type = AttributeProto.Types.AttributeType.Graph, G = branch });
        if (isThere)
            Assert.NotEmpty(OnnxRuntimeOracle.Read(builder.Model).Remarks);
        else
            AssertError(
                builder.Model, "OnnxMissingTensor", "node 'If_0' (If): A graph inside of it takes a value that is not there: 'lost'");
    }

    [Fact]
    public void Read_MissingTensor_NamesNodeAndTensor()
    {
        ModelProto model = Base().Node("MatMul", "x lost", "y").Model;
        AssertError(model, "OnnxMissingTensor", "node 'MatMul_0' (MatMul)");
        AssertError(model, "OnnxMissingTensor", "'lost'");
    }

    [Fact]
    public void Read_ValueGivenTwice_IsRefused() =>
        AssertError(Base().Node("MatMul", "x w", "y").Node("Relu", "x", "y").Model, "OnnxDuplicateName", "'y'");

    [Fact]
    public void Read_InitializerGivenTwice_IsRefused() =>
        AssertError(Chain().Weights("w", [3, 2], new double[6]).Model, "OnnxDuplicateName", "tensor 'w'");

    [Fact]
    public void Read_NoOperatorVersion_IsRefused()
    {
        ModelProto model = Chain().Model;
        model.OpsetImport.Clear();
        AssertError(model, "OnnxUnsupportedOpset", "model", unsupported: true);
    }

    [Fact]
    public void Read_AttributeOfAnotherType_IsRefused() =>
        AssertError(Base().Node("Gemm", "x w", "y", Int("alpha", 1)).Model, "OnnxInvalidAttribute", "'alpha'");

    [Fact]
    public void Read_AlphaNotANumber_IsRefused() =>
        AssertError(Base().Node("Gemm", "x w", "y", Float("alpha", float.NaN)).Model, "OnnxInvalidAttribute", "'alpha'");

    [Fact]
    public void Read_DivisionByZero_IsRefused() =>
        AssertError(Base().Weights("c", [3], 1, 0, 3).Node("Div", "x c", "y").Model, "OnnxDivisionByZero", "'c'");

    [Fact]
    public void Read_NegativeVariance_IsRefused() => AssertError(
        new OnnxModelBuilder().Input("x", 1, 1).Output("y").Weights("p", [1], 1).Weights("v", [1], -2).Node(
            "BatchNormalization", "x p p p v", "y").Model,
        "OnnxInvalidNormalization",
        "node 'BatchNormalization_0'");

    [Theory]
    [InlineData(3, 3, "is larger than the padded input")]
    [InlineData(2, 3, "groups do not divide")]
    [InlineData(2, 0, "groups do not divide")]
    public void Read_ConvolutionThatDoesNotFit_NamesTheNode(int kernel, int groups, string expected) => AssertError(
        new OnnxModelBuilder().Input("x", 1, 4, 2, 2).Output("y").Weights("w", [4, 4, kernel, kernel], new double[16 * kernel * kernel])
            .Node("Conv", "x w", "y", Int("group", groups == 3 && kernel == 3 ? 1 : groups)).Model,
        "OnnxShapeMismatch",
        expected);

    [Theory]
    [InlineData("pads", new long[] { 0, 0, -1, 0 })]
    [InlineData("strides", new long[] { 0, 1 })]
    [InlineData("dilations", new long[] { 1, -1 })]
    [InlineData("pads", new long[] { long.MaxValue, 0, 0, 0 })]
    public void Read_WindowAttributeOutOfRange_NamesTheNode(string attribute, long[] values)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 1, 4, 4).Output("y").Weights("w", [1, 1, 2, 2], 1, 2, 3, 4);
        AssertError(model.Node("Conv", "x w", "y", Ints(attribute, values)).Model, "OnnxInvalidAttribute", "node 'Conv_0' (Conv)");
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1_000_000_000)]
    [InlineData(30_000)]
    public void Read_HugePadding_IsRefusedWithoutAllocating(int padding)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 1, 4, 4).Output("y").Weights("w", [1, 1, 2, 2], 1, 2, 3, 4);
        ModelProto huge = model.Node("Conv", "x w", "y", Ints("pads", padding, padding, padding, padding)).Model;
        Assert.Contains(
            "node 'Conv_0'", Assert.Throws<InvalidFileException>(() => OnnxRuntimeOracle.Read(huge)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Concat", "x z", "axis")]
    [InlineData("Add", "x z", "")]
    [InlineData("MatMul", "x z", "")]
    public void Read_ValuesThatDoNotFitTogether_NameTheNode(string operation, string inputs, string attribute) => AssertError(
        Base().Input("z", 1, 5).Node(operation, inputs, "y", attribute.Length > 0 ? [Int(attribute, 0)] : []).Model,
        "OnnxShapeMismatch",
        $"node '{operation}_0' ({operation})");

    internal static InvalidFileException AssertError(ModelProto model, string errorId, string expected, bool unsupported = false)
    {
        var error = Assert.Throws<InvalidFileException>(() => OnnxRuntimeOracle.Read(model));
        Assert.Equal(errorId, error.ErrorId);
        Assert.StartsWith("test.onnx: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(unsupported, error.Unsupported);
        return error;
    }

    private static OnnxModelBuilder Base() =>
        new OnnxModelBuilder().Input("x", 1, 3).Output("y", 1, 2).Weights("w", [3, 2], 1, 2, 3, 4, 5, 6);

    private static OnnxModelBuilder Chain() => Base().Node("MatMul", "x w", "y");
}
