using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>Bounds of pre-activations behind Sigmoid and Tanh, against many points.</summary>
public sealed class SmoothBoundsTests
{
    private static readonly double[] Tenth = [0.1];

    private static readonly ParallelOptions OneThread = new() { MaxDegreeOfParallelism = 1 };

    [Fact]
    public void Propagation_GraphsOfAllKinds_HoldsAtEveryPoint()
    {
        double intervals = 0, lines = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = Next(random, seed);
            VerdictLedger plain = Bounded(network, linear: false), bounded = Bounded(network, linear: true);
            foreach (double[] point in SmoothGraphs.Points(network.InputSize, random))
            {
                double[][] values = SmoothGraphs.Values(network.Graph!, point);
                for (int i = 0; i < bounded.Count; i++)
                {
                    (int layer, int neuron) = bounded.Place(i);
                    double z = SmoothGraphs.PreActivations(network.Graph!, values, layer)[neuron];
                    Assert.InRange(z, bounded.Lower[i] - 1e-10, bounded.Upper[i] + 1e-10);
                    Assert.InRange(z, plain.Lower[i] - 1e-10, plain.Upper[i] + 1e-10);
                }
            }

            intervals += plain.Upper.Zip(plain.Lower, static (u, l) => u - l).Sum();
            lines += bounded.Upper.Zip(bounded.Lower, static (u, l) => u - l).Sum();
        }

        Assert.InRange(lines, 0, 0.8 * intervals);
    }

    [Fact]
    public void Optimized_AnySlopesAndPhases_HoldAtEveryPoint()
    {
        int met = 0, better = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = Next(random, seed);
            VerdictLedger ledger = Bounded(network, linear: true);
            using var below = new RelaxedGraph(ledger.Domain, ledger.Graph);
            for (int number = 1; number < ledger.Graph.Rectifiers; number++)
            {
                CrownBounds.Advance(below, number, OneThread);
                below.Add(ledger.LowerOf(number), ledger.UpperOf(number));
            }

            LoweredLayer top = CrownBounds.Advance(below, ledger.Graph.Rectifiers, OneThread);
            var bounds = new AlphaBetaCrown(top, below);
            float[] plain = bounds.PlainSlopes();
            int first = ledger.Offsets[^2];
            foreach (int i in Enumerable.Range(0, top.Width))
            {
                foreach (bool above in (bool[])[true, false])
                {
                    CrownSubproblem root = CrownSubproblem.Root(i, above, plain),
                        free = CrownSubproblem.Root(i, above, [.. plain.Select(_ => random.NextSingle())]);
                    bounds.Optimize([root, free], AdamSchedule.FromPlainSlopes with { Steps = 10 }, OneThread);
                    better += root.Bound < (above ? ledger.Upper[first + i] : -ledger.Lower[first + i]) - 1e-6 ? 1 : 0;
                    CrownSubproblem[] halves = [.. root.Loosest.Take(1).SelectMany(n => new[] { root.With(n, 1), root.With(n, -1) })];
                    bounds.Optimize(halves, AdamSchedule.AfterSplit with { Steps = 5 }, OneThread);

                    // One of the halves holds at every point.
                    double split = halves.Length == 0 ? double.PositiveInfinity : halves.Max(static h => h.Bound);
                    foreach (double[] point in SmoothGraphs.Points(network.InputSize, random).Take(300))
                    {
                        double[][] values = SmoothGraphs.Values(network.Graph!, point);
                        double z = SmoothGraphs.PreActivations(network.Graph!, values, top.Layer)[i] * (above ? 1 : -1);
                        Assert.InRange(z, double.NegativeInfinity, Math.Min(Math.Min(root.Bound, free.Bound), split) + 1e-10);
                        met++;
                    }
                }
            }
        }

        Assert.InRange(met, 10_000, int.MaxValue);
        Assert.InRange(better, 20, int.MaxValue);
    }

    /// <summary>Where a line is level, nothing of the pre-activation may count, nor may its charges be lost where it is not.</summary>
    [Fact]
    public void Crown_PointBehindATangent_IsHeldClosely()
    {
        MapShape one = MapShape.Vector(1);
        foreach (double x in (double[])[-800, -30, -1, -1e-9, 0, 1e-300, 0.3, 2, 25, 1e6])
        {
            foreach (LayerUnit unit in (LayerUnit[])[LayerUnit.Logistic, LayerUnit.Tanh])
            {
                LoweredLayer smooth = new("s", one, [new(0, new DiagonalMap(one, 0.7))], new double[1], default, unit, 0),
                    top = new("r", one, [new(1, new DiagonalMap(one, -3))], Tenth, default, LayerUnit.Rectifier, 1);
                using var below = new RelaxedGraph(new([x], [x]), new(one, [smooth, top], null));
                CrownBounds.Advance(below, 1, OneThread);
                double[] upper = new double[1], lower = new double[1];
                var crown = new CrownBounds(below);
                crown.Bound(top, [0], above: true, upper, null, OneThread);
                crown.Bound(top, [0], above: false, lower, null, OneThread);
                Rational value = (Rational)0.1 - (3 * PreciseSmooth.Value(unit == LayerUnit.Tanh, (Rational)0.7 * x));
                Assert.True((Rational)lower[0] <= value + PreciseSmooth.Error && (Rational)upper[0] >= value - PreciseSmooth.Error, $"{x}");
                Assert.InRange(upper[0] - lower[0], 0, Math.Abs(x) > 100 ? 7 : 1e-12);
            }
        }
    }

    private static ReluNetwork Next(Random random, int seed) => seed % 4 == 3
        ? SmoothGraphs.Image(random, 3 + (seed % 3))
        : SmoothGraphs.Dense(random, 1 + (seed % 4), seed % 5 == 0 ? 30 : 4);

    private static VerdictLedger Bounded(ReluNetwork network, bool linear)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, InputDomain.Unit.For(network.InputSize)));
        using var clock = new SearchClock(ledger, new(), CancellationToken.None);
        BoundPropagation.Run(ledger, clock, linear);
        return ledger;
    }
}
