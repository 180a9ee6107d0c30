using ExactCompression.Formats;
using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Files that leave sizes open, and files that declare wrong ones.</summary>
public class OnnxOpenInputTests
{
    [Theory]
    [InlineData("1,6,5")]
    [InlineData("2,1,6,5")] // with the batch
    public void Read_ShapeOfOpenInput_IsThatOfItsFile(string stated)
    {
        ModelProto model = Image();
        using var folder = new TemporaryFolder();
        string path = folder.Write("net.onnx", model.ToByteArray());
        ReluNetwork network = NetworkFormats.Read(path, options: Of(stated));
        OnnxRuntimeOracle.AssertEvaluates(network, Fixed(model, stated).ToByteArray());

        NetworkFormats.Write(network, folder.File("again.onnx"));
        var again = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder.File("again.onnx")));
        Assert.Equal(Fixed(model, stated), again);
        Assert.Equal(network.Architecture, NetworkFormats.Read(folder.File("again.onnx")).Architecture);
    }

    [Fact]
    public void Write_CompressedOfOpenInput_FixesTheSize()
    {
        ModelProto model = Image();
        using var folder = new TemporaryFolder();
        ReluNetwork network = NetworkFormats.Read(folder.Write("net.onnx", model.ToByteArray()), options: Of("1,6,5"));
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(network.InputSize)), null, new() { TimeLimit = TimeSpan.FromSeconds(5) },
            CancellationToken.None);
        ReluNetwork compressed = LeoCompression.Compress(table, new(), CancellationToken.None).Compressed;
        Assert.True(compressed.NeuronCount < network.NeuronCount);
        NetworkFormats.Write(compressed, folder.File("cut.onnx"));
        byte[] cut = File.ReadAllBytes(folder.File("cut.onnx"));
        Assert.Equal(Fixed(model, "1,6,5").Graph.Input, ModelProto.Parser.ParseFrom(cut).Graph.Input);
        OnnxRuntimeOracle.AssertEvaluates(compressed, cut);
    }

    [Fact]
    public void Read_OpenInputWithoutShape_NamesTheParameter()
    {
        InvalidFileException e = Import.Refused(Image().ToByteArray(), "OnnxUnknownInputSize", "net.onnx");
        Assert.True(e.Unsupported);
        Assert.Contains("-InputShape 1,28,28", e.Message, StringComparison.Ordinal);
        Assert.Contains("[?,1,?,?]", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2,6,5", "InputShapeMismatch")] // two channels of one
    [InlineData("5", "InputShapeMismatch")]
    [InlineData("1,1,1,6,5", "InputShapeMismatch")]
    public void Read_ShapeThatDoesNotFit_IsRefused(string stated, string error)
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => Import.Of(Image().ToByteArray(), "net.onnx", Of(stated)));
        Assert.Equal(error, e.ErrorId);
        Assert.Contains("[?,1,?,?]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SymbolOfTwoSizes_IsRefused()
    {
        ModelProto model = new OnnxModelBuilder().Input("x", "N", "S", "S").Node("Relu", "x", "y").Output("y", "N", "S", "S").Model;
        Assert.Equal(9, Import.Of(model.ToByteArray(), "net.onnx", Of("3,3")).Network.InputSize);
        Assert.Equal("InputShapeMismatch", Assert.Throws<InvalidInputException>(
            () => Import.Of(model.ToByteArray(), "net.onnx", Of("3,4"))).ErrorId);
    }

    [Fact]
    public void Read_InputOfASymbolThatAnotherHas_HasItsSize()
    {
        ModelProto model = new OnnxModelBuilder().Input("x", "N", "S").Input("z", "N", 2, "S").Integers("axis", 1)
            .Node("Relu", "x", "r").Node("Unsqueeze", "r axis", "u").Node("Add", "u z", "y").Output("y", "N", 2, "S").Model;
        ReluNetwork network = Import.Of(model.ToByteArray(), "net.onnx", Of("3")).Network;
        Assert.Equal(9, network.InputSize);
    }

    [Fact]
    public void Read_ShapesByName_FixesEachInput()
    {
        ModelProto model = TwoImages();
        var options = new ImportOptions { InputShapes = Named(("x", [1, 2, 3]), ("pose.in", [3, 2, 3])) };
        ReluNetwork network = Import.Of(model.ToByteArray(), "net.onnx", options).Network;
        Assert.Equal(24, network.InputSize);
        ModelProto made = model.Clone();
        (made.Graph.Input[0].Type.TensorType.Shape.Dim[2].DimValue, made.Graph.Input[0].Type.TensorType.Shape.Dim[3].DimValue) = (2, 3);
        (made.Graph.Input[1].Type.TensorType.Shape.Dim[2].DimValue, made.Graph.Input[1].Type.TensorType.Shape.Dim[3].DimValue) = (2, 3);
        OnnxRuntimeOracle.AssertEvaluates(network, made.ToByteArray());
    }

    [Fact]
    public void Read_ShapesByName_ThatDoNotFit_AreRefused()
    {
        byte[] file = TwoImages().ToByteArray();
        InvalidFileException open = Import.Refused(file, "OnnxUnknownInputSize", "net.onnx");
        Assert.Contains("-InputShape @{ x = 1,28,28; 'pose.in' = 3,28,28 }", open.Message, StringComparison.Ordinal);
        InvalidInputException Refused(params (string, int[])[] shapes) => Assert.Throws<InvalidInputException>(
            () => Import.Of(file, "net.onnx", new() { InputShapes = Named(shapes) }));
        InvalidInputException unknown = Refused(("u", [1, 2, 3]));
        Assert.Equal("InputShapeNotApplicable", unknown.ErrorId);
        Assert.Contains("x, pose.in", unknown.Message, StringComparison.Ordinal);
        InvalidInputException mismatch = Refused(("x", [1, 2, 3]), ("pose.in", [1, 2, 3]));
        Assert.Equal("InputShapeMismatch", mismatch.ErrorId);
        Assert.Contains("@{ 'pose.in' = 3,28,28 }", mismatch.Message, StringComparison.Ordinal);
        ModelProto stated = new OnnxModelBuilder().Input("x", "N", 3).Node("Relu", "x", "y").Output("y", "N", 3).Model;
        Assert.Equal("InputShapeNotApplicable", Assert.Throws<InvalidInputException>(
            () => Import.Of(stated.ToByteArray(), "net.onnx", new() { InputShapes = Named(("x", [3])) })).ErrorId);
    }

    [Fact]
    public void Read_ShapeForFileThatStatesIts_IsRefused()
    {
        ModelProto model = new OnnxModelBuilder().Input("x", "N", 3).Node("Relu", "x", "y").Output("y", "N", 3).Model;
        Assert.Equal("InputShapeNotApplicable", Assert.Throws<InvalidInputException>(
            () => Import.Of(model.ToByteArray(), "net.onnx", Of("3"))).ErrorId);
    }

    [Fact]
    public void Read_SplitOfAnOpenFirstAxis_SaysThatItCountsAsBatch()
    {
        ModelProto model = new OnnxModelBuilder().Input("x", "M", 3).Integers("parts", 5, 5)
            .Node("Split", "x parts", "a b", Int("axis", 0)).Node("Add", "a b", "s").Node("Relu", "s", "y").Output("y", 5, 3).Model;
        InvalidFileException e = Import.Refused(model.ToByteArray(), "OnnxShapeMismatch", "net.onnx");
        Assert.Contains("first axis of 'x', which the file leaves open and which counts as a batch", e.Message, StringComparison.Ordinal);
        Assert.Contains("-InputShape", e.Message, StringComparison.Ordinal);
        ReluNetwork network = Import.Of(model.ToByteArray(), "net.onnx", Of("10,3")).Network;
        Assert.Equal(30, network.InputSize);
        OnnxRuntimeOracle.AssertEvaluates(network, Fixed(model, "10,3").ToByteArray());
    }

    [Fact]
    public void Read_WrongDeclaredShape_WarnsWithNodeAndBothShapes()
    {
        ModelProto model = Image();
        model.Graph.Input[0].Type.TensorType.Shape.Dim[2].DimValue = 6;
        model.Graph.Input[0].Type.TensorType.Shape.Dim[3].DimValue = 5;
        (_, List<string> none) = Import.Of(model.ToByteArray(), "net.onnx");
        Assert.Empty(none);

        ModelProto wrong = model.Clone();
        wrong.Graph.ValueInfo.Add(new OnnxModelBuilder().Output("c", "N", 9, 6, "W").Graph.Output[0]);
        (ReluNetwork network, List<string> warnings) = Import.Of(wrong.ToByteArray(), "net.onnx");
        string warning = Assert.Single(warnings);
        Assert.Contains("node 'Conv_0' (Conv) gives [1,3,6,5]", warning, StringComparison.Ordinal);
        Assert.Contains("'c' is declared as [?,9,6,?]", warning, StringComparison.Ordinal);
        OnnxRuntimeOracle.AssertEvaluates(network, wrong.ToByteArray()); // the runtime goes by the nodes as well

        wrong.Graph.Output[0].Type.TensorType.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = 2 });
        Assert.EndsWith("(and 1 more)", Assert.Single(Import.Of(wrong.ToByteArray(), "net.onnx").Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4)] // a batch of fixed size, which is part of other dimensions
    [InlineData(null)]
    public void Read_DeclaredShapesOfABatch_AreNotWrong(int? batch)
    {
        ModelProto model = new OnnxModelBuilder().Input("x", batch is { } fixedSize ? fixedSize : "N", 6)
            .Weights("w", [6, 4], [.. Enumerable.Range(0, 24).Select(static i => i - 11.0)])
            .Node("MatMul", "x w", "m").Node("Relu", "m", "y").Output("y", 4, 4).Model;
        Assert.Empty(Import.Of(model.ToByteArray(), "net.onnx").Warnings);
    }

    [Fact]
    public void Read_GraphsNestedTooDeeply_SaysSo()
    {
        const int Levels = 40;
        GraphProto inner = new() { Name = "g", Node = { new NodeProto { OpType = "Identity", Input = { "x" }, Output = { "y" } } } };
        for (int i = 0; i < Levels; i++)
        {
            inner = new()
            {
                Name = "g",
                Node =
                {
                    new NodeProto
                    {
                        OpType = "If", Input = { "b" }, Output = { "y" },
                        Attribute = { new AttributeProto { Name = "then_branch", G = inner } },
                    },
                },
            };
        }

        ModelProto model = new OnnxModelBuilder().Input("x", 1, 3).Output("y", 1, 3).Model;
        model.Graph.Node.Add(inner.Node);
        InvalidFileException e = Import.Refused(model.ToByteArray(), "OnnxNestedTooDeeply", "net.onnx");
        Assert.Contains("nested", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Two images of any size, one of which has three channels.</summary>
    private static ModelProto TwoImages() => new OnnxModelBuilder().Input("x", "N", 1, "H", "W").Input("pose.in", "N", 3, "H", "W2")
        .Weights("k", [2, 3, 1, 1], 1, -1, 2, -0.5, 0.25, 1).Node("Conv", "pose.in k", "c", Ints("kernel_shape", 1, 1))
        .Node("Relu", "c", "r").Node("Add", "r x", "y").Output("y", "N", 2, "H", "W").Model;

    private static Dictionary<string, TensorShape> Named(params (string Name, int[] Shape)[] shapes) =>
        shapes.ToDictionary(static s => s.Name, static s => ImportOptions.ShapeOf(s.Shape));

    private static ImportOptions Of(string shape) => new() { InputShape = ImportOptions.ShapeOf([.. shape.Split(',').Select(int.Parse)]) };

    /// <summary>A network of images of any size, one channel of which is never active.</summary>
    private static ModelProto Image() => new OnnxModelBuilder()
        .Input("x", "N", 1, "H", "W")
        .Weights("k", [3, 1, 1, 1], 1, -1, 2)
        .Weights("b", [3], -0.5, -0.25, -0.75)
        .Node("Conv", "x k b", "c", Ints("kernel_shape", 1, 1))
        .Node("Relu", "c", "r")
        .Weights("u", [2, 3, 3, 3], [.. Enumerable.Range(0, 54).Select(static i => ((i * 5 % 13) - 6) / 8.0)])
        .Node("Conv", "r u", "d", Ints("pads", 1, 1, 1, 1))
        .Node("Relu", "d", "s")
        .Node("GlobalAveragePool", "s", "p")
        .Node("Flatten", "p", "y")
        .Output("y", "N", 2)
        .Model;

    /// <summary>The file with the sizes that were stated.</summary>
    private static ModelProto Fixed(ModelProto model, string stated)
    {
        int[] sizes = [.. stated.Split(',').Select(int.Parse)];
        ModelProto made = model.Clone();
        var dimensions = made.Graph.Input[0].Type.TensorType.Shape.Dim;
        for (int i = 0; i < sizes.Length; i++)
            dimensions[dimensions.Count - sizes.Length + i].DimValue = sizes[i];
        return made;
    }
}
