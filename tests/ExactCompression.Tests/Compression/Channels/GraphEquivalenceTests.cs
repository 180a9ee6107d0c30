using ExactCompression.Formats;
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

    [Fact]
    public void Compare_FilesWithoutTheProof_AreLeftOpen()
    {
        CompressionResult result = Compressed();
        EquivalenceReport report = NetworkEquivalence.Compare(
            result.Original, result.Compressed, null, null, new() { Points = 300 }, CancellationToken.None);
        Assert.Null(report.Equivalent);
        Assert.Equal(EquivalenceEvidence.Intervals, report.Evidence);
        Assert.True(report.ProvenDeviation > report.ObservedDeviation);
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

    private static CompressionResult Compressed() => LeoCompression.Compress(
        StabilityAnalysis.FindStable(StabilityTable.Undecided(Example()), null, new(), CancellationToken.None), new(),
        CancellationToken.None);
}
