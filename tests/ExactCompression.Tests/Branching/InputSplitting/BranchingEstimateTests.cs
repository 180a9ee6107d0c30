using ExactCompression.Branching.InputSplitting;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Branching.InputSplitting;

/// <summary>Estimates of the effort of splitting, against the actual effort.</summary>
public sealed class BranchingEstimateTests
{
    [Fact]
    public void Of_RandomNetworks_IsNearTheCountOfSubdomains()
    {
        double logs = 0;
        int cases = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            using var setting = new Setting(seed);
            foreach (SignTarget target in setting.Search.Open(3))
            {
                var source = new SubdomainSource(setting.Ledger, 3, default);
                double estimate = new BranchingEstimate(source).Of(target, 400, seed, default);
                var splitting = new InputBranchAndBound(setting.Ledger, 3, [target], setting.Search, setting.Clock);
                splitting.RunTo(20_000);
                if (splitting.Bounded is < 20 or >= 20_000 || setting.Ledger.StateOf(target.Index) == NeuronState.Unstable)
                    continue;
                Assert.InRange(estimate, splitting.Bounded / 3.0, splitting.Bounded * 3.0);
                logs += Math.Log(estimate / splitting.Bounded);
                cases++;
            }
        }

        Assert.True(cases >= 5, $"{cases}"); // the test must not be vacuous
        Assert.InRange(Math.Exp(logs / cases), 0.7, 1.4);
    }

    [Fact]
    public void Groups_OpenTargets_ContainsEachOnceWhateverTheThreads()
    {
        using Setting one = new(2, 1), two = new(2, 2);
        List<SplittingGroup> groups = BranchingEstimate.Groups(one.Ledger, one.Search, one.Clock, 20, 5);
        SignTarget[] first = [.. groups.SelectMany(static g => g.Targets)];
        SignTarget[] second = [.. BranchingEstimate.Groups(two.Ledger, two.Search, two.Clock, 20, 5).SelectMany(static g => g.Targets)];
        Assert.NotEmpty(first);
        Assert.Equal(first, second);
        Assert.Equal(one.Search.Open(0).OrderBy(a => (a.Index, a.Above)), first.OrderBy(a => (a.Index, a.Above)));
        Assert.Equal(groups.OrderBy(static g => g.Effort), groups);
        Assert.All(groups, g => Assert.All(g.Targets, a => Assert.Equal(g.Layer, one.Ledger.Place(a.Index).Layer)));
    }

    /// <summary>A random network of three layers, after bounds, samples and quick attacks.</summary>
    private sealed class Setting : IDisposable
    {
        private readonly SimdWitnessDevice device = new();

        public Setting(int seed, int threads = 1)
        {
            var random = new Random(seed);
            AffineLayer Layer(int outputs, int from, double bias) => new(
                [.. Enumerable.Range(0, outputs * from).Select(_ => (random.NextDouble() * 2) - 1)],
                [.. Enumerable.Range(0, outputs).Select(_ => (random.NextDouble() * 2) - 1 - bias)],
                outputs,
                from,
                Activation.Relu,
                WeightPrecision.Float64);
            ReluNetwork network = new(
                [Layer(12, 3, 0), Layer(12, 12, 0), Layer(6, 12, seed % 8), Layer(1, 6, 0).With(Activation.Identity)]);
            var options = new SearchOptions { Threads = threads };
            Ledger = new(StabilityTable.Undecided(network, InputDomain.Uniform(-1, 1)));
            Clock = new(Ledger, options, default);
            Search = new(Ledger, null, device, options, Clock, CornerPoints.None(Ledger.Domain));
            BoundPropagation.Run(Ledger, Clock);
            Search.SampleAll();
        }

        public VerdictLedger Ledger { get; }

        public SearchClock Clock { get; }

        public WitnessSearch Search { get; }

        public void Dispose()
        {
            Search.Dispose();
            Clock.Dispose();
            device.Dispose();
        }
    }
}
