using CsCheck;
using ExactCompression.Analysis;
using ExactCompression.Branching;
using ExactCompression.Milp;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Branching;

/// <summary>
/// A neuron that is 0 on all of the domain counts as inactive, whatever method finds it, in whatever order, and however often it is
/// searched.
/// </summary>
public sealed class ZeroTieTests
{
    /// <summary>Deep chains of small integers: most neurons are 0 everywhere, or touch 0.</summary>
    private static readonly Gen<RandomNetworks.Case> Chains =
        from widths in Gen.Int[1, 3].Array[2, 7]
        from numbers in Gen.Int[-2, 2].Array[200]
        from biases in Gen.Frequency((3, Gen.Const(0)), (1, Gen.Int[-1, 1])).Array[40]
        from lower in Gen.Int[-2, 0]
        from width in Gen.Int[0, 3]
        select new RandomNetworks.Case(Chain(widths, numbers, biases), [lower], [lower + width]);

    public static TheoryData<string> Methods => ["Hybrid", "Isa", "Layer", "Neuron", "NeuronApproximate"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Find_DeepChains_NeverCallsAZeroActiveAndASecondSearchChangesNothing(string method) =>
        Chains.ForAll(c => Check(c, method, 1), count: method == "Hybrid" ? 150 : 15, threads: method == "Hybrid" ? 2 : 1);

    [Theory]
    [InlineData("Hybrid", 1, 150)]
    [InlineData("Hybrid", 2, 40)]
    [InlineData("Hybrid", 4, 40)]
    [InlineData("Isa", 1, 20)]
    public void Find_NetworksWithManyTies_NeverCallsAZeroActiveAndASecondSearchChangesNothing(string method, int threads, int count) =>
        RandomNetworks.Cases(mostInputs: 2, mostLayers: 3, mostWidth: 3).ForAll(c => Check(c, method, threads), count, threads: 1);

    [Fact]
    public void FindStable_ZeroAcrossAKink_IsInactiveByEnumeration()
    {
        // relu(t) + relu(-t) - relu(2t) / 2 - relu(-2t) / 2 for t = x + y: 0 everywhere, but no linear bound proves it.
        ReluNetwork network = new(
        [
            new([1, 1, -1, -1, 2, 2, -2, -2], [0, 0, 0, 0], 4, 2, Activation.Relu),
            new([1, 1, 0.5, 0.5, 1, 1, -0.5, -0.5], [0, 0], 2, 4, Activation.Relu), // the second is 0
            new([1, 1], [0], 1, 2, Activation.Identity),
        ]);
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, new([-1, -1.25], [1.5, 1])), null, new() { Threads = 1 }, default);
        Assert.Equal([NeuronState.StablyActive, NeuronState.StablyInactive], table.NeuronsOf(2).Select(static n => n.State));
    }

    [Fact]
    public void FindStable_PositiveBelowAllRounding_IsActive()
    {
        // x, and 1e-320 x: no error bound in double precision resolves the sign of the second.
        ReluNetwork network = new(
            [new([1, 1e-320], [0, 0], 2, 1, Activation.Relu, WeightPrecision.Float64), new([1, 1], [0], 1, 2, Activation.Identity)]);
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit), null, new() { Threads = 1 }, default);
        Assert.Equal([NeuronState.StablyActive, NeuronState.StablyActive], table.Neurons.Select(static n => n.State));
    }

    [Fact]
    public void FindStable_NoTime_CallsNoneActiveThatMayBeZero()
    {
        // Bounds alone prove that the second layer is never below 0: they do not show whether its first neuron is 0 everywhere, as its
        // second is.
        ReluNetwork network = new(
        [
            new([1, -1], [0, 0], 2, 1, Activation.Relu),
            new([1, 1, 0, 0], [0, 0], 2, 2, Activation.Relu),
            new([1, 1], [0], 1, 2, Activation.Identity),
        ]);
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, InputDomain.Uniform(-1, 1)));
        using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
        BoundPropagation.Run(ledger, clock);
        Assert.Equal([NeuronState.Undetermined, NeuronState.StablyInactive], Enumerable.Range(2, 2).Select(ledger.StateOf));
        ZeroTies.Show(ledger);
        Assert.Equal(NeuronState.StablyActive, ledger.StateOf(2));
    }

    private static void Check(RandomNetworks.Case c, string method, int threads)
    {
        (Rational Min, Rational Max)[][] ranges = new ExactNetwork(c.Network).Ranges(c.Lower, c.Upper);
        StabilityTable first = Find(StabilityTable.Undecided(c.Network, c.Domain), method, threads);
        RequireOneRule(first, ranges, method == "Hybrid", method);
        foreach (string next in (string[])[method, "Hybrid"])
        {
            StabilityTable second = Find(first, next, threads);
            RequireOneRule(second, ranges, next == "Hybrid", $"{method}, then {next}");
            for (int i = 0; i < first.Neurons.Count; i++)
            {
                if (first.Neurons[i].IsProven)
                    Assert.Equal(first.Neurons[i].State, second.Neurons[i].State);
            }
        }
    }

    private static void RequireOneRule(StabilityTable table, (Rational Min, Rational Max)[][] ranges, bool complete, string how)
    {
        foreach (NeuronStability neuron in table.Neurons)
        {
            (Rational min, Rational max) = ranges[neuron.Layer - 1][neuron.Neuron];
            bool zero = min.Sign == 0 && max.Sign == 0;
            string where = $"{how}: {neuron} {neuron.Evidence} [{neuron.LowerBound:R}, {neuron.UpperBound:R}] is {min} to {max}";
            Assert.False(neuron.State == NeuronState.StablyActive && max.Sign <= 0, where);
            if (complete && zero)
                Assert.True(neuron.State == NeuronState.StablyInactive, where);
        }
    }

    private static StabilityTable Find(StabilityTable table, string method, int threads)
    {
        var search = new SearchOptions { Threads = threads, Contradiction = static _ => { } };
        return method == "Hybrid"
            ? StabilityAnalysis.FindStable(table, null, search, default)
            : MilpAnalysis.Find(table, null, new() { Formulation = Enum.Parse<MilpFormulation>(method) }, search, default);
    }

    private static ReluNetwork Chain(int[] widths, int[] numbers, int[] biases)
    {
        var layers = new List<AffineLayer>();
        int at = 0, bias = 0;
        for (int l = 0; l <= widths.Length; l++)
        {
            int inputs = l == 0 ? 1 : widths[l - 1], outputs = l == widths.Length ? 1 : widths[l];
            layers.Add(new(
                [.. Enumerable.Range(0, inputs * outputs).Select(_ => (double)numbers[at++ % numbers.Length])],
                [.. Enumerable.Range(0, outputs).Select(_ => (double)biases[bias++ % biases.Length])],
                outputs,
                inputs,
                l == widths.Length ? Activation.Identity : Activation.Relu));
        }

        return new(layers);
    }
}
