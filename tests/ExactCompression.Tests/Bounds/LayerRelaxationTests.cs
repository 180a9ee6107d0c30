using ExactCompression.Bounds;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>The lines above and below rectifiers against exact fractions, and the treatment of ends that are not numbers.</summary>
public sealed class LayerRelaxationTests
{
    [Fact]
    public void Of_AnyRange_LineAboveIsNotBelowTheRectifierAndTouchesItUpToRounding()
    {
        var random = new Random(1);
        for (int k = 0; k < 20_000; k++)
        {
            double lower = -Math.Abs(HardNumbers.Next(random, k % HardNumbers.Kinds)),
                upper = Math.Abs(HardNumbers.Next(random, random.Next(4) == 0 ? random.Next(HardNumbers.Kinds) : k % HardNumbers.Kinds));
            if (lower == 0 || upper == 0)
                continue;
            LayerRelaxation line = Single(lower, upper);
            (Dyadic slope, Dyadic intercept) = (line.Lines.UpperSlope[0], line.Lines.UpperIntercept[0]);
            Assert.True(line.IsOpen(0) && line.Lines.UpperSlope[0] is >= 0 and <= 1 && line.Lines.LowerSlope[0] is 0 or 1);
            Dyadic atLower = (slope * lower) + intercept, atUpper = (slope * upper) + intercept - upper;
            Assert.True(atLower.Sign >= 0 && atUpper.Sign >= 0, $"[{lower:R}, {upper:R}]");
            Assert.Equal(0, (Dyadic.Max(-slope * lower, ((Dyadic)1 - slope) * upper) - line.ExactUpperIntercept(0)).Sign);
            Dyadic most = ((Dyadic)(8 * Rounding.Unit) * (line.Lines.UpperSlope[0] == 0 ? upper : Math.Min(-lower, upper)))
                + (4 * double.Epsilon) + ((Dyadic)(2 * double.Epsilon) * upper);
            Assert.True(
                (intercept - line.ExactUpperIntercept(0) - most).Sign <= 0, $"[{lower:R}, {upper:R}]: {line.Lines.UpperIntercept[0]:R}");
        }
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(-1, 0, 0)]
    [InlineData(-1, -0.0, 0)]
    [InlineData(0, 1, 1)]
    [InlineData(-0.0, 1, 1)]
    [InlineData(double.NegativeInfinity, 0, 0)]
    [InlineData(0, double.PositiveInfinity, 1)]
    public void Of_StableRange_IsLinearAndExact(double lower, double upper, double slope)
    {
        LayerRelaxation line = Single(lower, upper);
        if (lower < 0 || upper > 0)
            Assert.Equal((slope, slope), (line.Lines.UpperSlope[0], line.Lines.LowerSlope[0]));
        Assert.Equal((0.0, false), (line.Lines.UpperIntercept[0], line.IsOpen(0)));
        Assert.Equal(0, line.ExactUpperIntercept(0).Sign);
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(-1, double.NaN)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(double.NegativeInfinity, 1)]
    [InlineData(-1, double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity, double.PositiveInfinity)]
    public void Of_OpenRangeWithoutFiniteEnds_ProvesNothing(double lower, double upper)
    {
        LayerRelaxation relaxation = Single(lower, upper);
        Assert.False(relaxation.IsFinite);
        var domain = new InputDomain([-1], [1]);
        foreach (double weight in (double[])[1, -1])
        {
            var above = new double[1];
            var layer = new AffineLayer([weight], [-1e9], 1, 1, Activation.Relu);
            using RelaxedGraph below = Relaxed.Graph(domain, relaxation);
            new CrownBounds(below).Bound(below.Above(layer), [0], above: true, above, null, new());
            var optimized = new AlphaBetaCrown(below.Above(layer), below);
            CrownSubproblem problem = CrownSubproblem.Root(0, true, [0.5f]);
            optimized.Evaluate([problem], new());
            if (weight > 0)
                Assert.False(double.IsFinite(above[0]) || above[0] < 0 || problem.Bound < double.PositiveInfinity);
            Assert.False(problem.Bound < double.PositiveInfinity);
        }
    }

    [Fact]
    public void ActivationRange_AnyEnds_HasTheLargestMagnitudeOfEach()
    {
        ActivationRange range = ActivationRange.OfInput(new([-3, 1, -2, 0], [1, 2, -1, 0]));
        Assert.Equal([3, 2, 2, 0], range.Magnitude);
        Assert.Equal(7, range.Sum);
        ActivationRange rectified = ActivationRange.OfRectified([-3, 1, -2, -1], [1, 2, -1, double.NaN]);
        Assert.Equal([0, 1, 0, 0], rectified.Lower);
        Assert.Equal([1, 2, 0, double.NaN], rectified.Upper);
        Assert.Equal([1, 2, 0, double.NaN], rectified.Magnitude);
    }

    private static LayerRelaxation Single(double lower, double upper) =>
        Relaxed.Layer(new([1], [0], 1, 1, Activation.Relu), ActivationRange.OfInput(new([-1], [1])), [lower], [upper]);
}
