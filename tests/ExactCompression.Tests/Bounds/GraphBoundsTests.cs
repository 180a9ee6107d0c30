using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>Bounds through graphs of every kind, against exact values at points of the box.</summary>
public sealed class GraphBoundsTests
{
    private static readonly ParallelOptions OneThread = new() { MaxDegreeOfParallelism = 1 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bounds_HardGraphs_HoldAtEveryPoint(bool linear)
    {
        int finite = 0;
        Parallel.For(0, 600, new() { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            int kind = seed % HardNumbers.Kinds;
            (ReluNetwork network, double[] lower, double[] upper) = RandomGraphs.Next(random, kind, random.Next(1, 8), side: 4);
            var ledger = new VerdictLedger(StabilityTable.Undecided(network, new(lower, upper)));
            using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
            BoundPropagation.Run(ledger, clock, linear);
            var exact = new ExactGraph(network.Lowered, random);
            for (int p = 0; p < 8; p++)
            {
                Rational[][] z = exact.PreActivations([.. lower.Zip(upper, (a, b) => (Rational)Point(a, b, random))]);
                for (int i = 0; i < ledger.Count; i++)
                {
                    (int layer, int element) = ledger.Place(i);
                    Rational value = z[network.Lowered.ValueOf(layer) - 1][element];
                    Interlocked.Add(ref finite, double.IsFinite(ledger.Lower[i]) ? 1 : 0);
                    Assert.True(
                        (!double.IsFinite(ledger.Lower[i]) || value >= ledger.Lower[i])
                            && (!double.IsFinite(ledger.Upper[i]) || value <= ledger.Upper[i]),
                        $"seed {seed}, kind {kind}, layer {layer}, element {element}: [{ledger.Lower[i]:R}, {ledger.Upper[i]:R}], {value}");
                }
            }
        });
        Assert.True(finite > 20_000, $"{finite}");
    }

    [Fact]
    public void Optimized_HardGraphsAnySlopesAndPhases_HoldAtEveryPoint()
    {
        int met = 0;
        Parallel.For(0, 300, new() { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            int kind = seed % HardNumbers.Kinds;
            (ReluNetwork network, double[] lower, double[] upper) = RandomGraphs.Next(random, kind, random.Next(2, 8), side: 4);
            LoweredGraph graph = network.Lowered;
            using RelaxedGraph below = Relax(network, new(lower, upper), graph.Rectifiers);
            LoweredLayer top = graph.Rectifier(graph.Rectifiers);
            var bounds = new AlphaBetaCrown(top, below);
            CrownSubproblem[] problems = [.. Enumerable.Range(0, 12).Select(
                i => Relaxed.Problem(random, random.Next(top.Width), i % 2 == 0, bounds.Rectifiers))];
            bounds.Optimize(problems, AdamSchedule.AfterSplit with { Steps = random.Next(0, 5) }, OneThread);
            var exact = new ExactGraph(graph, random);
            for (int p = 0; p < 8; p++)
            {
                Rational[][] z = exact.PreActivations([.. lower.Zip(upper, (a, b) => (Rational)Point(a, b, random))]);
                Rational[] all = [.. Enumerable.Range(1, graph.Rectifiers).SelectMany(number => z[graph.ValueOf(number) - 1])];
                foreach (CrownSubproblem problem in problems)
                {
                    if (!double.IsFinite(problem.Bound) || problem.Split.Where((s, k) => all[s].Sign * problem.Phases[k] < 0).Any())
                        continue;
                    Rational value = z[graph.ValueOf(graph.Rectifiers) - 1][problem.Neuron];
                    Interlocked.Increment(ref met);
                    Assert.True((problem.Above ? value : -value) <= problem.Bound, $"seed {seed}, kind {kind}: {problem.Bound:R}");
                }
            }
        });
        Assert.True(met > 5_000, $"{met}");
    }

    [Fact]
    public void Bounds_WithinWindows_AreThoseOfWholeRows()
    {
        int smaller = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            (ReluNetwork network, double[] lower, double[] upper) = RandomGraphs.Next(random, seed % 2, random.Next(2, 9), side: 9);
            LoweredGraph graph = network.Lowered, whole = WholeRows.Of(graph);
            var domain = new InputDomain(lower, upper);
            using RelaxedGraph below = Relax(network, domain, graph.Rectifiers);
            using var wholeBelow = new RelaxedGraph(domain, whole);
            foreach (LayerRelaxation layer in below.Layers)
                wholeBelow.Add(layer.Lower, layer.Upper);
            LoweredLayer top = graph.Rectifier(graph.Rectifiers);
            int[] neurons = [.. Enumerable.Range(0, top.Width)];
            CrownBounds crown = new(below), wholeCrown = new(wholeBelow);
            AlphaBetaCrown optimized = new(top, below), wholeOptimized = new(whole.Rectifier(graph.Rectifiers), wholeBelow);
            foreach (bool above in (bool[])[true, false])
            {
                double[] bounds = new double[top.Width], expected = new double[top.Width];
                crown.Bound(
                    top, neurons, above, bounds, (_, window, _) => smaller += window.IsWhole(graph.Input) ? 0 : 1, OneThread);
                wholeCrown.Bound(whole.Rectifier(graph.Rectifiers), neurons, above, expected, null, OneThread);
                AssertClose(expected, bounds, $"seed {seed}");
                CrownSubproblem[] problems = [.. neurons.Select(i => Relaxed.Problem(new(i), i, above, optimized.Rectifiers))],
                    others = [.. neurons.Select(i => Relaxed.Problem(new(i), i, above, optimized.Rectifiers))];
                optimized.Optimize(problems, AdamSchedule.AfterSplit with { Steps = 2 }, OneThread);
                wholeOptimized.Optimize(others, AdamSchedule.AfterSplit with { Steps = 2 }, OneThread);

                // An assumption on a rectifier that a neuron does not depend on is left out within windows.
                AssertClose(
                    [.. others.Select((p, i) => p.Split.Length > 0 ? problems[i].Bound : p.Bound)],
                    [.. problems.Select(static p => p.Bound)], $"seed {seed}, optimised");
            }
        }

        Assert.True(smaller > 1_000, $"{smaller}");
    }

    private static RelaxedGraph Relax(ReluNetwork network, InputDomain domain, int upTo)
    {
        var below = new RelaxedGraph(domain, network.Lowered);
        for (int number = 1; number <= upTo; number++)
        {
            LoweredLayer layer = below.AdvanceTo(number);
            double[] lower = new double[layer.Width], upper = new double[layer.Width];
            IntervalBounds.Propagate(layer, below.SourcesOf(layer), lower, upper);
            if (number < upTo)
                below.Add(lower, upper);
        }

        return below;
    }

    private static double Point(double a, double b, Random random) => random.Next(4) switch
    {
        0 => a,
        1 => b,
        _ => Math.Clamp(a + ((b - a) * random.NextDouble()), a, b),
    };

    private static void AssertClose(double[] expected, double[] actual, string what)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= 1e-9 * (1 + Math.Abs(expected[i])),
                $"{what}, {i}: {expected[i]:R}, {actual[i]:R}");
        }
    }

    /// <summary>A map that says of no output that it depends on some inputs alone.</summary>
    private sealed class WholeRows(ILinearMap map) : ILinearMap
    {
        public MapShape Input => map.Input;

        public MapShape Output => map.Output;

        public int FanIn => map.FanIn;

        public int FanOut => map.FanOut;

        public ILinearMap? Radius => map.Radius;

        public ILinearMap Absolute => map.Absolute;

        public static LoweredGraph Of(LoweredGraph graph) => new(
            graph.Input,
            [.. graph.Layers.Select(l => l with { Terms = [.. l.Terms.Select(t => new LinearTerm(t.Source, new WholeRows(t.Map)))] })],
            graph.Outputs);

        public void ReadRow(int output, SparseRow row) => map.ReadRow(output, row);

        public Window Below(Window above) => Window.Whole(Input);

        public ILinearKernel<T> Pack<T>()
            where T : unmanaged => map.Pack<T>();
    }
}
