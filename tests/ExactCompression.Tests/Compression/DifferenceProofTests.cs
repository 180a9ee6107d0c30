using ExactCompression.Compression.Equivalence;
using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>Networks that compute the same function in another way, or nearly, without a known relation.</summary>
public class DifferenceProofTests
{
    [Fact]
    public void Compare_NeuronsInAnotherOrder_IsProvenEqualByTheirWeights()
    {
        var random = new Random(4);
        ReluNetwork network = Random(random, 5, 20, 15, 3);
        int[] first = Shuffled(random, 20), second = Shuffled(random, 15);
        AffineLayer Permuted(AffineLayer layer, int[] rows, int[] columns) => new(
            [.. rows.SelectMany(i => columns.Select(j => layer.Row(i)[j]))], [.. rows.Select(i => layer.Bias.Span[i])], rows.Length,
            columns.Length, layer.Activation);
        var other = new ReluNetwork(
            [Permuted(network.DenseLayers[0], first, [0, 1, 2, 3, 4]), Permuted(network.DenseLayers[1], second, first),
                Permuted(network.DenseLayers[2], [0, 1, 2], second)]);
        EquivalenceReport report = Compare(network, other);

        Assert.True(report.Equivalent);
        Assert.Equal((EquivalenceEvidence.MatchedNeurons, 0.0), (report.Evidence, report.ProvenDeviation));
    }

    [Fact]
    public void Compare_MaximumWrittenInTwoWays_IsProvenByTheNetworkOfTheDifference()
    {
        // max(x, y) + 1 = x + relu(y - x) + 1 = y + relu(x - y) + 1, the second with a copy that cancels again.
        var one = new ReluNetwork([Hidden([-1, 1, 0], [1, 0, 0]), Output([1, 1, 1])]);
        var other = new ReluNetwork([Hidden([1, -1, 0], [0, 1, 0], [2, -2, 0]), Hidden([1, 0, -0.25, 0], [0, 1, 0, 1]), Output([2, 1, 0])]);
        EquivalenceReport report = Compare(one, other);

        Assert.True(report.Equivalent);
        Assert.Equal(EquivalenceEvidence.DifferenceNetwork, report.Evidence);
        Assert.InRange(report.ProvenDeviation, report.ObservedDeviation, report.Tolerance);
    }

    [Fact]
    public void Compare_NetworkWithALinearMap_IsProvenWhateverTheSigns()
    {
        // relu(t) - relu(-t) = t over a box on both sides of 0; the map has no hidden layer.
        var network = new ReluNetwork([Hidden([1, -2, 0.5], [-1, 2, -0.5]), Output([3, -3, 1])]);
        var map = new ReluNetwork([Output([3, -6, 2.5])]);
        EquivalenceReport report = Compare(network, map, InputDomain.Uniform(-1, 2));

        Assert.True(report.Equivalent);
        Assert.InRange(report.ProvenDeviation, 0, report.Tolerance);
    }

    [Fact]
    public void Compare_ToleranceThatHalfTheDomainBreaks_IsRefutedOrProvenByIt()
    {
        var network = new ReluNetwork([Hidden([1, -1, 0], [1, 1, -1]), Output([1, 1, 0])]);
        var other = new ReluNetwork(
            [Hidden([1, -1, 0], [1, 1, -1], [1, 1, 0]), Output([1, 1.25, -0.0625, 0])]); // differs by relu(x + y - 1) / 4 - (x + y) / 16
        EquivalenceReport Of(double tolerance) =>
            NetworkEquivalence.Compare(network, other, null, null, new() { Points = 500, Tolerance = tolerance }, default);

        // Least at x + y = 1: -1/16; most at 2: 1/4 - 1/8.
        Assert.True(Of(0.12500001).Equivalent);
        EquivalenceReport refuted = Of(0.1249);
        Assert.False(refuted.Equivalent);
        Assert.Equal(EquivalenceEvidence.Counterexample, refuted.Evidence);
        Assert.True(ExactDifference.At(network, other, refuted.Counterexample!) > (Rational)0.1249);
    }

    [Fact]
    public void Compare_OutputsThatAreAllZero_HaveATolerance()
    {
        var network = new ReluNetwork([Hidden([1, 0.5], [1, 0.25]), Output([-1, -1, 0]).With(Activation.Relu)]);
        var other = new ReluNetwork([Hidden([1, 0.5], [1, 0.25]), Output([-1, -1.0000001f, 0]).With(Activation.Relu)]);
        EquivalenceReport report = Compare(network, other);

        Assert.True(report.Tolerance > 0);
        Assert.True(report.Equivalent);
    }

    [Fact]
    public void Compare_NothingProvenAndNothingSeen_SaysSo()
    {
        var random = new Random(9);
        ReluNetwork network = Random(random, 6, 24, 24, 2);
        var other = new ReluNetwork(
            network.DenseLayers.Select(
                l => new AffineLayer(
                    [.. l.Weights.ToArray().Select(w => (double)(float)(w * (1 + (1e-5 * random.NextDouble()))))], l.Bias.ToArray(),
                    l.Outputs, l.Inputs, l.Activation)));
        EquivalenceReport report = NetworkEquivalence.Compare(
            network, other, null, null, new() { Points = 200, Tolerance = 2e-4, ProofTimeLimit = TimeSpan.Zero }, default);

        Assert.Null(report.Equivalent);
        Assert.InRange(report.ProvenDeviation, report.Tolerance, 1e-2);
        Assert.Null(report.Counterexample);
    }

    [Fact]
    public void Compare_MaximalCompressionFromAFile_IsProvenAnew()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network), null, new() { TimeLimit = TimeSpan.FromSeconds(20) }, default);
        using var folder = new TemporaryFolder();
        NetworkFormats.Write(
            LeoCompression.Compress(table, new() { Level = CompressionLevel.Maximal }, default).Compressed, folder.File("small.onnx"));
        EquivalenceReport report = NetworkEquivalence.Compare(
            network, NetworkFormats.Read(folder.File("small.onnx")), null, null, new() { Points = 300 }, default);

        Assert.True(report.Equivalent);
        Assert.Equal(EquivalenceEvidence.ReplayedCompression, report.Evidence);
        Assert.InRange(report.ObservedDeviation, 0, report.ProvenDeviation);
    }

    [Fact]
    public void DifferenceNetwork_NetworksOfAnyDepths_IsTheirDifferenceLessTheTolerance()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            int inputs = random.Next(1, 4), outputs = random.Next(1, 3);
            ReluNetwork one = Random(random, [inputs, .. Widths(random), outputs]),
                other = Random(random, [inputs, .. Widths(random), outputs]);
            var domain = new InputDomain(
                [.. Enumerable.Range(0, inputs).Select(_ => -random.NextDouble())],
                [.. Enumerable.Range(0, inputs).Select(_ => random.NextDouble())]);
            double tolerance = random.NextDouble() / 10;
            ReluNetwork difference = DifferenceNetwork.WithSides(DifferenceNetwork.Of(one, other, domain), tolerance);
            AffineLayer last = difference.HiddenLayer(difference.Depth);
            double radius = last.BiasRadius.ToArray().Sum()
                + (1e-13 * (one.Depth == 0 || other.Depth == 0 ? 1 : 0)); // the radius of a shift propagates to later layers
            Rational[] point = [.. domain.Lower.ToArray().Zip(
                domain.Upper.ToArray(), (low, high) => (Rational)(low + ((high - low) * random.NextDouble())))];
            Rational[] f = new ExactNetwork(one).Evaluate(point), g = new ExactNetwork(other).Evaluate(point),
                z = new ExactNetwork(difference).PreActivations(point)[^2];
            for (int o = 0; o < outputs; o++)
            {
                Assert.True(ExactDifference.Abs(z[2 * o] - (f[o] - g[o] - (Rational)tolerance)) <= radius, $"seed {seed}");
                Assert.True(ExactDifference.Abs(z[(2 * o) + 1] - (g[o] - f[o] - (Rational)tolerance)) <= radius, $"seed {seed}");
            }
        }
    }

    private static int[] Widths(Random random) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(1, 5))];

    private static int[] Shuffled(Random random, int count)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        random.Shuffle(all);
        return all;
    }

    private static EquivalenceReport Compare(ReluNetwork one, ReluNetwork other, InputDomain? domain = null) =>
        NetworkEquivalence.Compare(one, other, domain, null, new() { Points = 500 }, default);

    private static ReluNetwork Random(Random random, params int[] widths) =>
        new(Enumerable.Range(1, widths.Length - 1).Select(l => new AffineLayer(
        [.. Enumerable.Range(0, widths[l] * widths[l - 1]).Select(_ => (double)(float)((2 * random.NextDouble()) - 1))],
        [.. Enumerable.Range(0, widths[l]).Select(_ => (double)(float)((2 * random.NextDouble()) - 1))],
        widths[l],
        widths[l - 1],
        l == widths.Length - 1 && random.Next(3) > 0 ? Activation.Identity : Activation.Relu)));
}
