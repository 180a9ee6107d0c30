using CsCheck;
using ExactCompression.Analysis;
using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Branching;

/// <summary>Bounds of all layers over a part of the domain, trees of such parts, and ranges tightened by trees.</summary>
public sealed class RetighteningTests
{
    private static readonly ParallelOptions OneThread = new() { MaxDegreeOfParallelism = 1 };

    /// <summary>
    /// A part is that of the phases of some rectifiers at a point of the box: its bounds hold at that point and at every other one with
    /// these phases, and most of them are tighter than those over the box; a part without a point may be found empty, no other.
    /// </summary>
    [Fact]
    public void Tighten_PhasesOfAPoint_GiveBoundsThatHoldInThePart()
    {
        int tighter = 0, met = 0;
        Parallel.For(0, 300, new() { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            (ReluNetwork network, double[] lower, double[] upper) =
                RandomGraphs.Next(random, seed % HardNumbers.Kinds, random.Next(3, 9), side: 5);
            (RelaxedGraph below, LoweredLayer _, VerdictLedger _) = Relaxed.BelowLast(network, lower, upper);
            using RelaxedGraph disposed = below;
            if (below.Layers.Count == 0)
                return;
            var exact = new ExactGraph(network.Lowered, random);
            Rational[][][] values = [.. Enumerable.Range(0, 8).Select(_ => exact.PreActivations(
                [.. lower.Zip(upper, (a, b) => (Rational)(a + ((b - a) * random.NextDouble())))]))];
            var bounds = new PartBounds(below);
            DomainPart whole = bounds.Whole(), part = whole;
            (int Layer, int Element)[] units = [.. UnitsOf(below)];
            for (int k = random.Next(1, 5); k > 0 && units.Length > 0; k--)
            {
                int unit = random.Next(units.Length);
                (int layer, int element) = units[unit];
                if (below.Layers[layer].Layer.IsRectifier)
                    part = part.With(unit, values[0][layer][element].Sign >= 0 ? (sbyte)1 : (sbyte)-1);
            }

            using RelaxedGraph? tight = bounds.Tighten(part, OneThread);
            Assert.NotNull(tight); // the point is in it
            foreach (Rational[][] z in values.Where(v => IsIn(part, units, v)))
            {
                Interlocked.Increment(ref met);
                for (int u = 0; u < units.Length; u++)
                {
                    if (below.Layers[units[u].Layer].Layer.IsRectifier)
                    {
                        Assert.True(Holds(part.Lower[u], z[units[u].Layer][units[u].Element], part.Upper[u]), $"seed {seed}, unit {u}");
                    }
                }
            }

            for (int u = 0; u < units.Length; u++)
            {
                if (!part.Rectifiers.Contains(u) && part.Upper[u] - part.Lower[u] < whole.Upper[u] - whole.Lower[u])
                    Interlocked.Increment(ref tighter);
            }
        });
        Assert.True(tighter > 150 && met > 1_500, $"{tighter} ranges are tighter, {met} points met");
    }

    /// <summary>
    /// A neuron whose exact maximum is barely below 0 is proven, and one whose exact maximum is barely above never is, when plain trees may
    /// bound so few sub-problems that the domain has to be cut.
    /// </summary>
    [Fact]
    public void Continue_MaximumCloseToZero_DecidesIt() =>
        Gen.Select(RandomNetworks.Cases(mostInputs: 2, mostLayers: 3, mostWidth: 5).Where(IsOrdinary), Gen.Bool)
            .ForAll(static t => CheckTree(t.Item1, t.Item2), count: 150);

    /// <summary>The ranges that trees tighten still hold every value, and some are much shorter.</summary>
    [Fact]
    public void RangeTightening_AnyNetwork_KeepsEveryValue()
    {
        int shorter = 0;
        Gen.Select(RandomNetworks.Cases(mostInputs: 2, mostLayers: 4, mostWidth: 6), Gen.Int[0, 1]).ForAll(
            t => Interlocked.Add(ref shorter, CheckRanges(t.Item1)), count: 800);
        Assert.True(shorter > 20, $"{shorter} ranges are shorter");
    }

    /// <summary>A search grows its trees with a budget that closes what bounds of the whole domain leave open.</summary>
    [Fact]
    public void OfParts_ProvableNeuron_DecidesIt()
    {
        AffineLayer[] layers = TriangleInequalityLayers(margin: 0.01);
        var network = new ReluNetwork(layers);
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, new([-1, -1], [1, 1])));
        using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
        Dictionary<SignTarget, BoxCorner> hints = BoundPropagation.Run(ledger, clock);
        using var device = new SimdWitnessDevice();
        using var search = new WitnessSearch(ledger, null, device, new() { Threads = 1 }, clock, new(ledger.Domain, hints), 0);
        using var below = new RelaxedGraph(ledger.Domain, ledger.Graph);
        below.AdvanceTo(1);
        below.Add(ledger.LowerOf(1), ledger.UpperOf(1));
        LoweredLayer top = below.AdvanceTo(2);
        var target = new SignTarget(6, Above: false);
        Assert.True(search.IsOpen(target));

        TreeGrowth.OfParts(null, ledger, 2, [RetighteningTree.Of(new(new(top, below), target, 0))!], search, clock);
        Assert.False(search.IsOpen(target));
        Assert.True(ledger.Lower[6] >= 0);
    }

    /// <summary>Parts in progress when a search is cancelled are worked on again.</summary>
    [Fact]
    public void Continue_AfterCancellation_ProvesOnlyWhatIsTrue()
    {
        (RelaxedGraph below, LoweredLayer top) = TriangleInequality(margin: -0.01);
        using RelaxedGraph disposed = below;
        var tree = RetighteningTree.Of(new(new(top, below), new(6, Above: false), 0), budget: 2)!;
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(
            () => tree.Continue(1_000, null, new() { MaxDegreeOfParallelism = 1, CancellationToken = source.Token }));
        Assert.False(tree.IsProven);
        tree.Continue(100_000, null, OneThread);
        Assert.False(tree.IsProven);

        (RelaxedGraph other, LoweredLayer same) = TriangleInequality(margin: 0.01);
        using RelaxedGraph too = other;
        var provable = RetighteningTree.Of(new(new(same, other), new(6, Above: false), 0), budget: 2)!;
        provable.Continue(100_000, null, OneThread);
        Assert.True(provable.IsProven && provable.Open == 0 && provable.Bound == 0);
    }

    private static (RelaxedGraph Below, LoweredLayer Top) TriangleInequality(double margin)
    {
        AffineLayer[] layers = TriangleInequalityLayers(margin);
        RelaxedGraph below = Relaxed.Chain(new([-1, -1], [1, 1]), layers);
        below.Add([-1, -1, -1, -1, -2, -2], [1, 1, 1, 1, 2, 2]);
        return (below, below.Above(layers[1]));
    }

    private static AffineLayer[] TriangleInequalityLayers(double margin) => [
        new([1, 0, -1, 0, 0, 1, 0, -1, 1, 1, -1, -1], new double[6], 6, 2, Activation.Relu),
        new([1, 1, 1, 1, -1, -1], [margin], 1, 6, Activation.Relu, WeightPrecision.Float64), new([1], [0], 1, 1, Activation.Identity)];

    private static void CheckTree(RandomNetworks.Case c, bool isBelow)
    {
        if (NearZeroNetworks.Of(c, isBelow) is not var (layers, last))
            return;
        (RelaxedGraph below, LoweredLayer top, VerdictLedger ledger) = Relaxed.BelowLast(Hidden(layers, last), c.Lower, c.Upper);
        using RelaxedGraph disposed = below;
        var plain = new ReluBranchAndBound(new(top, below), new(ledger.Offsets[last - 1], true), 0);
        var tree = RetighteningTree.Of(plain, budget: 2)!;
        tree.Continue(50_000, null, OneThread);
        Assert.Equal(isBelow, tree.IsProven);
    }

    private static int CheckRanges(RandomNetworks.Case c)
    {
        int last = c.Network.Depth;
        if (last < 3 || ExactRanges.Of(c.Network, c.Lower, c.Upper) is not { } ranges)
            return 0;
        var ledger = new VerdictLedger(StabilityTable.Undecided(c.Network, c.Domain));
        using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
        Dictionary<SignTarget, BoxCorner> hints = BoundPropagation.Run(ledger, clock);
        using var device = new SimdWitnessDevice();
        using var search = new WitnessSearch(ledger, null, device, new() { Threads = 1 }, clock, new(ledger.Domain, hints), 0);
        using var below = new RelaxedGraph(ledger.Domain, ledger.Graph);
        int shorter = 0;
        for (int number = 1; number < last; number++)
        {
            LoweredLayer layer = below.AdvanceTo(number);
            double[] before = [.. ledger.UpperOf(number).ToArray().Zip(ledger.LowerOf(number).ToArray(), static (u, l) => u - l)];
            if (number > 1 && ledger.DeepestOpen() > number)
                RangeTightening.Run(ledger, number, layer, below, search, null, clock);
            for (int i = 0; i < layer.Width; i++)
            {
                double low = ledger.LowerOf(number)[i], high = ledger.UpperOf(number)[i];
                Assert.True(Holds(low, ranges[number - 1][i].Min.Value, high) && Holds(low, ranges[number - 1][i].Max.Value, high));
                shorter += high - low < 0.9 * before[i] ? 1 : 0;
            }

            below.Add(ledger.LowerOf(number), ledger.UpperOf(number));
        }

        return shorter;
    }

    /// <summary>The layers up to one with rectifiers, and an output that reads them.</summary>
    private static ReluNetwork Hidden(AffineLayer[] layers, int last) =>
        new([.. layers[..last], Sum(layers[last - 1].Outputs)]);

    private static AffineLayer Sum(int inputs) => new([.. Enumerable.Repeat(1.0, inputs)], [0], 1, inputs, Activation.Identity);

    private static IEnumerable<(int Layer, int Element)> UnitsOf(RelaxedGraph below) =>
        Enumerable.Range(0, below.Layers.Count).Where(l => !below.Layers[l].Layer.IsLinear).SelectMany(
            l => Enumerable.Range(0, below.Layers[l].Layer.Width).Select(i => (l, i)));

    private static bool Holds(double lower, Rational value, double upper) =>
        (double.IsNegativeInfinity(lower) || !(value < lower)) && (double.IsPositiveInfinity(upper) || !(value > upper));

    private static bool IsIn(DomainPart part, (int Layer, int Element)[] units, Rational[][] z)
    {
        for (int k = 0; k < part.Rectifiers.Length; k++)
        {
            (int layer, int element) = units[part.Rectifiers[k]];
            if (z[layer][element].Sign * part.Phases[k] < 0)
                return false;
        }

        return true;
    }

    private static bool IsOrdinary(RandomNetworks.Case c) => c.Network.DenseLayers.All(
        static l => l.Weights.ToArray().Concat(l.Bias.ToArray()).All(static w => w == 0 || Math.Abs(w) is > 1e-3 and < 1e3));
}
