using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// Trained networks at each level: sizes in order, the same class for every row of data, and never a larger difference than proven.
/// </summary>
public class MaximalRealNetworkTests
{
    [Fact]
    public void Compress_DigitsNetwork_ShrinksWithEachLevelAndClassifiesEveryRowAlike()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        InputData data = InputDataFiles.Read(TestFiles.Example("digits.csv.gz"), new() { LabelColumn = "Last", Scale = 1.0 / 16 });
        CompressionResult[] results = Levels(network);

        Assert.True(results[2].Compressed.NeuronCount <= 68 && results[1].Compressed.NeuronCount <= 71);
        Assert.All(results, r => AssertEqual(r, data));
    }

    [SkippableFact]
    public void Compress_TwoLayersOf400_ShrinksWithEachLevelAndClassifiesEveryRowAlike()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared("networks/trained/mnist_2x400_l1-0.001.onnx"));
        InputData data = InputDataFiles.Read(TestFiles.Shared("datasets/mnist/t10k-images-idx3-ubyte.gz"));
        CompressionResult[] results = Levels(network);
        ReluNetwork leo = results[1].Compressed, maximal = results[2].Compressed;

        Assert.True(leo.WidthOf(1) <= 124 && leo.WidthOf(2) <= 216, leo.Architecture);
        Assert.True(
            maximal.ConnectionCount < leo.ConnectionCount && maximal.NonZeroConnectionCount <= leo.NonZeroConnectionCount,
            maximal.Architecture);
        Assert.InRange(results[2].ProvenDeviation, 1e-12, 1e-6);
        Assert.All(results, r => AssertEqual(r, data));
    }

    [SkippableFact]
    public void Compress_PublishedCifarNetworkAlreadyCompressed_GivesLeoNothingButOutputRankMuch()
    {
        ReluNetwork network = NetworkFormats.Read(
            TestFiles.Shared("networks/reference/cifar10_400-400_l1-0.000175/pruned_checkpoint_120.tar"));
        CompressionResult[] results = Levels(network);

        Assert.Equal("3072-116-248-10", results[1].Compressed.Architecture);
        Assert.Empty(results[1].Steps);
        Assert.Equal("3072-116-142-10", results[2].Compressed.Architecture); // 132 unstable, and 10 that replace 116 active ones
        Assert.InRange(results[2].ProvenDeviation, 1e-12, 1e-6);
        AssertEqual(results[2], null);
    }

    private static CompressionResult[] Levels(ReluNetwork network)
    {
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network), null, new() { TimeLimit = TimeSpan.FromSeconds(20) }, default);
        CompressionResult[] results = [.. Enum.GetValues<CompressionLevel>().Select(
            level => LeoCompression.Compress(table, new() { Level = level }, default))];
        Assert.Equal(0, results[0].ProvenDeviation);
        return results;
    }

    private static void AssertEqual(CompressionResult result, InputData? data)
    {
        EquivalenceReport report = NetworkEquivalence.Compare(result, data, new() { Points = 1_000, Tolerance = 0 }, default);
        Assert.InRange(report.ObservedDeviation, 0, result.ProvenDeviation);
        if (data is null)
            return;
        using NetworkEvaluator<float> before = new(result.Original), after = new(result.Compressed);
        int outputs = result.Original.OutputSize;
        for (int row = 0; row < data.Rows; row += 500)
        {
            int count = Math.Min(500, data.Rows - row);
            ReadOnlySpan<float> inputs = data.Values.Span.Slice(row * data.Columns, count * data.Columns);
            float[] expected = before.Evaluate(inputs, count), actual = after.Evaluate(inputs, count);
            for (int i = 0; i < count; i++)
                Assert.Equal(Largest(expected.AsSpan(i * outputs, outputs)), Largest(actual.AsSpan(i * outputs, outputs)));
        }
    }

    private static int Largest(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
            best = values[i] > values[best] ? i : best;
        return best;
    }
}
