using ExactCompression.Branching.Regions;
using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Branching;

/// <summary>Polytopes whose vertices are known by hand.</summary>
public sealed class RegionPolytopeTests
{
    /// <summary>The cube through the middle of six edges, through vertices alone, and at a corner.</summary>
    [Theory]
    [InlineData(-1.5, 10, 10)] // a hexagon, with four vertices on each side
    [InlineData(-1.0, 7, 4)] // a triangle of vertices
    [InlineData(-0.5, 10, 4)]
    public void Cut_CubeAcrossItsDiagonal_HasTheVerticesOfTheSection(double bias, int above, int below)
    {
        (RegionPolytope Above, RegionPolytope Below) parts = Cut([1, 1, 1], bias, InputDomain.Uniform(0, 1));
        Assert.Equal((above, below), (parts.Above.Count, parts.Below.Count));
    }

    [Fact]
    public void Cut_Interval_HasTheZeroOnBothSides()
    {
        (RegionPolytope Above, RegionPolytope Below) parts = Cut([3], -1, InputDomain.Uniform(0, 1));
        Assert.Equal((2, 2), (parts.Above.Count, parts.Below.Count));
        Assert.Equal([0.0, 1.0 / 3], Coordinates(parts.Below).Order(), static (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal([1.0 / 3, 1], Coordinates(parts.Above).Order(), static (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Theory]
    [InlineData(1, 2, true)]
    [InlineData(-0.5, 1, true)]
    [InlineData(0, 2, false)]
    [InlineData(1e-200, 1, false)] // too small for products without error: in doubt
    public void AreProportional_MultiplesAndOthers_TellsWithoutRounding(double factor, double third, bool expected)
    {
        double[] first = [0.1, 0.7, 0.3, 0], second = [.. first.Select(x => x * factor)];
        Assert.Equal(expected, Multiples.AreProportional(first, second, 2));
        second[2] = Math.BitIncrement(second[2]);
        Assert.False(Multiples.AreProportional(first, second, 2));
        Assert.False(Multiples.AreProportional(first, [0.1, 0.7, third, 0], 2));
    }

    private static IEnumerable<double> Coordinates(RegionPolytope polytope) =>
        Enumerable.Range(0, polytope.Count).Select(v => polytope[v].At[0]);

    private static (RegionPolytope Above, RegionPolytope Below) Cut(double[] row, double bias, InputDomain domain)
    {
        ReluNetwork network = new([new(row, [bias], 1, row.Length, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)]);
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, domain));
        RegionNetwork part = RegionNetwork.Of(ledger, [new(0, true)], 6, 100)!;
        var functions = new RegionFunctions(part);
        functions.Enter(part.Layers[0]);
        int place = part.Layers[0].First;
        RegionPolytope box = RegionPolytope.Box(part);
        var values = new double[box.Count];
        double error = box.Evaluate(functions.Of(place), functions.ErrorsOf(place), values);
        sbyte[] signs = [.. values.Select(v => (sbyte)(Math.Abs(v) <= error ? 0 : Math.Sign(v)))];
        return PolytopeCut.Run(box, values, error, signs, place, functions);
    }
}
