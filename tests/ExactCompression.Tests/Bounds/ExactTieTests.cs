using ExactCompression.Bounds;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>
/// Bounds that are 0 up to rounding: settled without rounding where the weights are exact, and not at all where they carry a radius.
/// </summary>
public sealed class ExactTieTests
{
    private static readonly InputDomain Domain = new([-1, -1], [1, 1]);

    [Fact]
    public void Crown_TieOfExactWeights_IsExactlyZero() => Assert.Equal((0, 0), Ends(First(null), Second(null)));

    [Fact]
    public void Crown_TieOfWeightsWithRadius_StaysOpen()
    {
        (double lower, double upper) = Ends(First(null), Second([0.001]));
        Assert.True(lower <= -0.001 && upper >= 0.001);
        (lower, upper) = Ends(First([0.001, 0, 0, 0]), Second(null));
        Assert.True(lower <= -0.0003 && upper >= 0.0003);
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(0.1)]
    [InlineData(0)]
    public void Crown_OnlyRectifiersThatAreOff_IsTheBiasItself(double bias)
    {
        var first = new AffineLayer([0.1, 0.3], [-1], 1, 2, Activation.Relu, WeightPrecision.Float64);
        Assert.Equal((bias, bias), Ends(first, new([7], [bias], 1, 1, Activation.Relu, WeightPrecision.Float64)));
    }

    /// <summary>0.1 x + 0.3 y + 1, twice.</summary>
    private static AffineLayer First(double[]? radius) =>
        new([0.1, 0.3, 0.1, 0.3], [1, 1], 2, 2, Activation.Relu, WeightPrecision.Float64, radius);

    /// <summary>One third of the difference of the two, up to the rounding of the weights to double: 0.</summary>
    private static AffineLayer Second(double[]? radius) =>
        new([1.0 / 3, -1.0 / 3], [0], 1, 2, Activation.Relu, WeightPrecision.Float64, null, radius);

    private static (double Lower, double Upper) Ends(AffineLayer first, AffineLayer second)
    {
        double[] lower = new double[1], upper = new double[1];
        using RelaxedGraph below = Relaxed.Chain(Domain, first, second);
        below.AddIntervals();
        var crown = new CrownBounds(below);
        crown.Bound(below.Above(second), [0], above: true, upper, null, new());
        crown.Bound(below.Above(second), [0], above: false, lower, null, new());
        return (lower[0], upper[0]);
    }
}
