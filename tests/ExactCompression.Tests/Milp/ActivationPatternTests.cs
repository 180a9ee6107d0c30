using CsCheck;
using ExactCompression.Milp;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Milp;

/// <summary>Patterns found by a solver against the exact geometry of all regions, and limits.</summary>
public sealed class ActivationPatternTests
{
    /// <summary>Regions that are further from 0 than this somewhere must be found.</summary>
    private static readonly Rational Clear = 0.001;

    [Theory]
    [InlineData(1, 3, 4, 150)]
    [InlineData(2, 2, 4, 200)]
    [InlineData(3, 2, 3, 80)]
    public void Run_SolverOnSmallNetworks_FindsTheRegionsThatEnumerationFinds(int inputs, int layers, int width, int count) =>
        RandomNetworks.Cases(inputs, layers, width)
            .Where(c => c.Lower.Zip(c.Upper).All(e => e.First < e.Second)
                && c.Network.DenseLayers.All(
                    l => l.Weights.Span.ToArray().Concat(l.Bias.ToArray()).All(v => v == 0 || Math.Abs(v) is > 1e-3 and < 1e3)))
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
        Assert.All(
            found, p => Assert.Equal(
                Enumerable.Range(0, 3).Select(i => p.IsActive(1, i)),
                new[] { p.Input[0] > 0.5, p.Input[1] > 0.5, p.Input[0] + p.Input[1] > 1 }));
    }

    [Theory]
    [InlineData("Highs")]
    [InlineData("Cbc")]
    public void Run_OtherSolver_FindsTheSameRegions(string solver)
    {
        ReluNetwork network = Network(
            ([1, 0, 0, 1, 1, 1], [-0.5, -0.5, -1], 3, 2), ([1, -1, 1, -1, 1, 0.5], [0, 0.1], 2, 3), ([1, 1], [0], 1, 2));
        string[] Found(string? name) =>
            [.. new ActivationPatternSearch(network, null, new() { Solver = name }).Run(default).Select(p => p.Pattern).Order()];
        Assert.Equal(Found(null), Found(solver));
        Assert.Equal(Found("Scip"), Found(solver));
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

    /// <summary>
    /// A slab between two parallel planes, thinner than any solver's tolerance: it is not found, so the enumeration must not be reported as
    /// complete.
    /// </summary>
    [Fact]
    public void Run_ThinRegionOfManyInputs_IsUnproven()
    {
        const int Inputs = 12;
        double[] ones = [.. Enumerable.Repeat(1.0, Inputs)];
        ReluNetwork network = Network(([.. ones, .. ones], [-6, -6 - 1e-12], 2, Inputs), ([1, 1], [0], 1, 2));
        var search = new ActivationPatternSearch(network, null, new());
        Assert.Equal("Scip", search.Solver);
        string[] found = [.. search.Run(default).Select(p => p.Pattern).Order()];
        Assert.Equal(["00", "11"], found);
        Assert.Equal(ActivationPatternEnd.Unproven, search.End);
    }

    /// <summary>
    /// The smallest positive number as a bias: the neuron is on, however small the bias, and a point of doubles proves it.
    /// </summary>
    [Fact]
    public void Run_TinyConstantNeuronOfManyInputs_IsOn()
    {
        const int Inputs = 12;
        double[] ones = [.. Enumerable.Repeat(1.0, Inputs)];
        double[] bias = [-6, double.Epsilon, -double.Epsilon];
        ReluNetwork network = Network(([.. ones, .. new double[2 * Inputs]], bias, 3, Inputs), ([1, 1, 1], [0], 1, 3));
        string[] found = [.. new ActivationPatternSearch(network, null, new()).Run(default).Select(p => p.Pattern).Order()];
        Assert.Equal(["010", "110"], found);
    }

    /// <summary>
    /// Neurons that proven bounds decide leave one pattern, and one neuron whose sign is open two: no solver is needed to know that
    /// these are all.
    /// </summary>
    [Fact]
    public void Run_ManyInputsAndNothingLeftOpen_IsComplete()
    {
        const int Inputs = 12;
        double[] ones = [.. Enumerable.Repeat(1.0, Inputs)];
        ReluNetwork network = Network(([.. ones, .. ones, .. ones], [-6, 1, -13], 3, Inputs), ([1, 1, 1], [0], 1, 3));
        var search = new ActivationPatternSearch(network, null, new());
        Assert.Equal(["010", "110"], search.Run(default).Select(p => p.Pattern).Order());
        Assert.Equal((false, ActivationPatternEnd.Complete), (search.IsExact, search.End));
    }

    /// <summary>
    /// A joined layer's weights are known to a radius only: nothing can be claimed about regions thinner than that radius.
    /// </summary>
    [Fact]
    public void Run_WeightsWithARadius_UseTheSolver()
    {
        var first = new AffineLayer([1, 1], [-0.5, -0.5], 2, 1, Activation.Relu, WeightPrecision.Float64, [0, 0], [1e-9, 1e-9]);
        var search = new ActivationPatternSearch(new([first, new([1, 1], [0], 1, 2, Activation.Identity)]), null, new());
        Assert.Equal(["00", "11"], search.Run(default).Select(p => p.Pattern).Order());
        Assert.Equal((false, ActivationPatternEnd.Unproven), (search.IsExact, search.End));
    }

    private static void Check(RandomNetworks.Case c)
    {
        Dictionary<string, Rational> expected = new ExactNetwork(c.Network).Patterns(c.Lower, c.Upper);
        var search = new ActivationPatternSearch(c.Network, c.Domain, new() { Solver = "Scip", Threads = 1 });
        string[] found = [.. search.Run(default).Select(p => p.Pattern)];
        Assert.False(search.IsExact);
        if (found.Length < expected.Count)
            Assert.Equal(ActivationPatternEnd.Unproven, search.End);
        else
            Assert.True(search.End is ActivationPatternEnd.Complete or ActivationPatternEnd.Unproven, $"{search.End}; {c}");
        Assert.Equal(found.Length, found.Distinct().Count());
        Assert.All(found, p => Assert.True(expected.ContainsKey(p), $"{p} is no region; {c}"));
        Assert.All(
            expected.Where(e => e.Value > Clear),
            e => Assert.True(found.Contains(e.Key), $"{e.Key} with clearance {e.Value} is missing; {c}"));
    }

    /// <summary>Lines at every height across each of two inputs.</summary>
    private static ReluNetwork Grid(int lines)
    {
        double[] weights = [.. Enumerable.Range(0, 2 * lines).SelectMany(i => i < lines ? new double[] { 1, 0 } : [0, 1])];
        double[] bias = [.. Enumerable.Range(0, 2 * lines).Select(i => -((i % lines) + 1.0) / (lines + 1))];
        return Network((weights, bias, 2 * lines, 2), (Enumerable.Repeat(1.0, 2 * lines).ToArray(), [0], 1, 2 * lines));
    }

    private static ReluNetwork Network(params (double[] Weights, double[] Bias, int Outputs, int Inputs)[] layers) =>
        new(layers.Select(
            (l, i) => new AffineLayer(
                l.Weights, l.Bias, l.Outputs, l.Inputs, i == layers.Length - 1 ? Activation.Identity : Activation.Relu)));
}
