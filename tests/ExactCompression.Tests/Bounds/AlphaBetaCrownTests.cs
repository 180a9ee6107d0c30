using CsCheck;
using ExactCompression.Bounds;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>Optimised bounds with and without fixed phases, against exact values at points of the box.</summary>
public sealed class AlphaBetaCrownTests
{
    private static readonly ParallelOptions OneThread = new() { MaxDegreeOfParallelism = 1 };

    [Fact]
    public void Optimize_AnyNetworkAndPhases_NeverFallsBelowAValueThatIsAttained() =>
        Gen.Select(
            RandomNetworks.Cases(mostInputs: 2, mostLayers: 3, mostWidth: 4).Where(c => c.Network.Depth > 1), Gen.Int[0, 1_000_000],
            Gen.Int[0, 6])
            .ForAll((c, seed, steps) => Check(c, new Random(seed), steps), count: 500);

    [Fact]
    public void Optimize_MoreSteps_TightensTheBoundOfPlainSlopes()
    {
        // z = relu(x) + relu(-x) - relu(x + 1) / 2 over [-1,1]: the slopes of plain CROWN are not the best ones.
        var first = new AffineLayer([1, -1, 1], [0, 0, 0.5], 3, 1, Activation.Relu, WeightPrecision.Float64);
        var second = new AffineLayer([1, 1, -1.5], [0], 1, 3, Activation.Relu, WeightPrecision.Float64);
        var domain = new InputDomain([-1], [1]);
        using RelaxedGraph below = Relaxed.Chain(domain, first, second);
        below.AddIntervals();
        var bounds = new AlphaBetaCrown(below.Above(second), below);
        CrownSubproblem plain = CrownSubproblem.Root(0, true, bounds.PlainSlopes()),
            optimised = CrownSubproblem.Root(0, true, bounds.PlainSlopes());
        bounds.Evaluate([plain], OneThread);
        bounds.Optimize([optimised], AdamSchedule.FromPlainSlopes, OneThread);
        Assert.True(optimised.Bound < plain.Bound - 0.01, $"{optimised.Bound} against {plain.Bound}");
    }

    [Fact]
    public void FindStable_NeuronThatNeedsSplitting_IsProvenByBranchAndBound()
    {
        // |x| = relu(x) + relu(-x) and |y| likewise: |x| + |y| - relu(x + y) - relu(-x - y) >= 0 is the triangle inequality, which no
        // single linear bound shows at 0. Further inputs count little: with few, linear regions are enumerated instead.
        const int Inputs = 16;
        double[] weights = [1, 0, -1, 0, 0, 1, 0, -1, 1, 1, -1, -1];
        ReluNetwork network = new(
        [
            new(
                [.. Enumerable.Range(0, 6 * Inputs).Select(k => k % Inputs < 2 ? weights[(k / Inputs * 2) + (k % Inputs)] : 1e-6)],
                new double[6], 6, Inputs, Activation.Relu),
            new([1, 1, 1, 1, -1, -1], [0.01], 1, 6, Activation.Relu),
            new([1], [0], 1, 1, Activation.Identity),
        ]);
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Uniform(-1, 1)), null, new(), default);
        Assert.Equal((NeuronState.StablyActive, "BranchAndBound"), (table.Neurons[6].State, table.Neurons[6].Evidence));
    }

    private static void Check(RandomNetworks.Case c, Random random, int steps)
    {
        var exact = new ExactNetwork(c.Network);
        using var below = new RelaxedGraph(c.Domain, c.Network.Lowered);
        for (int l = 0; l + 1 < c.Network.Depth; l++)
        {
            below.AddIntervals();
            AffineLayer layer = c.Network.DenseLayers[l + 1];
            var bounds = new AlphaBetaCrown(below.Above(layer), below);
            int total = bounds.Rectifiers;
            foreach (bool above in new[] { true, false })
            {
                CrownSubproblem problem = CrownSubproblem.Root(random.Next(layer.Outputs), above, bounds.PlainSlopes());
                for (int s = random.Next(3); s > 0; s--)
                    problem = problem.With(random.Next(total), random.Next(2) == 0 ? (sbyte)1 : (sbyte)-1);
                bounds.Optimize([problem], AdamSchedule.AfterSplit with { Steps = steps }, OneThread);
                for (int p = 0; p < 30; p++)
                    CheckPoint(c, exact, problem, l + 1, [.. c.Lower.Zip(c.Upper, (a, b) => Point(a, b, random))]);
            }
        }
    }

    private static void CheckPoint(RandomNetworks.Case c, ExactNetwork exact, CrownSubproblem problem, int layer, double[] point)
    {
        Rational[][] z = exact.PreActivations([.. point.Select(x => (Rational)x)]);
        Rational[] all = [.. z.Take(c.Network.Depth).SelectMany(v => v)];
        for (int s = 0; s < problem.Split.Length; s++)
        {
            if (all[problem.Split[s]].Sign * problem.Phases[s] < 0)
                return;
        }

        Rational value = problem.Above ? z[layer][problem.Neuron] : -z[layer][problem.Neuron];
        if (double.IsFinite(problem.Bound))
            Assert.True(value <= problem.Bound, $"{problem.Bound:R} at {string.Join(' ', point)}");
    }

    private static double Point(double a, double b, Random random) => random.Next(4) switch
    {
        0 => a,
        1 => b,
        _ => Math.Clamp(a + ((b - a) * random.NextDouble()), a, b),
    };
}
