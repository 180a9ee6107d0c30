using CsCheck;
using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Formats;
using ExactCompression.Milp;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Milp;

/// <summary>Slopes and multipliers that are the duals of linear programs, and trees that use them.</summary>
public sealed class TriangleProgramTests
{
    private const int MostWeights = 100_000;

    /// <summary>
    /// The bound that the duals give is the program's optimum, so no slopes and multipliers give a better one; and it holds at every point
    /// that has the phases.
    /// </summary>
    [Fact]
    public void Solve_AnyNetworkAndPhases_GivesTheBestBound() =>
        Gen.Select(RandomNetworks.Cases(mostInputs: 3, mostLayers: 3, mostWidth: 6).Where(IsOrdinary), Gen.Int[0, 1_000_000])
            .ForAll(static t => CheckDuals(t.Item1, new Random(t.Item2)), count: 150);

    /// <summary>
    /// A neuron whose exact maximum is barely below 0 is proven, and one whose exact maximum is barely above never is.
    /// </summary>
    [Fact]
    public void Continue_WithRefinement_DecidesWhatIsCloseToZero() =>
        Gen.Select(RandomNetworks.Cases(mostInputs: 2, mostLayers: 2, mostWidth: 5).Where(IsOrdinary), Gen.Bool)
            .ForAll(static t => CheckTree(t.Item1, t.Item2), count: 100);

    /// <summary>
    /// A neuron behind max pooling whose maximum is -0.003 where it reaches -20: gradient steps stall above 0 in thousands of sub-problems
    /// of which the programs close all.
    /// </summary>
    [SkippableFact]
    public void Continue_WithRefinement_ClosesATreeInWhichGradientStepsStall()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared("networks/conv/digits_pool_l1-0.002.onnx"));
        using var search = new Search(network, InputDomain.Unit);
        var target = new SignTarget(search.Ledger.Offsets[3] + 95, true);
        var tree = new ReluBranchAndBound(search.BoundsOf(4), target, 95);
        using TriangleRefinement refinement = TriangleRefinement.Of(tree, MostWeights, search.Clock)!;
        tree.Refine(refinement);
        tree.Continue(50_000, null, search.Clock.Parallel);
        Assert.True(tree.IsProven, $"{tree.Open} sub-problems are open");
    }

    [Fact]
    public void Of_MoreWeightsThanAllowed_IsNull()
    {
        var network = new ReluNetwork(
        [
            new([1, -1], [0.5, 0.5], 2, 1, Activation.Relu), new([1, 1], [-1], 1, 2, Activation.Relu),
            new([1], [0], 1, 1, Activation.Identity),
        ]);
        using var search = new Search(network, InputDomain.Uniform(-1, 1));
        var tree = new ReluBranchAndBound(search.BoundsOf(2), new(2, true), 0);
        Assert.Null(TriangleProgram.Of(tree, 3, default));
        using TriangleProgram? program = TriangleProgram.Of(tree, 4, default);
        Assert.NotNull(program);
    }

    /// <summary>Phases that contradict one another have multipliers that show it.</summary>
    [Fact]
    public void Solve_PhasesThatContradict_ProvesEverything()
    {
        var network = new ReluNetwork(
        [
            new([1, -1], [-0.5, -0.5], 2, 1, Activation.Relu), new([1, 1], [3], 1, 2, Activation.Relu),
            new([1], [0], 1, 1, Activation.Identity),
        ]);
        using var search = new Search(network, InputDomain.Uniform(-1, 1));
        AlphaBetaCrown bounds = search.BoundsOf(2);
        CrownSubproblem both = CrownSubproblem.Root(0, true, bounds.PlainSlopes()).With(0, 1).With(1, 1);
        using TriangleProgram program = TriangleProgram.Of(new ReluBranchAndBound(bounds, new(2, true), 0), MostWeights, default)!;
        Assert.True(program.Solve(both, 8, null, default));
        bounds.Evaluate([both], search.Clock.Parallel);
        Assert.True(both.Bound < 0, $"{both.Bound}");
    }

    private static bool IsOrdinary(RandomNetworks.Case c) =>
        c.Network.Depth > 1 && c.Network.DenseLayers.All(static l =>
            l.Weights.ToArray().Concat(l.Bias.ToArray()).All(static w => w == 0 || Math.Abs(w) is > 1e-3 and < 10));

    private static void CheckDuals(RandomNetworks.Case c, Random random)
    {
        using var search = new Search(c.Network, c.Domain);
        VerdictLedger ledger = search.Ledger;
        var exact = new ExactNetwork(c.Network);
        for (int layer = 2; layer <= ledger.Graph.Rectifiers; layer++)
        {
            AlphaBetaCrown bounds = search.BoundsOf(layer);
            int neuron = random.Next(ledger.Graph.Rectifier(layer).Width);
            var target = new SignTarget(ledger.Offsets[layer - 1] + neuron, random.Next(2) == 0);
            int[] open = [.. Cone(ledger, layer, neuron).Where(i => ledger.Lower[i] < 0)];
            double size = Math.Max(Math.Abs(ledger.Lower[target.Index]), Math.Abs(ledger.Upper[target.Index]));
            using TriangleProgram program = TriangleProgram.Of(
                new ReluBranchAndBound(bounds, target, neuron) { Range = size }, MostWeights, default)!;
            for (int round = 0; round < 3; round++)
            {
                CrownSubproblem best = CrownSubproblem.Root(neuron, target.Above, bounds.PlainSlopes());
                for (int s = Math.Min(open.Length, random.Next(4)); s > 0; s--)
                    best = best.With(open[random.Next(open.Length)], random.Next(2) == 0 ? (sbyte)1 : (sbyte)-1);
                CrownSubproblem steps = CrownSubproblem.Root(neuron, target.Above, bounds.PlainSlopes());
                for (int s = 0; s < best.Split.Length; s++)
                    steps = steps.With(best.Split[s], best.Phases[s]);
                Assert.True(program.Solve(best, 8, null, default));
                bounds.Evaluate([best], search.Clock.Parallel);
                bounds.Optimize([steps], new(300, 0.05, 0.1, 0.99), search.Clock.Parallel);

                // Slopes and multipliers are stored in single precision, and the solver has its tolerance.
                double most = 1e-4 * (1 + size + Math.Abs(program.Bound));
                Assert.True(Math.Abs(best.Bound - program.Bound) <= most, $"{best.Bound} and {program.Bound}");
                if (program.Bound > -size)
                    Assert.True(best.Bound <= steps.Bound + most || steps.Bound <= 0, $"{best.Bound} against {steps.Bound}");
                for (int p = 0; p < 10; p++)
                    CheckPoint(exact, best, layer, [.. c.Lower.Zip(c.Upper, (a, b) => a + ((b - a) * random.NextDouble()))]);
            }
        }
    }

    /// <summary>The rectifiers that a neuron depends on, by their index over all layers.</summary>
    private static IEnumerable<int> Cone(VerdictLedger ledger, int layer, int neuron)
    {
        int[] above = [neuron];
        for (int l = layer - 1; l >= 1; l--)
        {
            AffineLayer weights = ledger.Network.DenseLayers[l];
            int first = ledger.Offsets[l - 1];
            above =
            [
                .. Enumerable.Range(0, weights.Inputs).Where(j => ledger.Upper[first + j] > 0
                    && above.Any(i => weights.Weights.Span[(i * weights.Inputs) + j] != 0)),
            ];
            foreach (int j in above)
                yield return first + j;
        }
    }

    private static void CheckPoint(ExactNetwork exact, CrownSubproblem problem, int layer, double[] point)
    {
        Rational[][] z = exact.PreActivations([.. point.Select(static x => (Rational)x)]);
        Rational[] all = [.. z.SelectMany(static v => v)];
        for (int s = 0; s < problem.Split.Length; s++)
        {
            if (all[problem.Split[s]].Sign * problem.Phases[s] < 0)
                return;
        }

        Rational value = problem.Above ? z[layer - 1][problem.Neuron] : -z[layer - 1][problem.Neuron];
        Assert.True(value <= problem.Bound, $"{problem.Bound:R} at {string.Join(' ', point)}");
    }

    private static void CheckTree(RandomNetworks.Case c, bool isBelow)
    {
        if (NearZeroNetworks.Of(c, isBelow) is not var (layers, last))
            return;
        using var search = new Search(new(layers), c.Domain);
        var target = new SignTarget(search.Ledger.Offsets[last - 1], true);
        var tree = new ReluBranchAndBound(search.BoundsOf(last), target, 0);
        using TriangleRefinement refinement = TriangleRefinement.Of(tree, MostWeights, search.Clock)!;
        tree.Refine(refinement);
        tree.Continue(20_000, null, search.Clock.Parallel);
        Assert.Equal(isBelow, tree.IsProven);
    }

    /// <summary>A ledger with proven bounds, and the relaxation that stands on it.</summary>
    private sealed class Search : IDisposable
    {
        private readonly RelaxedGraph below;
        private int added;

        public Search(ReluNetwork network, InputDomain domain)
        {
            Ledger = new(StabilityTable.Undecided(network, domain));
            Clock = new(Ledger, new() { Threads = 2 }, default);
            BoundPropagation.Run(Ledger, Clock);
            below = new(Ledger.Domain, Ledger.Graph);
        }

        public VerdictLedger Ledger { get; }

        public SearchClock Clock { get; }

        /// <summary>Bounds for a layer; later calls are for later layers.</summary>
        public AlphaBetaCrown BoundsOf(int layer)
        {
            for (; added < layer - 1; added++)
            {
                CrownBounds.Advance(below, added + 1, Clock.Parallel);
                below.Add(Ledger.LowerOf(added + 1), Ledger.UpperOf(added + 1));
            }

            return new(CrownBounds.Advance(below, layer, Clock.Parallel), below);
        }

        public void Dispose()
        {
            below.Dispose();
            Clock.Dispose();
        }
    }
}
