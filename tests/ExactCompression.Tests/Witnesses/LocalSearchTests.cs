using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Witnesses;

/// <summary>Local search for neurons that have one sign only in a tiny part of the box.</summary>
public sealed class LocalSearchTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 7)]
    public void Run_NeuronAboveZeroOnlyAroundAVertexOfKinks_FindsIt(int threads, int seed)
    {
        // z = 0.001 - |x - 0.3| - 2 |y + 0.2| - |x + y + w|: above 0 in less than a billionth of the box.
        ReluNetwork network = new(
        [
            new([1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 1, 1, 1, -1, -1, -1], [-0.3, 0.3, 0.2, -0.2, 0, 0], 6, 3, Activation.Relu,
                WeightPrecision.Float64),
            new([-1, -1, -2, -2, -1, -1], [0.001], 1, 6, Activation.Relu, WeightPrecision.Float64),
            new([1], [0], 1, 1, Activation.Identity),
        ]);
        NeuronStability neuron = Search(network, threads, seed).Neurons[6];
        Assert.NotNull(neuron.PositiveWitness);
        Assert.True(network.Evaluate(neuron.PositiveWitness)[0] > 0);
    }

    [Fact]
    public void Run_NeuronAboveZeroByLessThanFloat32Resolves_FindsIt()
    {
        // z = relu(x + 10000) - relu(x + 9999.9999) - 0.00005 - |y - 0.3| is above 0 by 0.00005 at y = 0.3; in float32 the first two are
        // equal.
        ReluNetwork network = new(
        [
            new([1, 0, 1, 0, 0, 1, 0, -1], [10_000, 9_999.9999, -0.3, 0.3], 4, 2, Activation.Relu, WeightPrecision.Float64),
            new([1, -1, -1, -1], [-0.00005], 1, 4, Activation.Relu, WeightPrecision.Float64),
            new([1], [0], 1, 1, Activation.Identity),
        ]);
        NeuronStability neuron = Search(network, threads: 1, seed: 0).Neurons[4];
        Assert.NotNull(neuron.PositiveWitness);
        Assert.True(network.Evaluate(neuron.PositiveWitness)[0] > 0);
    }

    private static StabilityTable Search(ReluNetwork network, int threads, int seed)
    {
        var options = new SearchOptions { Threads = threads, Seed = seed };
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, InputDomain.Uniform(-1, 1)));
        using var clock = new SearchClock(ledger, options, default);
        using var device = new SimdWitnessDevice();
        using var search = new WitnessSearch(ledger, null, device, options, clock, CornerPoints.None(ledger.Domain));
        LocalSearch.Run(ledger, search, clock, walkers: 128, seed);
        return ledger.ToTable(clock.Elapsed, [], null);
    }
}
