using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
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
        const long Largest = 400_000;
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

    /// <summary>What a second compression takes away is taken from the file too.</summary>
    [Fact]
    public void Write_CompressedTwice_IsStillTheFile()
    {
        (ModelProto model, ReluNetwork network) = Chain();
        CompressionResult first = Compress(network, InputDomain.Uniform(-1, 1), CompressionLevel.LeoPlusPlus);
        CompressionResult second = Compress(first.Compressed.Renamed("other"), InputDomain.Uniform(0.2, 0.3), CompressionLevel.DeleteOnly);
        CompressionResult third = Compress(second.Compressed, InputDomain.Uniform(0.24, 0.25), CompressionLevel.Maximal);
        Assert.True(network.NeuronCount > first.Compressed.NeuronCount);
        Assert.True(first.Compressed.NeuronCount > second.Compressed.NeuronCount);
        foreach (ReluNetwork compressed in (ReluNetwork[])[first.Compressed, second.Compressed, third.Compressed])
        {
            ModelProto cut = Cut(compressed)!;
            OnnxSurgeryAssert.Written(model, compressed, cut.ToByteArray(), 1e-4, evaluates: true);
            NetworkAssert.SameBits(compressed, OnnxRuntimeOracle.Read(cut));
        }
    }

    /// <summary>Product and sum stay two nodes, with the new numbers in the tensors that they have.</summary>
    [Fact]
    public void Write_NewWeights_AreInTheTensorsOfTheFile()
    {
        (ModelProto model, ReluNetwork network) = Chain();
        ReluNetwork compressed = Compress(network, InputDomain.Uniform(0.24, 0.25), CompressionLevel.Maximal).Compressed;
        Assert.Contains(compressed.ChainEdit!.Layers, static l => l.IsNew);
        ModelProto cut = Cut(compressed)!;
        Assert.All(cut.Graph.Node, node => Assert.Contains(model.Graph.Node, n => n.Name == node.Name && n.OpType == node.OpType));
        Assert.All(cut.Graph.Initializer, t => Assert.Contains(model.Graph.Initializer, o => o.Name == t.Name));
        NodeProto last = cut.Graph.Node[^1];
        Assert.Equal(("Add", "last.sum"), (last.OpType, last.Name));
        TensorProto bias = cut.Graph.Initializer.Single(t => t.Name == last.Input[1]);
        Assert.NotEqual(model.Graph.Initializer.Single(static t => t.Name == "last.b"), bias);
    }

    /// <summary>Unchanged, it is the file again; with another precision, or without its data file, it is written anew.</summary>
    [Fact]
    public void Write_WhatTheFileCannotBe_IsWrittenAnew()
    {
        (ModelProto model, ReluNetwork network) = Chain();
        Assert.Equal(model, Cut(network.With(network.DenseLayers, ChainEdit.None(network.DenseLayers))));
        ReluNetwork compressed = Compress(network, InputDomain.Uniform(0.2, 0.3), CompressionLevel.LeoPlusPlus).Compressed;
        Assert.Null(OnnxChainSurgery.TryWrite(compressed, WeightPrecision.Float64));
        using var stream = new MemoryStream();
        new OnnxFormat().Write(compressed, stream, WeightPrecision.Float64);
        ModelProto anew = ModelProto.Parser.ParseFrom(stream.ToArray());
        Assert.Equal(TensorProto.Types.DataType.Double, (TensorProto.Types.DataType)anew.Graph.Input[0].Type.TensorType.ElemType);
        Assert.Equal(OnnxModel.Opset, anew.OpsetImport[0].Version);

        TensorProto weights = model.Graph.Initializer[0];
        weights.RawData = ByteString.Empty;
        weights.DataLocation = TensorProto.Types.DataLocation.External;
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "gone.bin" });
        var gone = new ReluNetwork(compressed.DenseLayers, model: compressed.Interface)
        {
            Source = new("Onnx", new OnnxSource(model.ToByteArray(), "/nowhere/net.onnx")), ChainEdit = compressed.ChainEdit,
        };
        Assert.Null(Cut(gone));
        using var other = new MemoryStream();
        new OnnxFormat().Write(gone, other, WeightPrecision.Float32);
        NetworkAssert.SameBits(compressed, OnnxRuntimeOracle.Read(ModelProto.Parser.ParseFrom(other.ToArray())));
    }

    /// <summary>Through CliXml and jobs, too, it stays the file with only what changed changed.</summary>
    [Fact]
    public void Portable_CompressedChain_TravelsAsItsFile()
    {
        (_, ReluNetwork network) = Chain();
        foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
        {
            ReluNetwork compressed = Compress(network, InputDomain.Uniform(0.2, 0.3), level).Compressed;
            var copy = (ReluNetwork)PortableForm.Read(PortableForm.Of(compressed));
            NetworkAssert.SameBits(compressed, copy);
            using var stream = new MemoryStream();
            new OnnxFormat().Write(copy, stream, WeightPrecision.Float32);
            Assert.Equal(Cut(compressed)!.ToByteArray(), stream.ToArray());
        }
    }

    /// <summary>A chain of an older version with normalisation, nodes of every form, and a batch of any size.</summary>
    private static (ModelProto Model, ReluNetwork Network) Chain()
    {
        OnnxModelBuilder model = new OnnxModelBuilder(opset: 9, irVersion: 4).Input("x", "n", 2, 3).Output("y", "n", 4)
            .Weights("mean", [1, 2, 3], Numbers(6, 0)).Node("Sub", "x mean", "centred").Node("Flatten", "centred", "flat")
            .Weights("a.w", [6, 24], Numbers(144, 1)).Weights("a.b", [24], Numbers(24, 2)).Node("MatMul", "flat a.w", "a.p")
            .Node("Add", "a.p a.b", "a.z").Node("Relu", "a.z", "a.r")
            .Weights("b.w", [20, 24], Numbers(480, 3)).Weights("b.b", [20], Numbers(20, 4))
            .Node("Gemm", "a.r b.w b.b", "b.z", OnnxModelBuilder.Int("transB", 1)).Node("Relu", "b.z", "b.r")
            .Weights("last.w", [20, 4], Numbers(80, 5)).Weights("last.b", [4], Numbers(4, 6)).Node("MatMul", "b.r last.w", "last.p")
            .Node("Add", "last.p last.b", "y");
        model.Graph.Node[^1].Name = "last.sum";
        model.Model.MetadataProps.Add(new StringStringEntryProto { Key = "k", Value = "v" });
        var source = new OnnxSource(model.Bytes(), "net.onnx");
        return (model.Model, OnnxReader.Network(model.Model, new("net.onnx"), format: "Onnx", source: new("Onnx", source)));
    }

    private static double[] Numbers(int count, int seed) =>
        [.. Enumerable.Range(0, count).Select(i => (double)(float)Math.Sin((i * 1.7) + (seed * 11.3) + 1))];

    private static CompressionResult Compress(ReluNetwork network, InputDomain domain, CompressionLevel level)
    {
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, domain.For(network.InputSize)), null, new() { TimeLimit = TimeSpan.FromSeconds(30) },
            CancellationToken.None);
        return LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
    }

    private static ModelProto? Cut(ReluNetwork network) =>
        OnnxChainSurgery.TryWrite(network, WeightPrecision.Float32) is { } bytes ? ModelProto.Parser.ParseFrom(bytes) : null;

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
                StabilityTable.Undecided(network, domain.For(network.InputSize)), null,
                new() { TimeLimit = TimeSpan.FromSeconds(0.5), Threads = 1 }, CancellationToken.None);
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
                    throw new InvalidOperationException($"{what} -> {result.Compressed.Architecture}: {e.Message}", e);
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
        Assert.NotNull(OnnxChainSurgery.TryWrite(network, NetworkFormats.SourcePrecision(network, path)));
        ModelProto after = OnnxSurgeryAssert.Written(before, network, bytes, 1e-4, evaluates: before.OpsetImport[0].Version >= 7);

        ReluNetwork again = NetworkFormats.Read(path);
        NetworkAssert.SameBits(network, again);
        Assert.Equal(network.DenseLayers.Select(static l => l.IsExact), again.DenseLayers.Select(static l => l.IsExact));
        Assert.InRange(bytes.Length, 1, new FileInfo(file).Length);
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
        return $"{result.Original.Architecture} -> {network.Architecture}: {before.CalculateSize()} -> {bytes.Length} bytes "
            + $"({clean} anew), {before.Graph.Node.Count} -> {after.Graph.Node.Count} nodes ({added} others), {others} other tensors";
    }
}
