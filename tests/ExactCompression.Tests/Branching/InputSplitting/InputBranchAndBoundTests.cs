using CsCheck;
using ExactCompression.Branching.InputSplitting;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Branching.InputSplitting;

/// <summary>Input splitting alone, with nothing decided before, against exact enumeration.</summary>
public sealed class InputBranchAndBoundTests
{
    [Fact]
    public void Run_SmallNetworks_ProvesOnlyWhatEnumerationShows() =>
        RandomNetworks.Cases(mostInputs: 2, mostLayers: 3, mostWidth: 3).Where(c => c.Network.Depth > 0).ForAll(
            c =>
            {
                StabilityTable table = Split(c, 300);
                (Rational Min, Rational Max)[][] ranges = new ExactNetwork(c.Network).Ranges(c.Lower, c.Upper);
                foreach (NeuronStability neuron in table.Neurons)
                {
                    (Rational min, Rational max) = ranges[neuron.Layer - 1][neuron.Neuron];
                    Assert.True(neuron.State != NeuronState.StablyInactive || max.Sign <= 0, $"{neuron}: {min} to {max}");
                    Assert.True(neuron.State != NeuronState.StablyActive || min.Sign >= 0, $"{neuron}: {min} to {max}");
                    Assert.True(neuron.LowerBound <= 0 || min >= neuron.LowerBound, $"{neuron}");
                }
            },
            count: 300);

    [Fact]
    public void Run_NeuronThatOneBoundCannotSettle_ProvesItInSubdomains()
    {
        // relu(x) + relu(-x) - relu(x + 1) / 2 + 0.6 = |x| - x / 2 + 0.1 on [-1,1]: its minimum is 0.1 at 0, and no single line shows that.
        ReluNetwork network = new(
        [
            new([1, -1, 1], [0, 0, 1], 3, 1, Activation.Relu, WeightPrecision.Float64),
            new([1, 1, -0.5], [0.6], 1, 3, Activation.Relu, WeightPrecision.Float64),
            new([1], [0], 1, 1, Activation.Identity, WeightPrecision.Float64),
        ]);
        NeuronStability neuron = Split(new(network, [-1], [1]), 100).Neurons[3];
        Assert.Equal((NeuronState.StablyActive, "InputSplitting"), (neuron.State, neuron.Evidence));
    }

    [Fact]
    public void RunTo_InSteps_GivesTheSameAsOneCall()
    {
        ReluNetwork network = new(
        [
            new([1, -1, 1], [0, 0, 1], 3, 1, Activation.Relu, WeightPrecision.Float64),
            new([1, 1, -0.5], [0.501], 1, 3, Activation.Relu, WeightPrecision.Float64),
            new([1], [0], 1, 1, Activation.Identity, WeightPrecision.Float64),
        ]);
        RandomNetworks.Case c = new(network, [-1], [1]);
        StabilityTable once = Split(c, 100), steps = Split(c, 100, step: 1);
        Assert.Equal(NeuronState.StablyActive, steps.Neurons[3].State);
        Assert.Equal(once.Neurons.Select(static n => (n.State, n.LowerBound)), steps.Neurons.Select(static n => (n.State, n.LowerBound)));
        Assert.Equal(NeuronState.Undetermined, Split(c, 1).Neurons[3].State);
    }

    private static StabilityTable Split(RandomNetworks.Case c, int subdomains, int? step = null)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(c.Network, c.Domain));
        using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
        using var device = new SimdWitnessDevice();
        using var search = new WitnessSearch(ledger, null, device, new() { Threads = 1 }, clock, CornerPoints.None(ledger.Domain));
        for (int layer = 1; layer <= c.Network.Depth; layer++)
        {
            var splitting = new InputBranchAndBound(ledger, layer, [.. search.Open(layer)], search, clock);
            for (int most = step ?? subdomains; most <= subdomains; most += step ?? subdomains)
                splitting.RunTo(most);
        }

        return ledger.ToTable(clock.Elapsed, clock.Stages, null);
    }
}
