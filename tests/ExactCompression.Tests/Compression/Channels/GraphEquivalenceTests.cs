using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Tests.Certificates;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Formats.Onnx;
using Xunit;

namespace ExactCompression.Tests.Compression.Channels;

/// <summary>Comparisons of networks that are graphs.</summary>
public sealed class GraphEquivalenceTests
{
    [Fact]
    public void Compare_CompressedConvolutions_ObservesNearlyWhatIsProven()
    {
        EquivalenceReport report = NetworkEquivalence.Compare(Compressed(), null, new() { Points = 300 }, CancellationToken.None);
        Assert.True(report.Equivalent);
        Assert.Equal(EquivalenceEvidence.Compression, report.Evidence);
        Assert.InRange(report.ObservedDeviation, report.ProvenDeviation / 100, report.ProvenDeviation);
    }

    [Theory]
    [InlineData(CompressionLevel.DeleteOnly)]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void Compare_FilesWithoutTheProof_FindsItAgain(CompressionLevel level)
    {
        CompressionResult result = Compressed(level);
        using var folder = new TemporaryFolder();
        NetworkFormats.Write(result.Compressed, folder.File("small.onnx"));
        EquivalenceReport report = NetworkEquivalence.Compare(
            Example(), NetworkFormats.Read(folder.File("small.onnx")), null, null, new() { Points = 300 }, CancellationToken.None);
        Assert.True(report.Equivalent);
        Assert.Equal(EquivalenceEvidence.ReplayedCompression, report.Evidence);
        Assert.Equal(result.ProvenDeviation, report.ProvenDeviation);
    }

    /// <summary>A rectifier that changes nothing over the domain goes, and all weights stay.</summary>
    [Fact]
    public void Compare_FewerNeuronsWithTheSameWeights_FindsTheProof()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 2).Weights("w", [2, 3], 1, -2, 3, 1, 0.5, -1)
            .Node("MatMul", "x w", "p").Node("Relu", "p", "a").Weights("v", [2, 1], 1, 0.5).Node("MatMul", "x v", "q")
            .Node("Relu", "q", "b").Node("Add", "a b", "s").Weights("u", [3, 2], 1, -1, 0.5, 2, -1, 1).Node("MatMul", "s u", "y")
            .Output("y", "n", 2);
        using var folder = new TemporaryFolder();
        ReluNetwork network = NetworkFormats.Read(folder.Write("net.onnx", model.Bytes()));
        CompressionResult result = Made.Compression(network, InputDomain.Uniform(0, 1), CompressionLevel.Maximal);
        NetworkFormats.Write(result.Compressed, folder.File("small.onnx"));
        ReluNetwork small = NetworkFormats.Read(folder.File("small.onnx"));
        Assert.True(small.NeuronCount < network.NeuronCount && small.ParameterCount == network.ParameterCount);
        foreach ((ReluNetwork one, ReluNetwork other) in ((ReluNetwork, ReluNetwork)[])[(network, small), (small, network)])
        {
            EquivalenceReport report = NetworkEquivalence.Compare(one, other, null, null, new() { Points = 100 }, CancellationToken.None);
            Assert.Equal(EquivalenceEvidence.ReplayedCompression, report.Evidence);
            Assert.Equal(0, report.ProvenDeviation);
        }
    }

    [Fact]
    public void Compare_OtherCompressions_AreLeftOpen()
    {
        // A filter that is a little larger than the compression made it.
        ReluNetwork one = Example(), other = Compressed(CompressionLevel.DeleteOnly).Compressed;
        NetworkGraph graph = other.Graph!;
        GraphNode[] nodes = [.. graph.Nodes];
        int last = Array.FindLastIndex(nodes, static n => n.Operator is DenseOperator);
        var dense = (DenseOperator)nodes[last].Operator;
        nodes[last] = nodes[last] with { Operator = dense with { Bias = [dense.Bias[0] + 1e-9, .. dense.Bias[1..]] } };
        var changed = new ReluNetwork(new NetworkGraph(graph.Inputs, nodes, graph.Outputs));
        EquivalenceReport report = NetworkEquivalence.Compare(one, changed, null, null, new() { Points = 300 }, CancellationToken.None);
        Assert.Null(report.Equivalent);
        Assert.Equal(EquivalenceEvidence.Intervals, report.Evidence);
        Assert.True(report.ProvenDeviation > report.ObservedDeviation);
        Assert.True(NetworkEquivalence.Compare(one, Example(), null, null, new() { Points = 300 }, CancellationToken.None).Equivalent);
    }

    [Fact]
    public void Compare_AnotherNetwork_ShowsAnInput()
    {
        ReluNetwork one = Example(), other = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        EquivalenceReport report = NetworkEquivalence.Compare(one, other, null, null, new() { Points = 300 }, CancellationToken.None);
        Assert.False(report.Equivalent);
        double[] x = report.Counterexample!;
        double apart = one.Evaluate(x).Zip(other.Evaluate(x), static (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(apart, report.Tolerance, double.MaxValue);
        Assert.InRange(report.ObservedDeviation, apart * (1 - 1e-9), apart * (1 + 1e-9));
        Assert.InRange(report.ProvenDeviation, report.ObservedDeviation, 1e4);
    }

    private static ReluNetwork Example() => NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx"));

    private static CompressionResult Compressed(CompressionLevel level = CompressionLevel.LeoPlusPlus) => LeoCompression.Compress(
        StabilityAnalysis.FindStable(StabilityTable.Undecided(Example()), null, new(), CancellationToken.None), new() { Level = level },
        CancellationToken.None);
}
