using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Google.Protobuf;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Edited networks on their way to a file: what else is in the model, and what cannot be written.</summary>
public sealed class OnnxSurgeryFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_EditThatChangesNothing_IsTheFile()
    {
        ModelProto model = Chain();
        ReluNetwork network = OnnxSurgeryAssert.Edited(model, GraphEdit.None);
        ModelProto after = OnnxSurgeryAssert.Written(model, network);
        Assert.Equal(model, after);
    }

    [Fact]
    public void Write_EditedNetwork_IsReadAgainAsItIs()
    {
        string path = folder.Write("net.onnx", Chain().ToByteArray());
        ReluNetwork read = NetworkFormats.Read(path);
        GraphEdit edit = RandomEdits.Of(read.Graph!, 3, rewrites: false);
        ReluNetwork network = new ReluNetwork(edit.Edited, "net", path, "Onnx", model: read.Interface) { Source = read.Source, Edit = edit }
            .Renamed("other", path);
        Assert.Same(edit, network.Edit);
        NetworkFormats.Write(network, folder.File("cut.onnx"));
        ReluNetwork again = NetworkFormats.Read(folder.File("cut.onnx"));

        Assert.Equal(network.Architecture, again.Architecture);
        Assert.NotEqual(read.Architecture, again.Architecture);
        Assert.True(new FileInfo(folder.File("cut.onnx")).Length < new FileInfo(path).Length);
        double[] input = [0.5, -0.25, 1, 0.75, 0.5, -1, 1, 2];
        Assert.Equal(network.Evaluate(input), again.Evaluate(input));
        Assert.Equal("Author", again.Interface!.Producer);
    }

    [Fact]
    public void Write_DataInAFileOfItsOwn_IsTakenIntoTheModel()
    {
        ModelProto model = Chain();
        TensorProto weights = model.Graph.Initializer.Single(static t => t.Name == "b.w");
        folder.Write("data.bin", weights.RawData.ToByteArray());
        weights.RawData = ByteString.Empty;
        weights.DataLocation = TensorProto.Types.DataLocation.External;
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "data.bin" });
        string path = folder.Write("net.onnx", model.ToByteArray());
        ReluNetwork read = NetworkFormats.Read(path);
        GraphEdit edit = RandomEdits.Of(read.Graph!, 3, rewrites: false);
        var network = new ReluNetwork(edit.Edited, "net", path, "Onnx", model: read.Interface) { Source = read.Source, Edit = edit };
        NetworkFormats.Write(network, folder.File("cut.onnx"));

        OnnxRuntimeOracle.AssertEvaluates(network, File.ReadAllBytes(folder.File("cut.onnx")));
    }

    /// <summary>A branch that a graph inside a node takes from around it keeps its names.</summary>
    [Fact]
    public void Write_GraphsInsideNodes_KeepWhatTheyTake()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 2, 2, 2).Output("y", "n", 3)
            .Weights("a.w", [9, 2, 2, 2], Numbers(72)).Node("Conv", "x a.w", "a").Node("Relu", "a", "r").Weights("c.w", [3, 9], Numbers(27))
            .Node("Flatten", "r", "f").Node("Gemm", "f c.w", "l", Int("transB", 1))
            .Add(new() { Name = "which", DataType = DataType.Bool, Int32Data = { 1 } })
            .Weights("two", [1], 2);
        var branch = new OnnxModelBuilder().Node("Mul", "l two", "inner").Graph;
        branch.Output.Add(new ValueInfoProto { Name = "inner", Type = new() { TensorType = new() { ElemType = DataType.Float } } });
        AttributeProto Branch(string name) =>
            new() { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = branch };
        model.Node("If", "which", "y", Branch("then_branch"), Branch("else_branch"));
        ReluNetwork network = OnnxSurgeryAssert.Edited(model.Model, static graph => RandomEdits.Of(graph, 3, rewrites: true));
        ModelProto after = OnnxSurgeryAssert.Written(model.Model, network, evaluates: false);

        Assert.Equal(model.Graph.Node[^1], after.Graph.Node[^1]);
        Assert.Contains(after.Graph.Initializer, static t => t.Name == "two");
        using var oracle = new OnnxRuntimeOracle(after.ToByteArray(), optimise: false);
        Assert.Equal(3, oracle.Run([1, 2, 3, 4, 5, 6, 7, 8], 1, 2, 2, 2).Length);
    }

    [Fact]
    public void Write_ValueForEveryInput_NeedsAVersionThatHasOne()
    {
        foreach (int opset in (int[])[7, 8, 13])
        {
            ModelProto model = Chain();
            model.OpsetImport[0].Version = opset;
            ReluNetwork network = OnnxSurgeryAssert.Edited(model, static graph =>
            {
                var builder = new GraphBuilder();
                builder.AddInput("x", graph.Inputs[0].Shape);
                TensorShape shape = graph.ShapeOf(graph.Outputs[0].Value);
                builder.AddOutput("y", builder.Add(new ConstantOperator([.. Enumerable.Repeat(0.5, shape.Elements)]), shape, "", ""));
                return new(graph, builder.Build(), [0, -1], [null, null], [true]);
            });
            if (opset == 7)
            {
                Assert.Equal(
                    "OnnxOpsetTooOld",
                    Assert.Throws<InvalidInputException>(
                        () => OnnxSurgery.Model((OnnxSource)network.Source!.Model, network.Edit!)).ErrorId);
                continue;
            }

            ModelProto after = OnnxSurgeryAssert.Written(model, network);
            Assert.DoesNotContain(after.Graph.Node, static n => n.OpType == "Conv");
        }
    }

    [Fact]
    public void Write_SixteenBitFloats_HoldWhatTheyHold()
    {
        var model = new OnnxModelBuilder();
        model.Input("x", "n", 8).Output("y", "n", 3)
            .Add(Tensor("a", [8, 16], Numbers(128), DataType.Float16)).Add(Tensor("b", [16, 3], Numbers(48), DataType.Float16))
            .Node("MatMul", "x a", "z").Node("Relu", "z", "r").Node("MatMul", "r b", "y");
        foreach (ValueInfoProto value in model.Graph.Input.Concat(model.Graph.Output))
            value.Type.TensorType.ElemType = DataType.Float16;
        ReluNetwork network = OnnxSurgeryAssert.Edited(model.Model, static graph => RandomEdits.Of(graph, 3, rewrites: false));
        ModelProto after = OnnxSurgeryAssert.Written(model.Model, network, evaluates: false);
        Assert.All(after.Graph.Initializer, static t => Assert.Equal(DataType.Float16, t.DataType));

        ReluNetwork Rewritten(double weight) => OnnxSurgeryAssert.Edited(model.Model, graph =>
        {
            var builder = new GraphBuilder();
            builder.AddInput("x", graph.Inputs[0].Shape);
            var dense = new DenseOperator([.. Enumerable.Repeat(weight, 24)], new double[3], 8);
            builder.AddOutput("y", builder.Add(dense, new(3), "MatMul_2", "", 0));
            return new(graph, builder.Build(), [0, graph.Outputs[0].Value], [null, null], [true]);
        });
        after = OnnxSurgeryAssert.Written(model.Model, Rewritten(0.5), evaluates: false);
        Assert.All(after.Graph.Initializer, static t => Assert.Equal(DataType.Float16, t.DataType));
        ReluNetwork wide = Rewritten(0.1f);
        Assert.Equal(
            "WeightNotHalf",
            Assert.Throws<InvalidInputException>(() => OnnxSurgery.Model((OnnxSource)wide.Source!.Model, wide.Edit!)).ErrorId);
    }

    [Fact]
    public void Write_OtherFile_IsRefused()
    {
        ModelProto model = Chain();
        ReluNetwork network = OnnxSurgeryAssert.Edited(model, static graph => RandomEdits.Of(graph, 3, rewrites: false));
        model.Graph.Node[1].OpType = "Abs";
        Assert.Throws<InvalidOperationException>(() => OnnxSurgery.Model(new(model.ToByteArray(), "other.onnx"), network.Edit!));
    }

    /// <summary>Skipping a node, or swapping which value an output is.</summary>
    [Fact]
    public void Write_OutputThatIsAnotherValue_KeepsItsName()
    {
        ModelProto model = Chain();
        model.Graph.Output.Add(new OnnxModelBuilder().Output("a.r", "n", 6, 2, 2).Graph.Output);
        ReluNetwork network = OnnxSurgeryAssert.Edited(model, static graph =>
        {
            // The second output becomes the convolution before its Relu, which stays in use.
            var builder = new GraphBuilder();
            builder.AddInput("x", graph.Inputs[0].Shape);
            foreach (GraphNode node in graph.Nodes)
                builder.Add(node.Operator, node.Shape, node.Name, node.ValueName, [.. node.Inputs]);
            builder.AddOutput("y", graph.Outputs[0].Value);
            builder.AddOutput("a.r", graph.Producer(graph.Outputs[1].Value)!.Inputs[0]);
            GraphEdit none = GraphEdit.None(graph);
            return new(graph, builder.Build(), none.Origins, none.Selections, none.IsNew);
        });
        ModelProto after = OnnxSurgeryAssert.Written(model, network);
        Assert.Equal(model.Graph.Node.Select(static n => n.OpType), after.Graph.Node.Select(static n => n.OpType));
        Assert.Equal("a.r", after.Graph.Node[0].Output[0]);
    }

    private static ModelProto Chain()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 2, 2, 2).Output("y", "n", 3)
            .Weights("a.w", [6, 2, 1, 1], Numbers(12)).Weights("a.b", [6], Numbers(6)).Node("Conv", "x a.w a.b", "a.z")
            .Node("Relu", "a.z", "a.r").Weights("b.w", [24, 3], Numbers(72)).Weights("b.b", [3], Numbers(3)).Node("Flatten", "a.r", "f")
            .Node("Gemm", "f b.w b.b", "y");
        model.Model.ProducerName = "Author";
        model.Model.MetadataProps.Add(new StringStringEntryProto { Key = "k", Value = "v" });
        return model.Model;
    }

    private static double[] Numbers(int count) =>
        [.. Enumerable.Range(0, count).Select(static i => (double)(Half)Math.Sin((i * 1.7) + 1))];
}
