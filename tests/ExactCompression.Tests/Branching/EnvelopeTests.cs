using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Formats;
using ExactCompression.Milp;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Branching;

/// <summary>Functions above rectifiers over what these take, against exact values.</summary>
public sealed class EnvelopeTests
{
    private static readonly ParallelOptions OneThread = new() { MaxDegreeOfParallelism = 1 };

    /// <summary>Any shares, those of the linear program or others, any slopes and phases: bounds hold at every point.</summary>
    [Fact]
    public void Bounds_AnySharesSlopesAndPhases_HoldAtEveryPoint()
    {
        int met = 0, functions = 0;
        Parallel.For(0, 500, new() { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            int kind = seed % HardNumbers.Kinds;
            (ReluNetwork network, double[] lower, double[] upper) = RandomGraphs.Next(random, kind, random.Next(2, 8), side: 4);
            (RelaxedGraph below, LoweredLayer top, _) = Relaxed.BelowLast(network, lower, upper);
            using RelaxedGraph disposed = below;
            int element = random.Next(top.Width);
            using ReceptiveField field = ReceptiveField.Of(top, element, below, long.MaxValue)!;
            foreach (LayerRelaxation layer in field.Network.Layers.Where(static l => l.Layer.IsRectifier))
            {
                int inputs = layer.Layer.Terms.Sum(static t => t.Map.Input.Count);
                layer.Envelope = LayerEnvelope.Of(layer.Layer, layer.Sources, [.. Enumerable.Range(0, layer.Layer.Width).Select(
                    _ => random.Next(5) == 0 ? null : Shares(random, inputs))]);
                Interlocked.Add(ref functions, layer.Envelope.Has.Count(static has => has));
            }

            LoweredGraph own = field.Network.Graph;
            var exact = new ExactGraph(own, random);
            double[] low = field.Network.Domain.Lower.ToArray(), high = field.Network.Domain.Upper.ToArray();
            CrownSubproblem[] problems = [.. Enumerable.Range(0, 8).Select(
                i => Relaxed.Problem(random, 0, i % 2 == 0, field.Bounds.Rectifiers))];
            field.Bounds.Optimize(problems, AdamSchedule.AfterSplit with { Steps = random.Next(0, 5) }, OneThread);
            for (int p = 0; p < 8; p++)
            {
                Rational[][] z = exact.PreActivations(
                    [.. low.Zip(high, (a, b) => (Rational)Math.Clamp(a + ((b - a) * random.NextDouble()), a, b))]);
                Rational[] all = [.. Enumerable.Range(0, own.Layers.Count - 1).Where(l => !own.Layers[l].IsLinear).SelectMany(l => z[l])];
                foreach (CrownSubproblem problem in problems)
                {
                    if (!double.IsFinite(problem.Bound) || problem.Split.Where((s, k) => all[s].Sign * problem.Phases[k] < 0).Any())
                        continue;
                    Interlocked.Increment(ref met);
                    Assert.True((problem.Above ? z[^1][0] : -z[^1][0]) <= problem.Bound, $"seed {seed}, kind {kind}: {problem.Bound:R}");
                }
            }
        });
        Assert.True(met > 3_000 && functions > 200, $"{met} values met, {functions} functions");
    }

    /// <summary>The function of a rectifier is nowhere below it, and meets it at a corner of the box.</summary>
    [Fact]
    public void Of_AnyShares_IsAboveTheRectifierAndTouchesIt()
    {
        var random = new Random(1);
        for (int round = 0; round < 200; round++)
        {
            int inputs = random.Next(1, 6);
            double[] weights = Numbers(random, inputs, round % HardNumbers.Kinds), low = new double[inputs], high = new double[inputs];
            for (int j = 0; j < inputs; j++)
            {
                low[j] = -random.NextDouble();
                high[j] = random.Next(8) == 0 ? low[j] : random.NextDouble();
            }

            double bias = 0.1 * (random.NextDouble() - 0.5);
            var affine = new AffineLayer(weights, [bias], 1, inputs, Activation.Relu, WeightPrecision.Float64);
            using RelaxedGraph graph = Relaxed.Chain(new(low, high), affine, Relaxed.Reader(1));
            graph.AddIntervals();
            LayerRelaxation layer = graph.Layers[0];
            if (!layer.IsOpen(0))
                continue;
            layer.Envelope = LayerEnvelope.Of(layer.Layer, layer.Sources, [Shares(random, inputs)]);
            Assert.True(layer.Envelope.Has[0]);
            double least = double.PositiveInfinity, scale = weights.Sum(Math.Abs);
            for (int corner = 0; corner < 1 << inputs; corner++)
            {
                Rational z = bias, function = layer.Envelope.Intercepts[0];
                for (int j = 0; j < inputs; j++)
                {
                    Rational x = (corner >> j & 1) == 0 ? low[j] : high[j];
                    z += weights[j] * x;
                    function += layer.Envelope.Row(0, 0)[j] * x;
                }

                Rational gap = z.Sign > 0 ? function - z : function;
                Assert.True(gap.Sign >= 0);
                least = Math.Min(least, gap <= 1e-9 * scale ? 0 : 1);
            }

            Assert.Equal(0, least);
        }
    }

    /// <summary>Sums of rectifiers of six inputs: the functions lower the bound to three quarters or less, and it still holds.</summary>
    [Fact]
    public void Sharpen_RandomSums_LowersTheBound()
    {
        int count = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            const int Inputs = 6, Width = 12;
            var random = new Random(seed);
            double[] Draw(int length) => [.. Enumerable.Range(0, length).Select(_ => (2 * random.NextDouble()) - 1)];
            var first = new AffineLayer(Draw(Inputs * Width), Draw(Width), Width, Inputs, Activation.Relu, WeightPrecision.Float64);
            var second = new AffineLayer(Draw(Width), [0], 1, Width, Activation.Relu, WeightPrecision.Float64);
            using RelaxedGraph below = Relaxed.Chain(InputDomain.Uniform(-1, 1).For(Inputs), first, second);
            below.AddIntervals();
            using ReceptiveField field = ReceptiveField.Of(below.Above(second), 0, below, long.MaxValue)!;
            CrownSubproblem plain = CrownSubproblem.Root(0, true, field.Bounds.PlainSlopes());
            field.Bounds.Optimize([plain], AdamSchedule.FromPlainSlopes, OneThread);
            if (EnvelopeProgram.Sharpen(field, true, 1, null, default) is not { } slopes)
                continue;
            count++;
            CrownSubproblem sharp = CrownSubproblem.Root(0, true, slopes);
            field.Bounds.Evaluate([sharp], OneThread);
            Assert.True(sharp.Bound < 0.8 * plain.Bound, $"seed {seed}: {sharp.Bound} {plain.Bound}");
            var exact = new ExactGraph(field.Network.Graph, random);
            for (int p = 0; p < 1 << Inputs; p++)
            {
                Rational[] corner = [.. Enumerable.Range(0, Inputs).Select(i => (Rational)((p >> i & 1) == 0 ? -1 : 1))];
                Assert.True(exact.PreActivations(corner)[^1][0] <= sharp.Bound);
            }
        }

        Assert.True(count > 5, $"{count} bounds are lower");
    }

    /// <summary>
    /// A neuron behind average pooling whose maximum is -0.03 where it reaches -29: lines alone leave tens of thousands of sub-problems
    /// open.
    /// </summary>
    [SkippableFact]
    public void Continue_WithFunctions_ClosesATreeThatLinesDoNot()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared("networks/conv/digits_avg_l1-0.0003.onnx"));
        var ledger = new VerdictLedger(StabilityTable.Undecided(network));
        using var clock = new SearchClock(ledger, new() { Threads = 2 }, default);
        BoundPropagation.Run(ledger, clock);
        using var below = new RelaxedGraph(ledger.Domain, ledger.Graph);
        CrownBounds.Advance(below, 1, clock.Parallel);
        below.Add(ledger.LowerOf(1), ledger.UpperOf(1));
        LoweredLayer layer = CrownBounds.Advance(below, 2, clock.Parallel);
        using ReceptiveField field = ReceptiveField.Of(layer, 130, below, 1_000_000)!;
        var tree = new ReluBranchAndBound(field, new(ledger.Offsets[1] + 130, true)) { Range = 29 };
        float[] slopes = EnvelopeProgram.Sharpen(field, true, 29, null, default)!;
        tree.Restart(slopes);
        using TriangleRefinement refinement = TriangleRefinement.Of(tree, 100_000, clock)!;
        tree.Refine(refinement);
        tree.Continue(40_000, null, clock.Parallel);
        Assert.True(tree.IsProven, $"{tree.Open} sub-problems are open");
    }

    private static double[] Shares(Random random, int inputs) =>
        [.. Enumerable.Range(0, inputs).Select(_ => random.Next(3) switch { 0 => 0, 1 => 1, _ => random.NextDouble() })];

    private static double[] Numbers(Random random, int count, int kind) =>
        [.. Enumerable.Range(0, count).Select(_ => HardNumbers.Next(random, kind))];
}
