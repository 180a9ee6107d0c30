using ExactCompression.Branching.InputSplitting;
using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Branching.InputSplitting;

/// <summary>Which line a row chooses below a rectifier.</summary>
public sealed class SubdomainRelaxationTests
{
    [Fact]
    public void Run_RowsThatKnowTheirMaximisers_AreTighter()
    {
        // max(0, x) - max(0, x) - 0.45 over [-1, 1]: the line above the first is x / 2 + 1 / 2. Below the second, the slope 1 / 2, which a
        // maximiser in the middle asks for, proves 0.05; 0 and 1, which the ends ask for, prove 0.55.
        ReluNetwork network = new(
            [new([1, 1], [0, 0], 2, 1, Activation.Relu), new([1, -1], [-0.45], 1, 2, Activation.Relu),
                new([1], [0], 1, 1, Activation.Identity)]);
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, new([-1], [1])));
        var source = new SubdomainSource(ledger, 2, default);
        ISubdomainBounds bounds = source.Open();
        Subdomain whole = source.Whole([new(2, true)]);
        double Bound(params double[] maximiser) =>
            bounds.Run(whole with { Maximisers = maximiser }) is { Open.Length: > 0 } result ? result.Worst : 0;
        double middle = Bound(0), left = Bound(-1), right = Bound(1);
        Assert.True(middle < left && middle < right, $"{middle} {left} {right}");
    }
}
