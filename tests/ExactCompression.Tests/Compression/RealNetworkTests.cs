using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Formats.Onnx;
using Google.Protobuf;
using Xunit;

namespace ExactCompression.Tests.Compression;

/// <summary>Trained networks, compressed with the verdicts of the search and compared in ONNX Runtime.</summary>
public class RealNetworkTests
{
    private static readonly string Digits = TestFiles.Example("digits_48-32-24_l1-0.004.onnx");

    [Fact]
    public void Compress_DigitsNetwork_EqualsTheOriginalInOnnxRuntime()
    {
        ReluNetwork network = NetworkFormats.Read(Digits);
        CompressionResult result = Compress(network);

        Assert.InRange(result.Compressed.NeuronCount, 1, 71); // 104 minus 15 inactive, 18 merged
        Assert.True(result.Compressed.ConnectionCount < 0.6 * network.ConnectionCount);
        Assert.InRange(result.ProvenDeviation, 1e-12, 1e-6);
        AssertEqualInOnnxRuntime(File.ReadAllBytes(Digits), result);
    }

    [Fact]
    public void Compress_DigitsNetworkRemovalAlone_IsProvenToDeviateByNothing()
    {
        ReluNetwork network = NetworkFormats.Read(Digits);
        CompressionResult result = LeoCompression.Compress(
            Search(network), new() { Level = CompressionLevel.DeleteOnly }, CancellationToken.None);

        Assert.Equal(0, result.ProvenDeviation);
        Assert.True(result.RemovedInactive >= 15);
        AssertEqualInOnnxRuntime(File.ReadAllBytes(Digits), result);
    }

    [Fact]
    public void Compare_DigitsNetworkWithItsCompressionFromAFile_IsProvenEqual()
    {
        ReluNetwork network = NetworkFormats.Read(Digits);
        using var folder = new TemporaryFolder();
        NetworkFormats.Write(Compress(network).Compressed, folder.File("small.onnx"));
        EquivalenceReport report = NetworkEquivalence.Compare(
            network, NetworkFormats.Read(folder.File("small.onnx")), null, null, new() { Points = 300 }, CancellationToken.None);

        Assert.True(report.Equivalent);
        Assert.InRange(report.ObservedDeviation, 0, report.ProvenDeviation);
    }

    /// <summary>Ranks by elimination modulo a prime, in another language.</summary>
    [SkippableTheory]
    [InlineData("digits_48-32-24_l1-0.008", new[] { 22, 13, 6 }, new[] { 3, 5, 1 })]
    [InlineData("mnist_2x200_l1-0.001", new[] { 64, 41 }, new[] { 16, 35 })]
    [InlineData("mnist_2x400_l1-0.001", new[] { 237, 215 }, new[] { 31, 62 })]
    [InlineData("mnist_5x100_l1-0.002", new[] { 13, 37, 51, 55, 58 }, new[] { 5, 8, 15, 19, 23 })]
    public void Compress_TrainedNetwork_HasTheKnownRanksAndEqualsTheOriginal(string name, int[] active, int[] ranks)
    {
        string path = TestFiles.Shared($"networks/trained/{name}.onnx");
        ReluNetwork network = NetworkFormats.Read(path);
        StabilityTable table = Search(network);
        for (int i = 0; i < active.Length; i++)
        {
            Assert.True(table.Layers[i].StablyActive >= active[i]);
            if (table.Layers[i].StablyActive == active[i])
                Assert.Equal(ranks[i], table.Layers[i].ActiveRank);
        }


        CompressionResult result = LeoCompression.Compress(table, new(), CancellationToken.None);
        Assert.InRange(result.ProvenDeviation, 0, 1e-5);
        AssertEqualInOnnxRuntime(File.ReadAllBytes(path), result);
    }

    private static StabilityTable Search(ReluNetwork network) =>
        StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network), null, new() { TimeLimit = TimeSpan.FromSeconds(20) }, CancellationToken.None);

    private static CompressionResult Compress(ReluNetwork network) =>
        LeoCompression.Compress(Search(network), new(), CancellationToken.None);

    /// <summary>Both files give the same outputs, up to float32 rounding, at random points, corners and sparse corners.</summary>
    private static void AssertEqualInOnnxRuntime(byte[] original, CompressionResult result)
    {
        using var before = new OnnxRuntimeOracle(original);
        using var after = new OnnxRuntimeOracle(OnnxWriter.Model(result.Compressed, WeightPrecision.Float32).ToByteArray());
        const int Points = 600;
        int size = result.Original.InputSize;
        var random = new Random(7);
        for (int i = 0; i < Points; i++)
        {
            double share = random.NextDouble();
            double[] point = [.. Enumerable.Range(0, size).Select(
                _ => i % 3 == 0 ? random.NextSingle() : random.NextDouble() < (i % 3 == 1 ? 0.5 : share * share) ? 1.0 : 0)];
            double[] expected = before.Run(point, 1, size), actual = after.Run(point, 1, size);
            double scale = Math.Max(1, expected.Max(Math.Abs));
            for (int o = 0; o < expected.Length; o++)
                Assert.InRange(actual[o] - expected[o], -1e-5 * scale, 1e-5 * scale);
        }
    }
}
