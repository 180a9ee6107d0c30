using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Google.Protobuf;
using Xunit;
using Xunit.Abstractions;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Compressed convolutional networks take the place of their files.</summary>
public class OnnxSurgeryCompressionTests(ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData("concat_l1-0.002")]
    [InlineData("dw_l1-0.002")]
    [InlineData("leaky_l1-0.002")]
    [InlineData("masked_l1-0.0005")]
    [InlineData("pool_l1-0.002")]
    [InlineData("resslim_l1-0.002")]
    public void Write_CompressedNetwork_IsItsFileWithLess(string file)
    {
        string path = TestFiles.Shared($"networks/conv/digits_{file}.onnx");
        var before = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        ReluNetwork network = NetworkFormats.Read(path);
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(network.InputSize)), null, new() { TimeLimit = TimeSpan.FromSeconds(1) },
            CancellationToken.None);
        foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
        {
            CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
            using var folder = new TemporaryFolder();
            NetworkFormats.Write(result.Compressed, folder.File("cut.onnx"));
            byte[] bytes = File.ReadAllBytes(folder.File("cut.onnx"));
            ModelProto after = OnnxSurgeryAssert.Written(before, result.Compressed);
            Assert.Equal(after, ModelProto.Parser.ParseFrom(bytes));
            Assert.InRange(bytes.Length, 1, before.CalculateSize() - 1);
            HashSet<string> names = Names(before);
            Assert.All(Names(after), name => Assert.True(names.Contains(name) || IsBiasOf(name, names), name));
            output.WriteLine(
                $"{level}: {network.Architecture} -> {result.Compressed.Architecture}: {before.CalculateSize()} -> {bytes.Length} bytes, "
                    + $"{before.Graph.Node.Count} -> {after.Graph.Node.Count} nodes, "
                    + $"{before.Graph.Initializer.Count} -> {after.Graph.Initializer.Count} tensors");
        }
    }

    /// <summary>Whether a name is that of the new bias of a node that had none.</summary>
    private static bool IsBiasOf(string name, HashSet<string> names) =>
        name.EndsWith(".bias", StringComparison.Ordinal) && names.Contains(name[..^".bias".Length]);

    [Theory]
    [InlineData(CompressionLevel.DeleteOnly)]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void Write_CompressedGraphsOfEveryOperator_AreTheirFilesWithLess(CompressionLevel level)
    {
        (int edited, int larger, int rewritten) = (0, 0, 0);
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random((1000 * (int)level) + seed);
            (ReluNetwork made, InputDomain domain) = seed % 2 == 0
                ? CompressibleGraphs.NextBlocks(random)
                : CompressibleGraphs.Next(random, random.Next(3, 16));
            ModelProto before = OnnxGraphWriter.Model(made, WeightPrecision.Float32);
            var source = new ModelSource("Onnx", new OnnxSource(before.ToByteArray(), "net.onnx"));
            ReluNetwork network = OnnxReader.Network(before, new("net.onnx"), format: "Onnx", source: source);
            if (network.IsDense || network.Depth == 0)
                continue;
            StabilityTable table = StabilityAnalysis.FindStable(
                StabilityTable.Undecided(network, domain), null, new() { TimeLimit = TimeSpan.FromSeconds(0.2) }, CancellationToken.None);
            CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
            if (result.Compressed.Edit is not { } edit || ReferenceEquals(edit.Original, edit.Edited))
                continue;
            try
            {
                bool padsByLowest = before.Graph.Initializer.Any(static t => t.Name.EndsWith(".border", StringComparison.Ordinal));
                ModelProto after = OnnxSurgeryAssert.Written(before, result.Compressed, evaluates: !padsByLowest);
                edited++;
                rewritten += edit.IsNew.Any(static n => n) ? 1 : 0;
                larger += after.CalculateSize() > before.CalculateSize() ? 1 : 0;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException($"{seed}: {e.Message}", e);
            }
        }

        output.WriteLine($"{edited} edited, {rewritten} of them with new nodes, {larger} larger");
        Assert.InRange(edited, 8, 40);
        Assert.Equal(0, larger);
    }

    /// <summary>Of the channels, those that nothing reads go, so that all are taken that are left; of the columns some are still.</summary>
    [Theory]
    [InlineData(9, -3, 2147483647)]
    [InlineData(9, 2, 5)]
    [InlineData(13, -3, 2147483647)]
    [InlineData(13, 2, 5)]
    public void Write_SliceAlongSeveralAxes_Follows(int opset, int start, int end)
    {
        OnnxModelBuilder model = new OnnxModelBuilder(opset).Input("x", "n", 1, 4, 4)
            .Weights("w", [5, 1, 2, 2], [.. Enumerable.Range(0, 20).Select(static i => ((i * 7 % 11) - 5) / 4.0)])
            .Weights("b", [5], 0.25, -0.5, 0.125, 0.5, -0.25).Node("Conv", "x w b", "z").Node("Relu", "z", "r");
        if (opset < 10)
            model.Node(
                "Slice", "r", "s", OnnxModelBuilder.Ints("axes", 1, 3), OnnxModelBuilder.Ints("starts", start, 1),
                OnnxModelBuilder.Ints("ends", end, -1));
        else
            model.Integers("axes", 1, 3).Integers("starts", start, 1).Integers("ends", end, -1).Node("Slice", "r starts ends axes", "s");
        model.Weights("v", [9, 2], [.. Enumerable.Range(0, 18).Select(static i => ((i * 5 % 7) - 3) / 2.0)])
            .Node("Flatten", "s", "f").Node("MatMul", "f v", "y").Output("y", "n", 2);
        var source = new ModelSource("Onnx", new OnnxSource(model.Bytes(), "net.onnx"));
        ReluNetwork network = OnnxReader.Network(model.Model, new("net.onnx"), format: "Onnx", source: source);
        CompressionResult result = LeoCompression.Compress(
            StabilityTable.Undecided(network, InputDomain.Uniform(-1, 1)), new() { Level = CompressionLevel.DeleteOnly },
            CancellationToken.None);
        Assert.Equal(2 * 9, network.NeuronCount - result.Compressed.NeuronCount);
        ModelProto after = OnnxSurgeryAssert.Written(model.Model, result.Compressed);
        Assert.Equal(model.Graph.Node.Select(static n => n.OpType), after.Graph.Node.Select(static n => n.OpType));
    }

    private static HashSet<string> Names(ModelProto model) =>
        [.. model.Graph.Node.Select(static n => n.Name), .. model.Graph.Initializer.Select(static t => t.Name)];
}
