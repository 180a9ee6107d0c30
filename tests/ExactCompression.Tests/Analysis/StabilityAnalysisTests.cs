using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Analysis;

public sealed class StabilityAnalysisTests
{
    [Fact]
    public void FindStable_ToyNetwork_DecidesEachNeuronAsByHand()
    {
        // Over [0,1]^2: z1 = x + y + 1 in [1,3], z2 = -x - y in [-2,0], z3 = x - y in [-1,1]; then a1 - 3 in [-2,0] and a1 + a3 >= 1.
        ReluNetwork network = Network(
            ([1, 1, -1, -1, 1, -1], [1, 0, 0], 3, 2),
            ([1, 0, 0, 1, 0, 1, 0, 0, -1], [-3, 0, 0.5], 3, 3),
            ([1, 1, 1], [0], 1, 3));
        StabilityTable table = Decide(network, 0, 1);
        Assert.Equal(
            [NeuronState.StablyActive, NeuronState.StablyInactive, NeuronState.Unstable, NeuronState.StablyInactive,
                NeuronState.StablyActive, NeuronState.Unstable],
            table.Neurons.Select(n => n.State));
        Assert.Equal((2, 2, 2, 0), (table.StablyActive, table.StablyInactive, table.Unstable, table.Undetermined));
        Assert.All(
            table.Neurons.Where(n => n.State == NeuronState.Unstable),
            n => Assert.True(n.PositiveWitness is not null && n.NegativeWitness is not null));
    }

    [Fact]
    public void FindStable_NeuronThatIsZeroEverywhere_CountsAsInactive()
    {
        ReluNetwork network = Network(([0, 0, 1, 1], [0, 0], 2, 2), ([0, 0], [0], 1, 2), ([1], [0], 1, 1));
        Assert.Equal(
            [NeuronState.StablyInactive, NeuronState.StablyActive, NeuronState.StablyInactive],
            Decide(network, 0, 1).Neurons.Select(n => n.State));
    }

    [Fact]
    public void FindStable_TieThatOnlyRoundingKeepsOpen_IsDecided()
    {
        // 0.1 x + 0.2 y - (0.1 + 0.2 in exact terms is not a double): scaled so that the exact maximum over [0,3]^2 is 0.
        ReluNetwork network = Network(([0.75, 0.25], [-3], 1, 2), ([2], [0], 1, 1), ([1], [0], 1, 1));
        Assert.Equal(NeuronState.StablyInactive, Decide(network, 0, 3).Neurons[0].State);

        // The second layer computes relu(2x) - relu(x) - relu(x) = 0 on [0,1] through rectifiers that are stably active: exactly 0, so
        // inactive.
        ReluNetwork cancelling = Network(([2, 1, 1], [0, 0, 0], 3, 1), ([1.1, -1.1, -1.1], [0], 1, 3), ([1], [0], 1, 1));
        Assert.Equal(NeuronState.StablyInactive, Decide(cancelling, 0, 1).Neurons[3].State);
    }

    [Fact]
    public void FindStable_HugeCancellingWeights_IsDecidedCorrectly()
    {
        // In doubles 1e17 + x - 1e17 is 0 for every x in [-1,1]; in real numbers it is x.
        ReluNetwork network = Network(([1, 1, 0], [1e17, 0, 1e17], 3, 1), ([1, 0, -1], [0], 1, 3), ([1], [0], 1, 1));
        NeuronState state = Decide(network, -1, 1).Neurons[3].State;
        Assert.True(state is NeuronState.Unstable or NeuronState.Undetermined, state.ToString());
    }

    [Fact]
    public void FindStable_Overflow_ProvesNothing()
    {
        ReluNetwork network = Network(
            ([1e200, -1e200], [0, 0], 2, 1), ([1e200, -1e200, 1e200, 1e200], [0, 0], 2, 2), ([1e200, 1e200], [-1], 1, 2), ([1], [0], 1, 1));
        NeuronState[] deep = [.. Decide(network, -1, 1).NeuronsOf(3).Select(n => n.State)];
        Assert.DoesNotContain(NeuronState.StablyInactive, deep);
        Assert.DoesNotContain(NeuronState.StablyActive, deep);
    }

    [Fact]
    public void FindStable_WeightsWithRadius_WidensEveryProof()
    {
        // x + 1 over [0,1] is active by far, but a radius of 2 on the bias leaves it open; a radius of 0.5 does not.
        ReluNetwork WithRadius(double radius) => new(
        [
            new([1], [1], 1, 1, Activation.Relu, WeightPrecision.Float64, null, [radius]),
            new([1], [0.25], 1, 1, Activation.Relu, WeightPrecision.Float64),
            new([1], [0], 1, 1, Activation.Identity),
        ]);
        Assert.Equal(NeuronState.Undetermined, Decide(WithRadius(2), 0, 1).Neurons[0].State);
        Assert.Equal(NeuronState.StablyActive, Decide(WithRadius(0.5), 0, 1).Neurons[0].State);
        Assert.True(Decide(WithRadius(0.5), 0, 1).Neurons[1].UpperBound >= 2.75);
    }

    [Fact]
    public void FindStable_NoHiddenLayer_GivesAnEmptyTable()
    {
        StabilityTable table = Decide(Network(([1, 2], [0], 1, 2)), 0, 1);
        Assert.Empty(table.Neurons);
        Assert.Empty(table.Layers);
    }

    [Fact]
    public void FindStable_PointDomain_DecidesEverything()
    {
        ReluNetwork network = Network(([1, -1, 1, 1], [0.5, -0.25], 2, 2), ([1, -2], [-0.75], 1, 2), ([1], [0], 1, 1));
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, new([0.5, 0.25], [0.5, 0.25])), null, new(), default);
        Assert.Equal([NeuronState.StablyActive, NeuronState.StablyActive, NeuronState.StablyInactive], table.Neurons.Select(n => n.State));
    }

    [Fact]
    public void FindStable_AnyNumberOfThreads_GivesTheSameTable()
    {
        ReluNetwork network = RandomDense(7, 12, 40, 30, 20, 3);
        StabilityTable one = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network), null, new() { Threads = 1, Seed = 3 }, default);
        StabilityTable four = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network), null, new() { Threads = 4, Seed = 3 }, default);
        Assert.Equal(
            one.Neurons.Select(n => (n.State, n.LowerBound, n.UpperBound)),
            four.Neurons.Select(n => (n.State, n.LowerBound, n.UpperBound)));
        Assert.Equal(one.Neurons.Select(n => n.PositiveWitness), four.Neurons.Select(n => n.PositiveWitness));
    }

    [Fact]
    public void FindUnstable_ThenFindStable_AgreesWithFindStableAlone()
    {
        ReluNetwork network = RandomDense(11, 10, 30, 20, 2);
        using var device = new SimdWitnessDevice();
        StabilityTable first = StabilityAnalysis.FindUnstable(StabilityTable.Undecided(network), null, device, new(), default);
        Assert.True(first.Unstable > 0);
        Assert.Equal("CPU (SIMD)", first.Device);
        StabilityTable both = StabilityAnalysis.FindStable(first, null, new(), default);
        StabilityTable alone = StabilityAnalysis.FindStable(StabilityTable.Undecided(network), null, new(), default);
        Assert.Equal(alone.Neurons.Select(n => n.State), both.Neurons.Select(n => n.State));
        Assert.Equal(["Interval", "Crown", "Sampling", "Attack"], first.Stages.Take(4).Select(s => s.Name));
        Assert.Equal(first.Stages, both.Stages.Take(first.Stages.Count));
        Assert.All(first.Neurons, n => Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), (n.LowerBound, n.UpperBound)));
        Assert.Equal(alone.Unstable, first.Unstable);
        Assert.Equal(first.Unstable, first.Stages.Sum(s => s.Decided));
    }

    [Fact]
    public void FindStable_NoTime_ReturnsWhatIsKnownAndClaimsNothing()
    {
        ReluNetwork network = RandomDense(5, 10, 50, 50, 2);
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network), null, new() { TimeLimit = TimeSpan.Zero }, default);
        Assert.Equal(table.Neurons.Count, table.Undetermined);
    }

    [Fact]
    public void FindStable_Cancelled_ReturnsWhatIsKnown()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        ReluNetwork network = RandomDense(5, 10, 50, 50, 2);
        Assert.Equal(100, StabilityAnalysis.FindStable(StabilityTable.Undecided(network), null, new(), source.Token).Undetermined);
    }

    [Fact]
    public void FindStable_DataOfAnotherWidth_IsRefused()
    {
        var data = new InputData([1, 2, 3], 1, 3);
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => StabilityAnalysis.FindStable(StabilityTable.Undecided(RandomDense(5, 2, 3, 1)), data, new(), default));
        Assert.Equal("DataWidthMismatch", error.ErrorId);
    }

    [Fact]
    public void FindStable_ImportedVerdictThatIsWrong_IsReportedAsContradiction()
    {
        // A table that states "stably active" with impossible bounds, as an import of another network's table would.
        ReluNetwork network = Network(([1], [1], 1, 1), ([1], [0], 1, 1));
        var table = new StabilityTable(
            network, InputDomain.Unit,
            [new() { Layer = 1, Neuron = 0, State = NeuronState.StablyInactive, UpperBound = -1, Evidence = "Imported" }]);
        Assert.Equal(
            "ContradictingEvidence",
            Assert.Throws<InvalidInputException>(() => StabilityAnalysis.FindStable(table, null, new(), default)).ErrorId);
    }

    private static StabilityTable Decide(ReluNetwork network, double lower, double upper) =>
        StabilityAnalysis.FindStable(StabilityTable.Undecided(network, InputDomain.Uniform(lower, upper)), null, new(), default);

    private static ReluNetwork Network(params (double[] Weights, double[] Bias, int Outputs, int Inputs)[] layers) =>
        new(layers.Select(
            (l, i) => new AffineLayer(
                l.Weights, l.Bias, l.Outputs, l.Inputs, i == layers.Length - 1 ? Activation.Identity : Activation.Relu,
                WeightPrecision.Float64)));

    private static ReluNetwork RandomDense(int seed, params int[] widths)
    {
        var random = new Random(seed);
        return Network([.. Enumerable.Range(1, widths.Length - 1).Select(l => (
            Enumerable.Range(0, widths[l] * widths[l - 1]).Select(
                _ => (double)(float)((random.NextDouble() - 0.5) * 2 / Math.Sqrt(widths[l - 1]))).ToArray(),
            Enumerable.Range(0, widths[l]).Select(_ => (double)(float)(random.NextDouble() - 0.5)).ToArray(),
            widths[l],
            widths[l - 1]))]);
    }
}
