using ExactCompression.Formats.Onnx.Schema;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Graphs that are no chain of affine maps and rectifiers: one clear error each, with node or tensor.</summary>
public sealed class OnnxGraphErrorTests
{
    [Fact]
    public void Read_UnknownOperator_NamesNodeAndOperator() =>
        AssertError(Chain().Node("Sigmoid", "y", "s").Model, "OnnxUnsupportedOperator", "node 'Sigmoid_1' (Sigmoid)", unsupported: true);

    [Fact]
    public void Read_OperatorOfAnotherDomain_NamesTheDomain()
    {
        OnnxModelBuilder model = Chain();
        model.Graph.Node[0].Domain = "com.example";
        AssertError(model.Model, "OnnxUnsupportedOperator", "'com.example'", unsupported: true);
    }

    [Fact]
    public void Read_UnnamedNode_IsPlacedByItsOutput()
    {
        OnnxModelBuilder model = Chain().Node("Softmax", "y", "probabilities");
        model.Graph.Node[1].Name = "";
        AssertError(model.Model, "OnnxUnsupportedOperator", "node that gives 'probabilities' (Softmax)", unsupported: true);
    }

    [Fact]
    public void Read_ValueUsedByTwoNodes_IsRefused() => AssertError(
        Base().Node("Relu", "x", "a").Node("MatMul", "a w", "y").Node("Neg", "a", "n").Model, "OnnxBranchingGraph", "tensor 'a'",
        unsupported: true);

    [Fact]
    public void Read_ValueUsedTwiceByOneNode_IsRefused() =>
        AssertError(Base().Node("Add", "x x", "y").Model, "OnnxBranchingGraph", "tensor 'x'", unsupported: true);

    [Fact]
    public void Read_OutputUsedByAnotherNode_IsRefused() =>
        AssertError(Chain().Node("Relu", "y", "z").Model, "OnnxBranchingGraph", "as the output of the graph", unsupported: true);

    [Fact]
    public void Read_TwoInputs_NamesThem() =>
        AssertError(Chain().Input("x2", 1, 3).Model, "OnnxSeveralInputs", "'x', 'x2'", unsupported: true);

    [Fact]
    public void Read_TwoOutputs_NamesThem() =>
        AssertError(Chain().Output("z", 1, 2).Model, "OnnxSeveralOutputs", "'y', 'z'", unsupported: true);

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
    public void Read_ChainThatEndsBeforeTheOutput_NamesItsEnd() => AssertError(
        Base().Node("Relu", "x", "dangling").Node("Identity", "w", "y").Model, "OnnxUnconnectedGraph", "tensor 'dangling'");

    [Fact]
    public void Read_OutputThatNoNodeGives_IsRefused() =>
        AssertError(Base().Node("Relu", "x", "z").Model, "OnnxUnconnectedGraph", "tensor 'y'");

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
    public void Read_ArithmeticAmongConstants_IsRefused() => AssertError(
        Base().Weights("c", [2], 1, 2).Node("Add", "c c", "d").Node("MatMul", "x w", "m").Node("Add", "m d", "y").Model,
        "OnnxBranchingGraph", "'d' is not a constant", unsupported: true);

    [Theory]
    [InlineData(6)]
    [InlineData(1)]
    public void Read_OldOperators_AreRefused(int opset) => AssertError(
        new OnnxModelBuilder(opset).Input("x", 1, 3).Output("y", 1, 2).Weights("w", [3, 2], new double[6]).Node("MatMul", "x w", "y").Model,
        "OnnxUnsupportedOpset",
        $"version {opset}",
        unsupported: true);

    [Fact]
    public void Read_NoOperatorVersion_IsRefused()
    {
        ModelProto model = Chain().Model;
        model.OpsetImport.Clear();
        AssertError(model, "OnnxUnsupportedOpset", "model", unsupported: true);
    }

    [Theory]
    [InlineData("Relu", "x", "newest")]
    [InlineData("MatMul", "x w", "broadcast")]
    [InlineData("Gemm", "x w", "broadcast")]
    public void Read_UnknownAttribute_IsRefused(string operation, string inputs, string attribute) =>
        AssertError(
            Base().Node(operation, inputs, "y", Int(attribute, 1)).Model, "OnnxUnsupportedAttribute", $"'{attribute}'", unsupported: true);

    [Fact]
    public void Read_AttributeOfAnotherType_IsRefused() =>
        AssertError(Base().Node("Gemm", "x w", "y", Int("alpha", 1)).Model, "OnnxInvalidAttribute", "'alpha'");

    [Fact]
    public void Read_AlphaNotANumber_IsRefused() =>
        AssertError(Base().Node("Gemm", "x w", "y", Float("alpha", float.NaN)).Model, "OnnxInvalidAttribute", "'alpha'");

    [Theory]
    [InlineData("Div", "c x")]
    [InlineData("Clip", "x one")]
    [InlineData("Clip", "x zero one")]
    [InlineData("Max", "x c")]
    [InlineData("Gemm", "c3 c4 x")]
    public void Read_OperatorUsedOtherwise_IsRefused(string operation, string inputs) => AssertError(
        Base().Weights("c", [3], 1, 2, 3).Weights("one", [], 1).Weights("zero", [], 0).Weights("c3", [1, 1], 1)
            .Weights("c4", [1, 3], 1, 2, 3).Node(operation, inputs, "y").Model,
        "OnnxUnsupportedOperator",
        $"node '{operation}_0' ({operation})",
        unsupported: true);

    [Fact]
    public void Read_TransposeThatReorders_IsRefused() => AssertError(
        new OnnxModelBuilder().Input("x", "N", 4, 4, 3).Output("y").Node("Transpose", "x", "y", Ints("perm", 0, 3, 1, 2)).Model,
        "OnnxUnsupportedOperator",
        "node 'Transpose_0' (Transpose)",
        unsupported: true);

    [Fact]
    public void Read_DropoutInTraining_IsRefused() => AssertError(
        Base().Weights("ratio", [], 0.5).Add(new TensorProto { Name = "training", DataType = DataType.Bool, Int32Data = { 1 } }).Node(
            "Dropout", "x ratio training", "y").Model,
        "OnnxUnsupportedOperator",
        "training",
        unsupported: true);

    [Fact]
    public void Read_CastToIntegers_IsRefused() =>
        AssertError(
            Base().Node("Cast", "x", "y", Int("to", (long)DataType.Int64)).Model, "OnnxUnsupportedOperator", "node 'Cast_0' (Cast)",
            unsupported: true);

    [Fact]
    public void Read_DivisionByZero_IsRefused() =>
        AssertError(Base().Weights("c", [3], 1, 0, 3).Node("Div", "x c", "y").Model, "OnnxDivisionByZero", "'c'");

    [Fact]
    public void Read_NegativeVariance_IsRefused() => AssertError(
        new OnnxModelBuilder().Input("x", 1, 1).Output("y").Weights("p", [1], 1).Weights("v", [1], -2).Node(
            "BatchNormalization", "x p p p v", "y").Model,
        "OnnxInvalidNormalization",
        "node 'BatchNormalization_0'");

    [Fact]
    public void Read_WeightsThatOverflowWhenJoined_AreRefused() => AssertError(
        new OnnxModelBuilder(type: DataType.Double).Input("x", 1, 1).Output("y").Weights("a", [], 1e200).Node("Mul", "x a", "m").Node(
            "Mul", "m a", "y").Model,
        "OnnxOutOfRange",
        "node 'Mul_1' (Mul)");

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
