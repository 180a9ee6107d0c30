using ExactCompression.Branching;
using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;
using static ExactCompression.Tests.Compression.Depth.SplitNetworks;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression.Depth;

/// <summary>Layers that re-express the one before go at the highest level, and the function stays.</summary>
public class RedundantDepthTests
{
    private static readonly CompressionOptions Maximal = new() { Level = CompressionLevel.Maximal };

    /// <summary>Networks split as the benchmarks of VNN-COMP 2025 are, in their first layer.</summary>
    [SkippableTheory]
    [InlineData("digits_48-32-24_l1-0.001_split0.3", "digits_48-32-24_l1-0.001")]
    [InlineData("digits_48-32-24_l1-0.001_split1", "digits_48-32-24_l1-0.001")]
    [InlineData("mnist_2x100_l1-0.0005_split0.5", "mnist_2x100_l1-0.0005")]
    public void Compress_SplitFile_ComesBackToTheOriginal(string split, string original)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared($"networks/relusplit/{split}.onnx"));
        ReluNetwork unsplit = NetworkFormats.Read(TestFiles.Shared($"networks/trained/{original}.onnx"));
        AssertComesBack(unsplit, Bounded(network), 1e-6);
    }

    /// <summary>Each layer of a trained network, with scales that are not powers of two, and with scales that differ.</summary>
    [Theory]
    [InlineData(1, Way.Split, WeightPrecision.Float32)]
    [InlineData(2, Way.Split, WeightPrecision.Float32)]
    [InlineData(3, Way.Split, WeightPrecision.Float32)]
    [InlineData(1, Way.SplitUnevenly, WeightPrecision.Float32)]
    [InlineData(2, Way.SplitUnevenly, WeightPrecision.Float32)]
    [InlineData(3, Way.SplitUnevenly, WeightPrecision.Float32)]
    [InlineData(2, Way.SplitUnevenly, WeightPrecision.Float64)]
    [InlineData(1, Way.Scaled, WeightPrecision.Float32)]
    [InlineData(2, Way.Scaled, WeightPrecision.Float32)]
    [InlineData(3, Way.Scaled, WeightPrecision.Float64)]
    [InlineData(1, Way.Shifted, WeightPrecision.Float32)]
    [InlineData(2, Way.Shifted, WeightPrecision.Float32)]
    [InlineData(2, Way.Twice, WeightPrecision.Float32)]
    public void Compress_TrainedNetworkWithALayerSplit_ComesBack(int layer, Way way, WeightPrecision precision)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        ReluNetwork least = LeoCompression.Compress(Bounded(network), Maximal, default).Compressed;
        foreach (double share in (double[])[1, 0.4])
        {
            var random = new Random(layer);
            ReluNetwork split = Split(
                network, layer, precision, _ => random.NextDouble() < share ? way : Way.Twice, () => 0.3 + (3 * random.NextDouble()),
                () => (2 * random.NextDouble()) - 1);
            ReluNetwork back = AssertComesBack(network, Bounded(split), precision == WeightPrecision.Float32 ? 1e-4 : 1e-12);
            Assert.True( // doubles are merged only where float64 would tell no difference
                back.NeuronCount <= least.NeuronCount || precision == WeightPrecision.Float64,
                $"{back.Architecture}, {least.Architecture}");
        }
    }

    /// <summary>Several layers of small networks, in every way; compared without rounding.</summary>
    [Theory]
    [InlineData(WeightPrecision.Float32)]
    [InlineData(WeightPrecision.Float64)]
    public void Compress_SmallNetworksSplit_ComeBack(WeightPrecision precision)
    {
        int larger = 0, gone = 0;
        for (int seed = 0; seed < 120; seed++)
        {
            var random = new Random(seed);
            int inputs = random.Next(1, 4);
            int[] widths = [inputs, random.Next(1, 6), random.Next(2, 6), random.Next(1, 4)];
            double[] Row(int columns) =>
                Stored(precision, [.. Enumerable.Range(0, columns + 1).Select(_ => (4 * random.NextDouble()) - 2)]);
            var network = new ReluNetwork(Enumerable.Range(1, 3).Select(
                l => Layer(precision, l == 3, [.. Enumerable.Range(0, widths[l]).Select(_ => Row(widths[l - 1]))])));
            ReluNetwork split = network;
            for (int times = random.Next(1, 3); times > 0; times--)
                split = Split(
                    split, random.Next(1, split.Depth + 1), precision, _ => (Way)random.Next(5), () => 0.3 + (3 * random.NextDouble()),
                    () => (2 * random.NextDouble()) - 1);
            CompressionResult result = LeoCompression.Compress(Bounded(split), Maximal, default);
            gone += split.Depth - result.Compressed.Depth;
            bool isLarger = result.Compressed.Depth > network.Depth || result.Compressed.NeuronCount > network.NeuronCount;
            larger += isLarger ? 1 : 0;
            for (int p = 0; p < 12; p++)
            {
                double[] point = [.. Enumerable.Range(0, inputs).Select(_ => p < 6 ? random.Next(2) : random.NextDouble())];
                Assert.True(ExactDifference.At(split, result.Compressed, point) <= result.ProvenDeviation, $"seed {seed}");
            }
        }

        Assert.True(gone >= 150, $"{gone} layers went");
        Assert.Equal(0, larger);
    }

    [Fact]
    public void Compress_IdentityLayers_Go()
    {
        double[][] identity = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]];
        var network = new ReluNetwork(
            [Hidden([1, -2, 0.5], [-1, 1, 0], [3, -1, -1]), Hidden(identity), Hidden(identity), Hidden([1, -1, 2, 0], [0, 1, -1, 0]),
                Hidden([1, 0, 0], [0, 1, 0]), Output([1, -1, 0])]);
        CompressionResult result = LeoCompression.Compress(StabilityTable.Undecided(network), Maximal, default);
        Assert.Equal(("2-3-2-1", 0.0), (result.Compressed.Architecture, result.ProvenDeviation));
        AssertSame(network, result.Compressed, 2);
    }

    /// <summary>Two affine layers in a row, the first as pairs of rectifiers that carry a number of any sign.</summary>
    [Fact]
    public void Compress_AffineLayersInARow_BecomeOne()
    {
        var network = new ReluNetwork(
            [Hidden([1, -2, 0.5], [-1, 2, -0.5], [3, 1, -1], [-3, -1, 1]), Output([1, -1, 2, -2, 0], [0.5, -0.5, -1, 1, 3])]);
        CompressionResult result = LeoCompression.Compress(StabilityTable.Undecided(network), Maximal, default);
        Assert.Equal(("2-2", 0.0), (result.Compressed.Architecture, result.ProvenDeviation));
        AssertSame(network, result.Compressed, 2);
    }

    /// <summary>A number of any sign that passes beside a neuron that must stay needs one neuron, not two.</summary>
    [Fact]
    public void Compress_PairBesideANeuronThatStays_BecomesOne()
    {
        var network = new ReluNetwork(
            [Hidden([1, -2, 0.5], [-1, 2, -0.5], [3, -1, -1]), Output([1, -1, 2, 0], [0.5, -0.5, -1, 3], [0, 0, 1, 0])]);
        CompressionResult result = LeoCompression.Compress(StabilityTable.Undecided(network), Maximal, default);
        Assert.Equal("2-2-3", result.Compressed.Architecture);
        AssertSame(network, result.Compressed, 2, result.ProvenDeviation);
    }

    /// <summary>Neurons of a second layer that are never off pass on what they read, beside some that repeat a rectifier.</summary>
    [Fact]
    public void Compress_ActiveNeuronsBesideRepeatedOnes_LetTheFirstLayerPass()
    {
        var network = new ReluNetwork(
            [Hidden([1, -2, 0.5], [-2, 1, 0.25], [3, -1, -1]),
                Hidden([1, 1, 0, 1], [2, 0, 1, 0.5], [0, 0, 1, -0.25], [0, 2, 0, 3], [1, 0, 0, -0.5]),
                Hidden([1, -1, 2, 1, -1, -2], [-1, 1, 0, -2, 1, 4]), Output([1, -1, 0])]);
        CompressionResult result = LeoCompression.Compress(Bounded(network), Maximal, default);
        Assert.Equal("2-5-2-1", result.Compressed.Architecture);
        AssertSame(network, result.Compressed, 2, result.ProvenDeviation);
    }

    /// <summary>What looks like a repetition and is none stays: two rectifiers added, one subtracted, a bias above 0 with a kink.</summary>
    [Fact]
    public void Compress_SecondLayersThatComputeMore_Stay()
    {
        double[][] rows = [[1, -1, 0, -0.25], [1, 0, 0, 0], [0, 0, 1, 0]];
        foreach (double[] row in (double[][])[[1, 1, 0, -0.5], [-1, 0, 0, 0.25], [1, -1, 0, -0.25]])
        {
            var network = new ReluNetwork(
                [Hidden([1, -2, 0.5], [-2, 1, 0.25], [3, -1, -1]), Hidden([row, .. rows[1..]]), Output([1, -1, 1, 0])]);
            CompressionResult result = LeoCompression.Compress(StabilityTable.Undecided(network), Maximal, default);
            Assert.Equal(2, result.Compressed.Depth);
            AssertSame(network, result.Compressed, 2);
        }
    }

    /// <summary>Twenty neurons in pairs that cancel.</summary>
    [SkippableFact]
    public void Compress_TwinLadder_IsAConstant()
    {
        ReluNetwork network = NetworkFormats.Read(
            TestFiles.Shared("networks/wild/nnet/twin_ladder-10_inp-2_layers-10_width-10_margin.nnet"));
        CompressionResult result = LeoCompression.Compress(
            StabilityTable.Undecided(network, network.StatedDomain), Maximal, default);
        Assert.Equal(("10-1", 0.0), (result.Compressed.Architecture, result.ProvenDeviation));
        Assert.Equal(0, result.Compressed.NonZeroConnectionCount);
        Assert.Equal(10, result.Compressed.DenseLayers[0].Bias.Span[0]);
    }

    /// <summary>A layer that nothing reads any more makes everything before it superfluous, and what comes after a constant.</summary>
    [Theory]
    [InlineData(1, "3-1")]
    [InlineData(9, "3-1-9")] // more weights than the layers have together, but for a neuron in between
    public void Compress_PairsThatCancelInALaterLayer_LeaveAConstant(int outputs, string expected)
    {
        double[][] last = [.. Enumerable.Range(0, outputs).Select(i => (double[])[i + 1, i])];
        var network = new ReluNetwork(
            [Hidden([1, -2, 1, 0.5], [-2, 1, 0, 0.25], [3, -1, -1, 0]), Hidden([1, -1, 1, 0], [2, -2, 2, 0]), Hidden([2, -1, 3]),
                Output(last)]);
        CompressionResult result = LeoCompression.Compress(StabilityTable.Undecided(network), Maximal, default);
        Assert.Equal((expected, 0.0), (result.Compressed.Architecture, result.ProvenDeviation));
        Assert.Contains(result.Steps, static s => s.Kind == CompressionStepKind.Collapse);
        AssertSame(network, result.Compressed, 3);
    }

    private static ReluNetwork AssertComesBack(ReluNetwork original, StabilityTable table, double most)
    {
        ReluNetwork network = table.Network;
        CompressionResult result = LeoCompression.Compress(table, Maximal, default);
        ReluNetwork compressed = result.Compressed;
        Assert.True(compressed.Depth <= original.Depth, $"{compressed.Architecture}\n{string.Join('\n', result.Steps)}");
        for (int layer = 1; layer <= compressed.Depth && compressed.Depth == original.Depth; layer++)
            Assert.True(compressed.WidthOf(layer) <= original.WidthOf(layer), compressed.Architecture);
        EquivalenceReport report = NetworkEquivalence.Compare(result, null, new() { Points = 2_000, Tolerance = 0 }, default);
        Assert.InRange(report.ObservedDeviation, 0, result.ProvenDeviation);
        Assert.InRange(result.ProvenDeviation, 0, most);
        bool isSeen = report.ObservedDeviation > 0 || result.ProvenDeviation > 1e-12; // in doubles it is less than evaluation errs by
        Assert.True(
            result.ProvenDeviation <= 100 * report.ObservedDeviation || !isSeen,
            $"proven {result.ProvenDeviation:R}, observed {report.ObservedDeviation:R}");
        Assert.True(network.Depth > compressed.Depth);
        return compressed;
    }

    private static void AssertSame(ReluNetwork before, ReluNetwork after, int inputs, double deviation = 0)
    {
        var random = new Random(1);
        for (int p = 0; p < 60; p++)
        {
            double[] point = [.. Enumerable.Range(0, inputs).Select(_ => p < 20 ? random.Next(5) / 4.0 : random.NextDouble())];
            Assert.True(ExactDifference.At(before, after, point) <= deviation);
        }
    }

    /// <summary>The verdicts that bounds alone prove.</summary>
    private static StabilityTable Bounded(ReluNetwork network)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network));
        using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
        BoundPropagation.Run(ledger, clock);
        ZeroTies.Decide(ledger, clock);
        return ledger.ToTable(default, [], null);
    }
}
