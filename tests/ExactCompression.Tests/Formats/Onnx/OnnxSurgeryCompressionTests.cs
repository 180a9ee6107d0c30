using ExactCompression.Formats;
using ExactCompression.Formats.Onnx.Schema;
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
            IEnumerable<string> added = after.Graph.Node.Select(static n => n.Name).Except(before.Graph.Node.Select(static n => n.Name));
            Assert.DoesNotContain(added, static name => !name.Contains("put", StringComparison.Ordinal));
            Assert.Empty(after.Graph.Initializer.Select(static t => t.Name).Except(before.Graph.Initializer.Select(static t => t.Name)));
            output.WriteLine(
                $"{level}: {network.Architecture} -> {result.Compressed.Architecture}: {before.CalculateSize()} -> {bytes.Length} bytes, "
                    + $"{before.Graph.Node.Count} -> {after.Graph.Node.Count} nodes, "
                    + $"{before.Graph.Initializer.Count} -> {after.Graph.Initializer.Count} tensors");
        }
    }
}
