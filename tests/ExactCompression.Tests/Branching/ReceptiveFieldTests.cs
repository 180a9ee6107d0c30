using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Branching;

/// <summary>What one element depends on, as a graph of its own, against the whole graph.</summary>
public sealed class ReceptiveFieldTests
{
    /// <summary>So many kinds of numbers do not cancel.</summary>
    private const int OrdinaryKinds = 2;

    private static readonly ParallelOptions OneThread = new() { MaxDegreeOfParallelism = 1 };

    /// <summary>
    /// A bound in the field holds at every point; and it is that in the whole graph, but for rounding, which counts where huge numbers
    /// cancel.
    /// </summary>
    [Fact]
    public void Bounds_InTheField_AreThoseInTheGraph()
    {
        int smaller = 0, met = 0;
        Parallel.For(0, 400, new() { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            int kind = seed % HardNumbers.Kinds;
            (ReluNetwork network, double[] lower, double[] upper) = RandomGraphs.Next(random, kind, random.Next(2, 9), side: 6);
            LoweredGraph graph = network.Lowered;
            (RelaxedGraph below, LoweredLayer top, VerdictLedger ledger) = Relaxed.BelowLast(network, lower, upper);
            using RelaxedGraph disposed = below;
            var whole = new AlphaBetaCrown(top, below);
            var exact = new ExactGraph(graph, random);
            Rational[][] points = [.. Enumerable.Range(0, 6).Select(
                _ => lower.Zip(upper, (a, b) => (Rational)(a + ((b - a) * random.NextDouble()))).ToArray())];
            Rational[][] values = [.. points.Select(p => exact.PreActivations(p)[graph.ValueOf(graph.Rectifiers) - 1])];
            for (int element = 0; element < top.Width; element += 1 + (top.Width / 4))
            {
                using ReceptiveField field = ReceptiveField.Of(top, element, below, long.MaxValue)!;
                bool above = random.Next(2) == 0;
                CrownSubproblem inGraph = CrownSubproblem.Root(element, above, whole.PlainSlopes()),
                    inField = CrownSubproblem.Root(0, above, field.Bounds.PlainSlopes());
                whole.Optimize([inGraph], AdamSchedule.AfterSplit with { Steps = 0 }, OneThread);
                field.Bounds.Optimize([inField], AdamSchedule.AfterSplit with { Steps = 0 }, OneThread);
                string place = $"seed {seed}, kind {kind}, element {element}";
                if (kind < OrdinaryKinds)
                    AssertClose(inGraph.Bound, inField.Bound, Range(ledger, graph, element), place);
                if (!double.IsFinite(inField.Bound))
                    continue;
                foreach (Rational[] z in values)
                {
                    Interlocked.Increment(ref met);
                    Assert.True((above ? z[element] : -z[element]) <= inField.Bound, place);
                }

                Interlocked.Add(ref smaller, field.Bounds.Rectifiers < whole.Rectifiers ? 1 : 0);
                Assert.Equal(lower.Length, field.Widen(inField.Corner.Length > 0 ? inField.Corner : new float[lower.Length]).Length);
            }
        });
        Assert.True(smaller > 200 && met > 2_000, $"{smaller} fields are smaller, {met} values met");
    }

    /// <summary>
    /// Rectifiers that are off, and what only they take, are no part of the field; a term that takes nothing else is left out.
    /// </summary>
    [Fact]
    public void Of_RectifiersThatAreOff_AreLeftOut()
    {
        var first = new AffineLayer([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, -5, 0], 3, 3, Activation.Relu);
        var second = new AffineLayer([1, 1, 0], [-0.5], 1, 3, Activation.Relu);
        using RelaxedGraph below = Relaxed.Chain(InputDomain.Uniform(-1, 1).For(3), first, second);
        below.Add([-1, -6, -1], [1, -4, 1]);
        using ReceptiveField field = ReceptiveField.Of(below.Above(second), 0, below, 10)!;
        Assert.Equal((1, 1, 2L), (field.Bounds.Rectifiers, field.Network.Graph.Input.Count, field.Weights));
        Assert.Equal([0.25f, 0, 0], field.Widen([0.25f]));
        Assert.Null(ReceptiveField.Of(below.Above(second), 0, below, 1));

        using RelaxedGraph off = Relaxed.Chain(InputDomain.Uniform(-1, 1).For(3), first, second);
        off.Add([-3, -6, -3], [-1, -4, -1]);
        using ReceptiveField constant = ReceptiveField.Of(off.Above(second), 0, off, 10)!;
        CrownSubproblem problem = CrownSubproblem.Root(0, true, constant.Bounds.PlainSlopes());
        constant.Bounds.Evaluate([problem], OneThread);
        Assert.Equal(-0.5, problem.Bound, 9);
    }

    private static double Range(VerdictLedger ledger, LoweredGraph graph, int element)
    {
        int index = ledger.Offsets[graph.Rectifiers - 1] + element;
        return Math.Max(Math.Abs(ledger.Lower[index]), Math.Abs(ledger.Upper[index]));
    }

    private static void AssertClose(double expected, double actual, double range, string place) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-5 * (1 + Math.Abs(expected) + range), $"{place}: {expected:R} {actual:R}");
}
