using ExactCompression.Formats;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using Google.Protobuf;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>
/// Graphs that are no chains, and nodes that are not analysed: read as ONNX Runtime runs them, or opaque and said to be so.
/// </summary>
public sealed class OnnxGraphTests
{
    [Fact]
    public void Read_ValueUsedByTwoNodes_AgreesWithRuntime()
    {
        ReluNetwork network = OnnxRuntimeOracle.AssertRead(
            Base().Node("MatMul", "x w", "m").Node("Relu", "m", "a").Node("Neg", "m", "n").Node("Relu", "n", "b")
                .Node("Sub", "a b", "y").Model);
        Assert.False(network.IsDense);
        Assert.Equal(["Relu_1", "Relu_3", "y"], network.Layers.Select(static l => l.Name));
    }

    [Theory]
    [InlineData("Add")]
    [InlineData("Sub")]
    public void Read_ValueUsedTwiceByOneNode_AgreesWithRuntime(string operation) =>
        OnnxRuntimeOracle.AssertRead(Base().Node("MatMul", "x w", "m").Node(operation, "m m", "y").Model);

    [Fact]
    public void Read_SeveralInputsAndOutputs_AgreesWithRuntime()
    {
        ReluNetwork network = OnnxRuntimeOracle.AssertRead(
            Base().Input("z", "N", 2, 2).Output("r").Output("s")
                .Integers("rows", 0, -1).Node("Reshape", "z rows", "f").Node("MatMul", "x w", "y")
                .Weights("v", [4, 2], 1, -2, 3, -4, 5, -6, 7, -8).Node("MatMul", "f v", "g").Node("Add", "g y", "r").Node("Relu", "g", "s")
                .WithoutOutputShapes());
        Assert.Equal(7, network.InputSize);
        Assert.Equal(6, network.OutputSize);
        Assert.Equal("x [1,3], z [N,2,2] -> y [1,2], r [1,2], s [1,2]", network.Interface!.ToString());
    }

    [Fact]
    public void Read_OutputInBetween_AgreesWithRuntime() => OnnxRuntimeOracle.AssertRead(
        Base().Node("MatMul", "x w", "y").Node("Relu", "y", "z").Output("z", 1, 2).Output("x2", 1, 3).Node("Identity", "x", "x2").Model);

    [Fact]
    public void Read_ConstantOutput_IsRead()
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(Base().Node("Relu", "x", "dangling").Node("Identity", "w", "y").Model);
        Assert.Equal([1, 2, 3, 4, 5, 6], network.Evaluate([7, 8, 9]));
        Assert.Equal(0, network.Depth);
    }

    [Fact]
    public void Read_NodesInAnyOrder_KeepsTheLayersInTheirs()
    {
        OnnxModelBuilder model = Base().Node("Add", "a b", "y").Node("Relu", "m", "a").Node("Abs", "m", "b").Node("MatMul", "x w", "m");
        ReluNetwork network = OnnxRuntimeOracle.Read(model.Model);
        Assert.Equal(["Relu_1", "Abs_2", "y"], network.Layers.Select(static l => l.Name));
        Assert.Equal([18, 24], network.Evaluate([1, 1, 1]));
    }

    [Fact]
    public void Read_DenseChain_NamesLayersByTheirReluNodes()
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(
            Base().Node("MatMul", "x w", "m").Node("Relu", "m", "a").Node("Relu", "a", "b").Node("Neg", "b", "y").Model);
        Assert.True(network.IsDense);
        Assert.Equal(["Relu_1", "y"], network.Layers.Select(static l => l.Name));
    }

    [Theory]
    [InlineData("Softplus", "m")]
    [InlineData("Mul", "m m")]
    [InlineData("Div", "c m")]
    [InlineData("Erf", "m")]
    public void Read_OperatorThatIsNotAnalysed_IsOpaqueAndSaidSo(string operation, string inputs)
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(
            Base().Weights("c", [2], 1, 2).Node("MatMul", "x w", "m").Node("Relu", "m", "r").Node(operation, inputs, "y").Model);
        Assert.StartsWith($"node '{operation}_2' ({operation}) is not analysed", Assert.Single(network.Remarks), StringComparison.Ordinal);
        Assert.False(network.HasOpaqueLayers);
        Assert.Null(network.Lowered.Outputs);
        Assert.Equal(new TensorShape(2), network.Layers[^1].Shape);
    }

    [Theory]
    [InlineData("Erf", true)]
    [InlineData("Relu", false)]
    public void Read_FileWithNothingButNodesThatAreNotAnalysed_IsSaid(string operation, bool isSaid)
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("net.onnx", Base().Node("MatMul", "x w", "m").Node(operation, "m", "y").Model.ToByteArray());
        List<string> said = [];
        NetworkFormats.Read(file, options: new() { Warning = said.Add });
        Assert.Equal(isSaid, said.Exists(text => text.Contains($"({operation})", StringComparison.Ordinal)));
    }

    [Fact]
    public void Read_LayersBehindAnOpaqueNode_KeepTheirShapes()
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(
            Base().Node("Relu", "x", "r").Node("Softsign", "r", "t").Node("MatMul", "t w", "m").Node("Relu", "m", "y").Model);
        Assert.Equal("3-3-2-2", network.Architecture);
        Assert.True(network.HasOpaqueLayers);
        Assert.Equal(1, network.Lowered.Rectifiers);
    }

    [Fact]
    public void Read_OperatorOfAnotherDomain_TakesItsDeclaredShape()
    {
        OnnxModelBuilder model = Base().Node("Special", "x", "s").Node("Relu", "s", "y");
        model.Graph.Node[0].Domain = "com.example";
        model.Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.example", Version = 1 });
        Assert.True(OnnxRuntimeOracle.Read(model.Model).Graph!.Nodes.All(static n => n.Operator is OpaqueOperator));
        model.Graph.ValueInfo.Add(new OnnxModelBuilder().Input("s", "N", 5).Graph.Input[0]);
        Assert.Equal("3-5-5", OnnxRuntimeOracle.Read(model.Model).Architecture);
    }

    [Fact]
    public void Read_Branch_TakesWhatItsBodiesReferTo()
    {
        OnnxModelBuilder body = new OnnxModelBuilder().Output("inner", 1, 2).Node("Relu", "m", "inner");
        OnnxModelBuilder model = Base().Node("If", "c", "y").Node("MatMul", "x w", "m").Add(
            new TensorProto { Name = "c", DataType = DataType.Bool, Int32Data = { 1 } });
        model.Graph.Node[0].Attribute.Add(
            new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = body.Graph });
        NetworkGraph graph = OnnxRuntimeOracle.Read(model.Model).Graph!;
        Assert.Equal(["MatMul_1", "If_0"], graph.Nodes.Select(static n => n.Name));
        Assert.Equal([1], graph.Nodes[1].Inputs);
    }

    [Theory]
    [InlineData("Relu", "x", "newest")]
    [InlineData("MatMul", "x w", "broadcast")]
    public void Read_UnknownAttribute_IsOpaque(string operation, string inputs, string attribute) => Assert.Contains(
        $"'{attribute}'", Assert.Single(OnnxRuntimeOracle.Read(Base().Node(operation, inputs, "y", Int(attribute, 1)).Model).Remarks),
        StringComparison.Ordinal);

    [Fact]
    public void Read_DropoutInTraining_IsOpaque() => Assert.Contains(
        "training",
        Assert.Single(OnnxRuntimeOracle.Read(
            Base().Weights("ratio", [], 0.5).Add(new TensorProto { Name = "training", DataType = DataType.Bool, Int32Data = { 1 } }).Node(
                "Dropout", "x ratio training", "y").Model).Remarks),
        StringComparison.Ordinal);

    [Fact]
    public void Read_CastToIntegers_IsOpaque() => Assert.Single(
        OnnxRuntimeOracle.Read(Base().Node("Cast", "x", "y", Int("to", (long)DataType.Int64)).Model).Remarks);

    [Fact]
    public void Read_WeightsThatOverflowWhenJoined_AreAGraph()
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(
            new OnnxModelBuilder(type: DataType.Double).Input("x", 1, 1).Output("y").Weights("a", [], 1e200).Node("Mul", "x a", "m").Node(
                "Mul", "m a", "y").Model);
        Assert.False(network.IsDense);
        Assert.Equal(1e100, network.Evaluate([1e-300])[0], 1e90);
    }

    [Fact]
    public void Read_ArithmeticAmongConstants_AgreesWithRuntime() => OnnxRuntimeOracle.AssertRead(
        Base().Weights("c", [2], 1, 2).Weights("t", [2], 3, 10).Node("Add", "c c", "d").Node("Mul", "d c", "e").Node("Div", "e t", "f")
            .Node("MatMul", "x w", "m").Node("Add", "m e", "n").Node("Sub", "n f", "y").Model);

    [Theory]
    [InlineData(8)]
    [InlineData(3)]
    public void Read_FixedBatch_IsOneRow(int rows)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", rows, 3).Output("y", rows, 2).Weights("w", [3, 2], 1, 2, 3, 4, 5, 6)
            .Weights("b", [2], 0.5, -8).Integers("all", rows, -1).Integers("three", rows, 1, 3)
            .Node("Reshape", "x three", "t").Node("Reshape", "t all", "f").Node("MatMul", "f w", "m")
                .Node("Add", "m b", "z").Node("Relu", "z", "y");
        ReluNetwork network = OnnxRuntimeOracle.AssertRead(model.Model);
        Assert.True(network.IsDense);
        Assert.Equal($"x [{rows},3] -> y [{rows},2]", network.Interface!.ToString());
    }

    [Fact]
    public void Read_RowsThatAreNoBatch_AreOneInput() => Assert.Equal(12, OnnxRuntimeOracle.AssertRead(
        new OnnxModelBuilder().Input("x", 4, 3).Output("y", 2, 3)
            .Weights("w", [2, 4], 1, -2, 3, -4, 5, -6, 7, -8).Node("MatMul", "w x", "m")
            .Node("Relu", "m", "y").Model).InputSize);

    [Fact]
    public void Read_OldestOperators_AreUnderstood()
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(
            new OnnxModelBuilder(opset: 1).Input("x", 1, 2, 1, 2).Output("y").Weights("c", [2], 10, 20).Weights("p", [2], 1, 1)
                .Weights("v", [2], 0.75, 3.75).Node("Add", "x c", "a", Int("broadcast", 1), Int("axis", 1), Ints("consumed_inputs", 0, 0))
                .Node("BatchNormalization", "a p c c v", "n", Int("is_test", 1), Float("epsilon", 0.25f), Ints("consumed_inputs", 0, 0))
                .Node("Reshape", "n", "r", Ints("shape", 1, -1)).Node("Dropout", "r", "d", Int("is_test", 1)).Node(
                    "Clip", "d", "y", Float("max", 15)).Model);
        Assert.Equal([11, 12, 15, 15], network.Evaluate([1, 2, 3, 4]));
    }

    private static OnnxModelBuilder Base() =>
        new OnnxModelBuilder().Input("x", 1, 3).Output("y", 1, 2).Weights("w", [3, 2], 1, 2, 3, 4, 5, 6);
}
