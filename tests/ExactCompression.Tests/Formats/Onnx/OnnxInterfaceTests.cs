using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
using Xunit;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Written files take the place of the file that a network came from: names, shapes, batch and metadata are its own.</summary>
public sealed class OnnxInterfaceTests
{
    [Fact]
    public void Write_OfAnImageClassifier_KeepsNamesShapesAndMetadata()
    {
        OnnxModelBuilder model = Image();
        model.Model.ProducerName = "trainer";
        model.Model.ModelVersion = 7;
        model.Model.DocString = "a picture of nothing";
        model.Model.MetadataProps.Add(new StringStringEntryProto { Key = "licence", Value = "MIT" });
        ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, 1, 2, 2);

        Assert.Equal("image [batch,1,2,2] -> logits [batch,2]", network.Interface!.ToString());
        ModelProto written = OnnxWriter.Model(network, network.Precision);
        Assert.Equal(
            ("trainer", 7, "a picture of nothing", "test"),
            (written.ProducerName, written.ModelVersion, written.DocString, written.Graph.Name));
        Assert.Equal(model.Model.MetadataProps, written.MetadataProps);
    }

    [Theory]
    [InlineData(CompressionLevel.DeleteOnly)]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void Write_OfACompression_KeepsNamesAndShapes(CompressionLevel level)
    {
        ModelProto model = Image().Model;
        ReluNetwork network = OnnxRuntimeOracle.Read(model);
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(network), null, new(), default);
        CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, default);
        Assert.True(result.Compressed.NeuronCount < network.NeuronCount);
        OnnxRuntimeOracle.AssertTakesThePlaceOf(model.ToByteArray(), result.Compressed, [1, 1, 2, 2]);
    }

    /// <summary>The batch first, second or nowhere; rows, columns, vectors.</summary>
    [Fact]
    public void Write_AnyPlaceOfTheBatch_IsKept()
    {
        foreach ((object?[] input, long[] shape, long[] output) in (ReadOnlySpan<(object?[], long[], long[])>)
        [
            (["N", 4], [1, 4], [-1, 2]), ([null, 4], [1, 4], [-1, 1, 2]), ([1, "N", 4], [1, 1, 4], [1, -1, 2]), ([4], [4], [2]),
            ([4, 1], [4, 1], [2, 1]), ([1, 4], [1, 4], [1, 2]), (["N", 4, 1, 1], [1, 4, 1, 1], [-1, 2, 1, 1]),
        ])
        {
            object?[] dims = [.. output.Select((size, at) => size < 0 ? (object?)"N" : (int)size)];
            OnnxModelBuilder model = new OnnxModelBuilder().Input("a", input).Output("b", dims)
                .Weights("w", [4, 2], 1, 2, 3, 4, 5, 6, 7, 8).Integers("rows", -1, 4).Integers("out", output)
                .Node("Reshape", "a rows", "x").Node("MatMul", "x w", "y").Node("Reshape", "y out", "b");
            OnnxRuntimeOracle.AssertAgrees(model.Model, shape);
        }
    }

    [Fact]
    public void Read_OfAWrittenFile_StatesTheSame()
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(Image().Model);
        ReluNetwork again = OnnxRuntimeOracle.Read(OnnxWriter.Model(network, network.Precision));
        Assert.Equal(network.Interface!.ToString(), again.Interface!.ToString());
        Assert.Equal(network.Interface.Metadata, again.Interface.Metadata);
    }

    [SkippableFact]
    public void Write_OfTrainedNetworks_TakesTheirPlace()
    {
        foreach (string path in Directory.GetFiles(TestFiles.Shared("networks/trained"), "digits*.onnx"))
        {
            ReluNetwork network = NetworkFormats.Read(path);
            OnnxRuntimeOracle.AssertTakesThePlaceOf(
                File.ReadAllBytes(path), network, [.. network.Interface!.Input.Shape.Select(static d => (long)d.Size)]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_OfANetworkAsItWasRead_IsTheSameFile(bool isGraph)
    {
        OnnxModelBuilder model = isGraph ? Image().Node("Abs", "logits", "size") : Image();
        model.Graph.Output[0].Name = isGraph ? "size" : "logits";
        model.Model.ProducerName = "trainer";
        byte[] bytes = [.. model.Bytes(), 0xCA, 0x01, 3, 1, 2, 3]; // functions, which are not read
        using var folder = new TemporaryFolder();
        ReluNetwork network = NetworkFormats.Read(folder.Write("n.onnx", bytes)).Renamed("other");
        Assert.Equal(!isGraph, network.IsDense);

        NetworkFormats.Write(network, folder.File("again.onnx"), NetworkFormats.SourcePrecision(network, folder.File("again.onnx")));

        Assert.Equal(bytes, File.ReadAllBytes(folder.File("again.onnx")));
    }

    [Fact]
    public void Write_OfAModelWithADataFile_TakesTheDataIn()
    {
        using var folder = new TemporaryFolder();
        OnnxModelBuilder model = Image().Node("Abs", "logits", "size");
        model.Graph.Output[0].Name = "size";
        byte[] plain = model.Bytes();
        TensorProto weights = model.Graph.Initializer[0];
        folder.Write("n.bin", weights.RawData.ToByteArray());
        weights.RawData = ByteString.Empty;
        weights.DataLocation = TensorProto.Types.DataLocation.External;
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "n.bin" });
        ReluNetwork network = NetworkFormats.Read(folder.Write("n.onnx", model.Bytes()));

        NetworkFormats.Write(network, folder.File("again.onnx"));

        Assert.Equal(plain, File.ReadAllBytes(folder.File("again.onnx")));
    }

    [Fact]
    public void Write_OfAGraph_ToOtherFormatsOrPrecisions_IsRefused()
    {
        using var folder = new TemporaryFolder();
        OnnxModelBuilder model = Image().Node("Abs", "logits", "size");
        model.Graph.Output[0].Name = "size";
        ReluNetwork network = NetworkFormats.Read(folder.Write("n.onnx", model.Bytes()));
        foreach (string name in (string[])["n.npz", "n.nnet", "n.safetensors"])
        {
            var error = Assert.Throws<InvalidInputException>(() => NetworkFormats.Write(network, folder.File(name)));
            Assert.Equal("FormatHoldsChains", error.ErrorId);
        }

        Assert.Equal(
            "PrecisionNotApplicable",
            Assert.Throws<InvalidInputException>(
                () => NetworkFormats.Write(network, folder.File("m.onnx"), WeightPrecision.Float64)).ErrorId);
        NetworkFormats.Write(OnnxRuntimeOracle.Read(model.Model), folder.File("m.onnx"), WeightPrecision.Float64); // a new model
    }

    [Fact]
    public void Interface_OfAnotherSize_IsRefused()
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(Image().Model);
        Assert.Throws<ArgumentException>(
            () => new ReluNetwork([new([1, 1], [0], 1, 2, Activation.Identity)], model: network.Interface));
    }

    private static OnnxModelBuilder Image() => new OnnxModelBuilder().Input("image", "batch", 1, 2, 2).Output("logits", "batch", 2)
        .Weights("w", [4, 3], 1, -1, 0.5, 2, -1, -1, 3, -1, 0.25, 1, -1, -1).Weights("b", [3], 0.5, -0.25, -0.125)
        .Weights("v", [3, 2], 1, 2, 3, 4, 5, 6)
        .Node("Flatten", "image", "f").Node("MatMul", "f w", "m").Node("Add", "m b", "z").Node("Relu", "z", "a")
        .Node("MatMul", "a v", "logits");
}
