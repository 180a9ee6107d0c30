using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
using Xunit;
using Xunit.Abstractions;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Compressed chains of dense layers take the place of their files: only what changed is changed.</summary>
public sealed class OnnxChainSurgeryTests(ITestOutputHelper output)
{
    [Fact]
    public void Write_CompressedExample_IsItsFileWithLess() => AssertFile(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));

    [SkippableTheory]
    [InlineData("trained")]
    [InlineData("relusplit")]
    [InlineData("vnncomp")]
    [InlineData("wild")]
    public void Write_CompressedChains_AreTheirFilesWithLess(string folder)
    {
        const long Largest = 1_500_000;
        var failures = new List<string>();
        int chains = 0;
        foreach (string file in Directory.GetFiles(TestFiles.Shared("networks/" + folder), "*.onnx", SearchOption.AllDirectories).Order())
        {
            try
            {
                chains += new FileInfo(file).Length <= Largest && AssertFile(file) ? 1 : 0;
            }
            catch (Exception e) when (e is not (SkipException or InvalidFileException))
            {
                failures.Add($"{file}: {e}");
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
        Assert.NotEqual(0, chains);
    }

    /// <summary>Compresses a chain over a wide domain and over a narrow one; false where the file is another network.</summary>
    private bool AssertFile(string file)
    {
        ReluNetwork network = NetworkFormats.Read(file);
        if (!network.IsDense || network.Depth == 0)
            return false;
        var before = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
        new OnnxSource([], file).Embed(before);
        foreach (InputDomain domain in (InputDomain[])[InputDomain.Unit, InputDomain.Uniform(0.4, 0.6), InputDomain.Uniform(0.49, 0.51)])
        {
            StabilityTable table = StabilityAnalysis.FindStable(
                StabilityTable.Undecided(network, domain.For(network.InputSize)), null, new() { TimeLimit = TimeSpan.FromSeconds(0.5) },
                CancellationToken.None);
            foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
            {
                CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
                string what = $"{Path.GetFileName(file)} {domain} {level}";
                try
                {
                    output.WriteLine($"{what}: {AssertWritten(before, file, result)}");
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"{what}, {network.Architecture} -> {result.Compressed.Architecture}: {e.Message}", e);
                }
            }
        }

        return true;
    }

    private static string AssertWritten(ModelProto before, string file, CompressionResult result)
    {
        ReluNetwork network = result.Compressed;
        using var folder = new TemporaryFolder();
        string path = folder.File("cut.onnx");
        NetworkFormats.Write(network, path, NetworkFormats.SourcePrecision(network, path));
        byte[] bytes = File.ReadAllBytes(path);
        Assert.NotNull(OnnxChainSurgery.TryModel(network, NetworkFormats.SourcePrecision(network, path)));
        ModelProto after = OnnxSurgeryAssert.Written(before, network, bytes, 1e-4, evaluates: before.OpsetImport[0].Version >= 7);

        ReluNetwork again = NetworkFormats.Read(path);
        NetworkAssert.SameBits(network, again);
        Assert.Equal(network.DenseLayers.Select(static l => l.IsExact), again.DenseLayers.Select(static l => l.IsExact));
        Assert.InRange(bytes.Length, 1, before.CalculateSize());
        int clean = OnnxWriter.Model(network, network.SourcePrecision).CalculateSize();

        // Nothing has a name of its own, and what has its size is as it was, unless its layer has new weights.
        HashSet<string> nodes = [.. before.Graph.Node.Select(static n => n.Name)];
        int added = after.Graph.Node.Count(n => !nodes.Contains(n.Name));
        Dictionary<string, TensorProto> tensors = before.Graph.Initializer.ToDictionary(static t => t.Name);
        int others = after.Graph.Initializer.Count(t => !tensors.ContainsKey(t.Name));
        bool shares = tensors.Keys.Any(name => before.Graph.Node.Count(n => n.Input.Contains(name)) > 1);
        if (network.ChainEdit!.Layers.All(static l => !l.IsNew))
        {
            Assert.Equal(0, shares ? added : added + others);
            Assert.All(
                after.Graph.Initializer.Where(t => tensors.ContainsKey(t.Name) && t.Dims.SequenceEqual(tensors[t.Name].Dims)),
                tensor => Assert.Equal(tensors[tensor.Name], tensor));
        }

        Assert.InRange(added, 0, 2);
        return $"{result.Original.Architecture} -> {network.Architecture}: {before.CalculateSize()} -> {bytes.Length} bytes ({clean} anew), "
            + $"{before.Graph.Node.Count} -> {after.Graph.Node.Count} nodes ({added} others), {others} other tensors";
    }
}
