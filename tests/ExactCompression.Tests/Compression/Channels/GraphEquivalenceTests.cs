using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats;
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
