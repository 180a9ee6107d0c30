using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

public class NetworkEquivalenceTests
{
    private static readonly EquivalenceOptions Quick = new() { Points = 500 };

    [Fact]
    public void Compare_SameNetwork_IsEqualWithoutAnyDeviation()
    {
        ReluNetwork network = Random(3, 5, 7, 2);
        EquivalenceReport report = Compare(network, Random(3, 5, 7, 2));

        Assert.True(report.Equivalent);
        Assert.Equal(0, report.ProvenDeviation);
        Assert.Equal(0, report.ObservedDeviation);
        Assert.Null(report.Counterexample);
        Assert.True(report.PointsTried >= 500);
    }

    [Fact]
    public void Compare_WeightChanged_GivesACounterexample()
    {
        var network = new ReluNetwork([Hidden([1, 1, 0], [1, -1, 0]), Output([1, 1, 0])]);
        var other = new ReluNetwork([Hidden([1, 1, 0], [1, -1, 0]), Output([1, 1.25, 0])]);
        EquivalenceReport report = Compare(network, other);

        // The outputs differ by max(0, x - y) / 4: most at (1, 0).
        Assert.False(report.Equivalent);
        Assert.InRange(report.ObservedDeviation, 0.2499999, 0.25);
        Assert.Equal([1.0, 0], report.Counterexample!);
        Assert.InRange(report.ProvenDeviation, 0.25, 0.2501);
    }

    [Fact]
    public void Compare_NarrowSpike_IsFoundByAscent()
    {
        // f - g = max(0, x_1 + ... + x_8 - 7.5) - 0 is 0.5 in one corner, and 0 almost everywhere else.
        double[] ones = [.. Enumerable.Repeat(1.0, 8)];
        var spike = new ReluNetwork([Hidden([.. ones, -7.5], [.. ones, 0]), Output([1, 1, 0])]);
        var flat = new ReluNetwork([Hidden([.. ones, -7.5], [.. ones, 0]), Output([0, 1, 0])]);
        EquivalenceReport report = NetworkEquivalence.Compare(
            spike, flat, InputDomain.Uniform(0, 1), null, new() { Points = 0 }, CancellationToken.None);

        Assert.False(report.Equivalent);
        Assert.InRange(report.ObservedDeviation, 0.4999999, 0.5);
    }

    [Fact]
    public void Compare_TinyWeightChange_IsWithinTheProvenBoundAndEqual()
    {
        var network = new ReluNetwork([Hidden([1, 1, 0], [1, -1, 0]), Output([1, 1, 0])]);
        var other = new ReluNetwork([Hidden([1, 1, 0], [1, -1, 0]), Output([1, 1.0000001f, 0])]);
        EquivalenceReport report = Compare(network, other);

        double change = 1.0000001f - 1.0;
        Assert.True(report.Equivalent);
        Assert.InRange(report.ProvenDeviation, change, change * 1.001);
        Assert.InRange(report.ObservedDeviation, change * 0.9999, change);
    }

    [Fact]
    public void Compare_RoundedNetworks_ObservedIsBelowProven()
    {
        ReluNetwork network = Random(6, 20, 20, 3);
        var other = new ReluNetwork(
            network.DenseLayers.Select(
                static l => new AffineLayer(
                    [.. l.Weights.ToArray().Select(static w => (double)(Half)w)], l.Bias.ToArray(), l.Outputs, l.Inputs, l.Activation)));
        EquivalenceReport report = Compare(network, other);

        Assert.False(report.Equivalent);
        Assert.InRange(report.ObservedDeviation, 1e-5, report.ProvenDeviation);
        Assert.True(double.IsFinite(report.ProvenDeviation));
    }

    [Fact]
    public void Compare_NetworkWithItsCompression_IsProvenEqualWithoutTheTable()
    {
        var network = new ReluNetwork(
            [Hidden([4, 0.125, 0, 1], [0, 4, 0.3f, 2], [4, 4.125, 0.3f, 5], [1, 1, -1, -1], [-1, -1, -1, -1]),
                Output([1, 2, 3, 4, 5, 5], [1, 0, -1, 0, 7, 0])]);
        CompressionResult result = Nets.Compress(network, "aaaui");
        Assert.Equal("3-3-2", result.Compressed.Architecture);

        EquivalenceReport byTable = NetworkEquivalence.Compare(result, null, Quick, CancellationToken.None);
        EquivalenceReport alone = Compare(network, result.Compressed);
        EquivalenceReport turned = Compare(result.Compressed, network);
        EquivalenceReport withoutSearch = NetworkEquivalence.Compare(
            network, result.Compressed, null, null, Quick with { ProofTimeLimit = TimeSpan.Zero }, CancellationToken.None);

        Assert.True(byTable.Equivalent);
        Assert.Equal(result.ProvenDeviation, byTable.ProvenDeviation);
        Assert.True(alone.Equivalent);
        Assert.True(turned.Equivalent);
        Assert.Null(withoutSearch.Equivalent);
    }

    [Fact]
    public void Compare_DataOutsideTheDomain_IsClippedIntoIt()
    {
        var network = new ReluNetwork([Output([1, 0])]);
        var other = new ReluNetwork([Output([0, 0])]);
        var data = new InputData([7f, -7f], 2, 1);
        EquivalenceReport report = NetworkEquivalence.Compare(
            network, other, InputDomain.Uniform(0, 1), data, new() { Points = 0 }, CancellationToken.None);

        Assert.Equal([1.0], report.Counterexample!);
        Assert.InRange(report.ObservedDeviation, 0.999999, 1);
    }

    [Fact]
    public void Compare_ReluOutputs_AreComparedAfterTheRectifier()
    {
        var network = new ReluNetwork([Output([-1, -1]).With(Activation.Relu)]);
        var other = new ReluNetwork([Output([-3, -2]).With(Activation.Relu)]);
        EquivalenceReport report = Compare(network, other);

        Assert.True(report.Equivalent); // both are 0 on all of [0,1]
        Assert.Equal(0, report.ProvenDeviation);
    }

    [Fact]
    public void Compare_SameSeed_GivesTheSameReport()
    {
        ReluNetwork network = Random(6, 20, 20, 3), other = Random(6, 20, 20, 3, 1);
        EquivalenceReport first = Compare(network, other), second = Compare(network, other);

        Assert.Equal(first.ObservedDeviation, second.ObservedDeviation);
        Assert.Equal(first.Counterexample, second.Counterexample);
        Assert.Equal(first.PointsTried, second.PointsTried);
    }

    /// <summary>What counts as equal is a matter of the networks and the domain, not of how hard is looked for a difference.</summary>
    [Fact]
    public void Compare_DefaultTolerance_DoesNotDependOnPointsSeedOrData()
    {
        ReluNetwork network = Random(6, 20, 20, 3), other = Random(6, 20, 20, 3, 1);
        double Tolerance(InputData? data, EquivalenceOptions options) => NetworkEquivalence.Compare(
            network, other, InputDomain.Uniform(0, 1), data, options with { ProofTimeLimit = TimeSpan.Zero },
            CancellationToken.None).Tolerance;
        double usual = Tolerance(null, new());
        Assert.True(usual > 0);
        Assert.Equal(usual, Tolerance(null, new() { Points = 0 }));
        Assert.Equal(usual, Tolerance(null, new() { Points = 500, Seed = 7 }));
        Assert.Equal(usual, Tolerance(new([1f, 1, 1, 0, 0, 0], 1, 6), new()));
    }

    [Fact]
    public void Compare_DifferentOutputs_IsRefused()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Compare(Random(3, 4, 4, 2), Random(3, 4, 4, 3)));
        Assert.Equal("NetworksDoNotMatch", error.ErrorId);
    }

    [Fact]
    public void Compare_DomainOfAnotherSize_IsRefused()
    {
        ReluNetwork network = Random(3, 4, 4, 2);
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => NetworkEquivalence.Compare(network, network, new InputDomain([0], [1]), null, Quick, CancellationToken.None));
        Assert.Equal("DomainSizeMismatch", error.ErrorId);
    }

    [Fact]
    public void Compare_Cancelled_Throws()
    {
        ReluNetwork network = Random(3, 4, 4, 2);
        Assert.ThrowsAny<OperationCanceledException>(
            () => NetworkEquivalence.Compare(network, network, null, null, Quick, new CancellationToken(true)));
    }

    private static EquivalenceReport Compare(ReluNetwork reference, ReluNetwork difference) =>
        NetworkEquivalence.Compare(reference, difference, null, null, Quick, CancellationToken.None);

    private static ReluNetwork Random(int inputs, int first, int second, int outputs, int seed = 0)
    {
        var random = new Random(seed);
        double Weight() => (float)(random.NextDouble() - 0.5);
        double[][] Rows(int rows, int columns) =>
            [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns + 1).Select(_ => Weight()).ToArray())];
        return new([Hidden(Rows(first, inputs)), Hidden(Rows(second, first)), Output(Rows(outputs, second))]);
    }
}
