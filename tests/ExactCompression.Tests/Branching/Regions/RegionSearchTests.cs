using CsCheck;
using ExactCompression.Branching.Regions;
using ExactCompression.Tests.Campaigns;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Branching;

/// <summary>Linear regions alone decide every neuron, as exact ranges say: no bound and no sample has been there before.</summary>
public sealed class RegionSearchTests
{
    [Fact]
    public void Run_RandomNetworks_DecidesByExactRanges()
    {
        int neurons = 0, undetermined = 0;
        RandomNetworks.Cases(mostInputs: 3, mostLayers: 3, mostWidth: 4).ForAll(
            c =>
            {
                StabilityTable table = Check(c.Network, c.Lower, c.Upper, ExactRanges.Of(c.Network, c.Lower, c.Upper));
                Interlocked.Add(ref neurons, table.Neurons.Count);
                Interlocked.Add(ref undetermined, table.Undetermined);
            },
            count: 400);
        Assert.True(neurons > 1000 && undetermined * 100 <= neurons, $"{undetermined} of {neurons} are undetermined");
    }

    [Fact]
    public void Run_NetworksOfMoreInputs_DecidesByExactRanges() =>
        RandomNetworks.Cases(mostInputs: 6, mostLayers: 2, mostWidth: 3).ForAll(
            static c => Check(c.Network, c.Lower, c.Upper, ExactRanges.Of(c.Network, c.Lower, c.Upper)), count: 100);

    [Fact]
    public void Run_HardNetworks_DecidesByExactRanges()
    {
        int checkedCases = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            HardCase c = HardCases.Make(new(seed));
            if (ExactRanges.Of(c.Network, c.Lower, c.Upper, 2_000) is not { } ranges)
                continue;
            Check(c.Network, c.Lower, c.Upper, ranges);
            checkedCases++;
        }

        Assert.InRange(checkedCases, 100, 200);
    }

    /// <summary>The smallest of five affine functions minus it by another order: lines meet in common points, and all is a tie.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_Lattice_DecidesByExactRanges(int inputs)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            ReluNetwork network = Lattice(new(seed), inputs, 5);
            double[] lower = [.. Enumerable.Repeat(-2.0, inputs)], upper = [.. Enumerable.Repeat(2.0, inputs)];
            Check(network, lower, upper, ExactRanges.Of(network, lower, upper));
        }
    }

    [Theory]
    [InlineData(0, 0)] // a point
    [InlineData(0, 1)]
    [InlineData(1e8, 1)] // far from 0: nearly all is lost in rounding
    [InlineData(-1e-9, 1e-9)]
    public void Run_TiesOnBoxesOfAllSizes_DecidesByExactRanges(double from, double width)
    {
        // relu(t) + relu(-t) - relu(2t) / 2 - relu(-2t) / 2 for t = x - y, and halves of it.
        ReluNetwork network = new(
        [
            new([1, -1, -1, 1, 2, -2, -2, 2], [0, 0, 0, 0], 4, 2, Activation.Relu),
            new([1, 1, -0.5, -0.5, 1, 0, -0.5, 0, -1, 1, 0.5, -0.5], [0, 0, 0], 3, 4, Activation.Relu),
            new([1, 1, 1], [0], 1, 3, Activation.Identity),
        ]);
        double[] lower = [from, from], upper = [from + width, from + width];
        StabilityTable table = Check(network, lower, upper, ExactRanges.Of(network, lower, upper));
        Assert.All(table.NeuronsOf(2), static n => Assert.Equal(NeuronState.StablyInactive, n.State));
    }

    /// <summary>A polygon with a hundred sides: facets need more than a word of bits.</summary>
    [Fact]
    public void Run_PolygonOfManySides_DecidesTheNeuronThatIsZeroInside()
    {
        const int Sides = 100;
        double[] rows = new double[2 * Sides], biases = new double[Sides];
        for (int i = 0; i < Sides; i++)
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * i / Sides);
            (rows[2 * i], rows[(2 * i) + 1], biases[i]) = (cosine, sine, -1);
        }

        ReluNetwork network = new(
        [
            new(rows, biases, Sides, 2, Activation.Relu, WeightPrecision.Float64),
            new([.. Enumerable.Repeat(-1.0, Sides), .. Enumerable.Repeat(1.0, Sides)], [0, 0], 2, Sides, Activation.Relu),
            new([1, 1], [0], 1, 2, Activation.Identity),
        ]);
        StabilityTable table = Run(network, InputDomain.Uniform(-1.05, 1.05), 2, out RegionSearch search);
        Assert.True(search.IsDone);
        Assert.Equal([NeuronState.StablyInactive, NeuronState.StablyActive], table.NeuronsOf(2).Select(static n => n.State));
        Assert.All(table.NeuronsOf(1), static n => Assert.Equal(NeuronState.Unstable, n.State));
    }

    [Fact]
    public void Run_AnyNumberOfThreadsAndPauses_FindsTheSame()
    {
        ReluNetwork network = Lattice(new(7), 2, 7);
        InputDomain domain = InputDomain.Uniform(-3, 3);
        StabilityTable one = Run(network, domain, 1, out RegionSearch first), two = Run(network, domain, 2, out RegionSearch second);
        Assert.Equal(first.Effort, second.Effort);
        Assert.Equal(one.Neurons.Select(Describe), two.Neurons.Select(Describe));

        var ledger = new VerdictLedger(StabilityTable.Undecided(network, domain));
        using var clock = new SearchClock(ledger, new() { Threads = 2 }, default);
        RegionSearch paused = RegionSearch.Open(ledger, ledger.DeepestOpen(), clock)!;
        for (long most = 1; !paused.IsDone; most = paused.Effort + 1)
            paused.RunTo(most);
        Assert.Equal(first.Effort, paused.Effort);
        Assert.Equal(one.Neurons.Select(Describe), ledger.ToTable(default, [], null).Neurons.Select(Describe));
    }

    [Fact]
    public void Run_Cancelled_Throws()
    {
        ReluNetwork network = Lattice(new(7), 2, 7);
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, InputDomain.Uniform(-3, 3)));
        using var source = new CancellationTokenSource();
        using var clock = new SearchClock(ledger, new() { Threads = 2 }, source.Token);
        RegionSearch search = RegionSearch.Open(ledger, ledger.DeepestOpen(), clock)!;
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => search.RunTo(long.MaxValue));
    }

    [Fact]
    public void Estimate_Lattices_IsAboutTheWork()
    {
        double estimated = 0, done = 0;
        for (int seed = 0; seed < 10; seed++)
        {
            var ledger = new VerdictLedger(StabilityTable.Undecided(Lattice(new(seed), 2, 5), InputDomain.Uniform(-2, 2)));
            using var clock = new SearchClock(ledger, new() { Threads = 2 }, default);
            RegionSearch search = RegionSearch.Open(ledger, ledger.DeepestOpen(), clock)!;
            estimated += search.Estimate(long.MaxValue, double.PositiveInfinity);
            Assert.Equal(double.PositiveInfinity, search.Estimate(1, double.PositiveInfinity));
            Assert.InRange(search.Estimate(long.MaxValue, 1), 16, double.MaxValue); // rough
            Assert.Equal(0, search.Effort);
            search.RunTo(long.MaxValue);
            done += search.Effort;
        }

        Assert.InRange(estimated / done, 0.5, 2);
    }

    [Fact]
    public void Open_WhatHasNoExactRegions_IsNull()
    {
        AffineLayer exact = new([1], [0], 1, 1, Activation.Relu), output = new([1], [0], 1, 1, Activation.Identity);
        AffineLayer rough = new([1], [0], 1, 1, Activation.Relu, WeightPrecision.Float64, [1e-9]);
        AffineLayer wide = new([.. Enumerable.Repeat(1.0, 7)], [-1], 1, 7, Activation.Relu);
        Assert.NotNull(Open(new([exact, output]), InputDomain.Uniform(-1, 1)));
        Assert.Null(Open(new([rough, output]), InputDomain.Uniform(-1, 1)));
        Assert.Null(Open(new([wide, output]), InputDomain.Uniform(-1, 1)));
        Assert.NotNull(Open(new([wide, output]), new([-1, -1, -1, -1, -1, -1, 0.5], [1, 1, 1, 1, 1, 1, 0.5]))); // one is a point
    }

    /// <summary>Branches, poolings and units of all kinds: no point contradicts a verdict, and everything is decided.</summary>
    [Fact]
    public void Run_RandomGraphs_HoldsAtEveryPoint()
    {
        int searched = 0, decided = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            (ReluNetwork network, double[] lower, double[] upper) = RandomGraphs.Next(random, random.Next(3), random.Next(1, 6), 2);
            var domain = new InputDomain(lower, upper);
            if (network.NeuronCount == 0 || Open(network, domain) is null)
                continue;
            StabilityTable table = Run(network, domain, 2, out RegionSearch search);
            Assert.True(search.IsDone);
            searched++;
            decided += table.Neurons.Count(static n => n.State != NeuronState.Undetermined) * 100 / table.Neurons.Count;
            RequirePoints(network, domain, table, random, $"seed {seed}");
        }

        Assert.InRange(searched, 60, 300);
        Assert.InRange(decided / searched, 95, 100);
    }

    private static void RequirePoints(ReluNetwork network, InputDomain domain, StabilityTable table, Random random, string what)
    {
        var oracle = new ExactGraph(network.Lowered, random);
        var ledger = new VerdictLedger(table);
        for (int p = 0; p < 20; p++)
        {
            double[] point = [.. domain.Lower.ToArray().Zip(domain.Upper.ToArray(), (low, high) => random.Next(4) switch
            {
                0 => low,
                1 => high,
                _ => Math.Clamp(low + ((high - low) * random.NextDouble()), low, high),
            })];
            Rational[][] z = oracle.PreActivations([.. point.Select(static x => (Rational)x)]);
            for (int i = 0; i < ledger.Count; i++)
            {
                (int layer, int neuron) = ledger.Place(i);
                int sign = z[network.Lowered.ValueOf(layer) - 1][neuron].Sign;
                NeuronState state = ledger.StateOf(i);
                Assert.False(state == NeuronState.StablyInactive && sign > 0, $"{what}, {layer}:{neuron}");
                Assert.False(state == NeuronState.StablyActive && sign < 0, $"{what}, {layer}:{neuron}");
            }
        }
    }

    private static StabilityTable Check(ReluNetwork network, double[] lower, double[] upper, ExactRanges.Range[][]? ranges)
    {
        StabilityTable table = StabilityTable.Undecided(network, new(lower, upper));
        if (ranges is null || network.Depth == 0)
            return table;
        table = Run(network, new(lower, upper), 2, out RegionSearch search);
        Assert.True(search.IsDone);
        var oracle = new ExactNetwork(network);
        foreach (NeuronStability neuron in table.Neurons)
        {
            (Rational min, Rational max) = (ranges[neuron.Layer - 1][neuron.Neuron].Min.Value,
                ranges[neuron.Layer - 1][neuron.Neuron].Max.Value);
            string where = $"{neuron} {neuron.Evidence} is {min} to {max}";
            NeuronState expected = max.Sign <= 0 ? NeuronState.StablyInactive
                : min.Sign >= 0 ? NeuronState.StablyActive : NeuronState.Unstable;

            // There may be no double between two signs, and then no witness.
            Assert.True(
                neuron.State == expected || (neuron.State == NeuronState.Undetermined && expected == NeuronState.Unstable), where);
            RequireWitness(oracle, neuron, neuron.PositiveWitness, 1);
            RequireWitness(oracle, neuron, neuron.NegativeWitness, -1);
        }

        return table;
    }

    private static void RequireWitness(ExactNetwork oracle, NeuronStability neuron, double[]? witness, int sign)
    {
        if (witness is not null)
            Assert.Equal(sign, oracle.PreActivations([.. witness.Select(static x => (Rational)x)])[neuron.Layer - 1][neuron.Neuron].Sign);
    }

    private static StabilityTable Run(ReluNetwork network, InputDomain domain, int threads, out RegionSearch search)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, domain));
        using var clock = new SearchClock(ledger, new() { Threads = threads }, default);
        search = RegionSearch.Open(ledger, ledger.DeepestOpen(), clock)!;
        search.RunTo(long.MaxValue);
        return ledger.ToTable(default, [], null);
    }

    private static RegionSearch? Open(ReluNetwork network, InputDomain domain)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, domain));
        using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
        return RegionSearch.Open(ledger, ledger.DeepestOpen(), clock);
    }

    private static string Describe(NeuronStability neuron) =>
        $"{neuron} {neuron.Evidence} {string.Join(' ', neuron.PositiveWitness ?? [])} {string.Join(' ', neuron.NegativeWitness ?? [])}";

    /// <summary>
    /// Affine functions <c>f_1, f_2, ...</c>; then <c>min(f_1, f_2, ...)</c> from the front and from the back, as
    /// <c>min(a, b) = a - relu(a - b)</c>; the last layer has the difference, with both signs.
    /// </summary>
    private static ReluNetwork Lattice(Random random, int inputs, int functions)
    {
        double[] rows = [.. Enumerable.Range(0, inputs * functions).Select(_ => random.Next(-3, 4) / 2.0)];
        double[] biases = [.. Enumerable.Range(0, functions).Select(_ => random.Next(-3, 4) / 4.0)];
        var layers = new List<AffineLayer>();

        // Layer 1 keeps each function as relu(f + 100) - 100; later layers keep the two minima so far and the functions that are left.
        layers.Add(new(rows, [.. biases.Select(static b => b + 100)], functions, inputs, Activation.Relu));
        int[] order = [.. Enumerable.Range(0, functions)], back = [.. order.Reverse()];
        double[][] values = [.. order.Select(f => Unit(functions, f))];
        (double[] front, double[] rear) = (values[order[0]], values[back[0]]);
        for (int k = 1; k < functions; k++)
        {
            double[] a = Minus(front, values[order[k]]), b = Minus(rear, values[back[k]]);
            double[][] all = [a, b, front, rear, .. values];
            layers.Add(new([.. all.SelectMany(static r => r)], new double[all.Length], all.Length, a.Length, Activation.Relu));
            values = [.. order.Select(f => Unit(all.Length, 4 + f))];
            (front, rear) = (Minus(Unit(all.Length, 2), Unit(all.Length, 0)), Minus(Unit(all.Length, 3), Unit(all.Length, 1)));
        }

        double[] difference = Minus(front, rear), opposite = Minus(rear, front);
        layers.Add(new([.. difference, .. opposite], [0, 0], 2, front.Length, Activation.Relu));
        layers.Add(new([1, 1], [0], 1, 2, Activation.Identity));
        return new(layers);
    }

    private static double[] Unit(int length, int at) => [.. Enumerable.Range(0, length).Select(k => k == at ? 1.0 : 0.0)];

    private static double[] Minus(double[] a, double[] b) => [.. a.Zip(b, static (x, y) => x - y)];
}
