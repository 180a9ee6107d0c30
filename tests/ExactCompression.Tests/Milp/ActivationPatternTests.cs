using CsCheck;
using ExactCompression.Milp;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Milp;

/// <summary>Enumerated patterns against the exact geometry of all regions.</summary>
public sealed class ActivationPatternTests
{
    /// <summary>Regions that keep further from 0 than this somewhere must be found.</summary>
    private static readonly Rational Clear = 0.001;

    [Theory]
    [InlineData(1, 3, 4, 150)]
    [InlineData(2, 2, 4, 200)]
    [InlineData(3, 2, 3, 80)]
    public void Run_SmallNetworks_FindsExactlyTheRegionsThatEnumerationFinds(int inputs, int layers, int width, int count) =>
        RandomNetworks.Cases(inputs, layers, width)
            .Where(c => c.Lower.Zip(c.Upper).All(e => e.First < e.Second) && c.Network.Layers.All(l => l.Weights.Span.ToArray().Concat(l.Bias.ToArray()).All(v => v == 0 || Math.Abs(v) is > 1e-3 and < 1e3)))
            .ForAll(Check, count, threads: 1);

    [Fact]
    public void Run_LinesInASquare_FindsItsRegions()
    {
        // x = 1/2 and y = 1/2 cut [0,1]^2 into four; x + y = 1 cuts two of these: six regions.
        ReluNetwork network = Network(([1, 0, 0, 1, 1, 1], [-0.5, -0.5, -1], 3, 2), ([1, 1, 1], [0], 1, 3));
        var search = new ActivationPatternSearch(network, null, new());
        ActivationPattern[] found = [.. search.Run(default)];
        Assert.Equal(["000", "010", "011", "100", "101", "111"], found.Select(p => p.Pattern).Order());
        Assert.Equal(Enumerable.Range(1, 6), found.Select(p => p.Number));
        Assert.Equal(ActivationPatternEnd.Complete, search.End);
        Assert.All(found, p => Assert.Equal(Enumerable.Range(0, 3).Select(i => p.IsActive(1, i)), new[] { p.Input[0] > 0.5, p.Input[1] > 0.5, p.Input[0] + p.Input[1] > 1 }));
    }

    [Theory]
    [InlineData("Highs")]
    [InlineData("Cbc")]
    public void Run_OtherSolver_FindsTheSameRegions(string solver)
    {
        ReluNetwork network = Network(([1, 0, 0, 1, 1, 1], [-0.5, -0.5, -1], 3, 2), ([1, -1, 1, -1, 1, 0.5], [0, 0.1], 2, 3), ([1, 1], [0], 1, 2));
        string[] Found(string? name) => [.. new ActivationPatternSearch(network, null, new() { Solver = name }).Run(default).Select(p => p.Pattern).Order()];
        Assert.Equal(Found(null), Found(solver));
    }

    [Fact]
    public void Run_NoHiddenLayer_IsOneRegion()
    {
        var search = new ActivationPatternSearch(Network(([1, 1], [0], 1, 2)), null, new());
        Assert.Equal("", Assert.Single(search.Run(default)).Pattern);
        Assert.Equal(ActivationPatternEnd.Complete, search.End);
    }

    [Fact]
    public void Run_DomainThatIsAPoint_IsItsPattern()
    {
        var search = new ActivationPatternSearch(Network(([1, -1], [0, 0], 2, 1), ([1, 1], [0], 1, 2)), new([2], [2]), new());
        Assert.Equal("10", Assert.Single(search.Run(default)).Pattern);
    }

    [Fact]
    public void Run_CountLimit_EndsThere()
    {
        var search = new ActivationPatternSearch(Grid(8), null, new() { Count = 5 });
        Assert.Equal(5, search.Run(default).Select(p => p.Pattern).Distinct().Count());
        Assert.Equal(ActivationPatternEnd.CountReached, search.End);
    }

    [Fact]
    public void Run_Cancelled_EndsWithWhatWasFound()
    {
        using var source = new CancellationTokenSource();
        var search = new ActivationPatternSearch(Grid(8), null, new());
        int count = 0;
        foreach (ActivationPattern pattern in search.Run(source.Token))
        {
            if (++count == 3)
                source.Cancel();
        }

        Assert.Equal((3, ActivationPatternEnd.TimeReached), (count, search.End));
    }

    private static void Check(RandomNetworks.Case c)
    {
        Dictionary<string, Rational> expected = new ExactNetwork(c.Network).Patterns(c.Lower, c.Upper);
        var search = new ActivationPatternSearch(c.Network, c.Domain, new() { Threads = 1 });
        string[] found = [.. search.Run(default).Select(p => p.Pattern)];
        Assert.Equal(ActivationPatternEnd.Complete, search.End);
        Assert.Equal(found.Length, found.Distinct().Count());
        Assert.All(found, p => Assert.True(expected.ContainsKey(p), $"{p} is no region; {c}"));
        Assert.All(expected.Where(e => e.Value > Clear), e => Assert.True(found.Contains(e.Key), $"{e.Key} with clearance {e.Value} is missing; {c}"));
    }

    /// <summary>Lines at every height across each of two inputs.</summary>
    private static ReluNetwork Grid(int lines)
    {
        double[] weights = [.. Enumerable.Range(0, 2 * lines).SelectMany(i => i < lines ? new double[] { 1, 0 } : [0, 1])];
        double[] bias = [.. Enumerable.Range(0, 2 * lines).Select(i => -((i % lines) + 1.0) / (lines + 1))];
        return Network((weights, bias, 2 * lines, 2), (Enumerable.Repeat(1.0, 2 * lines).ToArray(), [0], 1, 2 * lines));
    }

    private static ReluNetwork Network(params (double[] Weights, double[] Bias, int Outputs, int Inputs)[] layers) =>
        new(layers.Select((l, i) => new AffineLayer(l.Weights, l.Bias, l.Outputs, l.Inputs, i == layers.Length - 1 ? Activation.Identity : Activation.Relu)));
}
