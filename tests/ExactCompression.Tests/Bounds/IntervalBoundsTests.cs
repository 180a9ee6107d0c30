using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>Interval ends where one kind of rounding error dominates, and where there is none.</summary>
public sealed class IntervalBoundsTests
{
    private const double Lost = 0.99 * Rounding.Unit;
    private const int Many = 400;

    [Fact]
    public void Propagate_TermsLostInTheBias_AreWithinTheEnds()
    {
        (double lower, double upper) = Single(
            new([.. Enumerable.Repeat(Lost, Many)], [1], 1, Many, Activation.Relu, WeightPrecision.Float64), 1, 1);
        Dyadic exact = 1 + ((Dyadic)Many * Lost);
        Assert.True((upper - exact).Sign >= 0 && (lower - exact).Sign <= 0);
        (lower, upper) = Single(new([.. Enumerable.Repeat(-Lost, Many)], [-1], 1, Many, Activation.Relu, WeightPrecision.Float64), 1, 1);
        Assert.True((upper + exact).Sign >= 0 && (lower + exact).Sign <= 0);
        Assert.True(upper - lower < 1e-12);
    }

    [Fact]
    public void Propagate_TermsLostInTheFirst_AreWithinTheEnds()
    {
        double[] weights = [1, .. Enumerable.Repeat(Lost, Many), -1];
        (double lower, double upper) = Single(new(weights, [0], 1, weights.Length, Activation.Relu, WeightPrecision.Float64), 1, 1);
        Dyadic exact = (Dyadic)Many * Lost;
        Assert.True((upper - exact).Sign >= 0 && (lower - exact).Sign <= 0);
        (double least, double most) = Single(
            new([.. weights.Select(static w => -w)], [0], 1, weights.Length, Activation.Relu, WeightPrecision.Float64), 1, 1);
        Assert.True((most + exact).Sign >= 0 && (least + exact).Sign <= 0);
        Assert.True(upper - lower < 1e-12);
    }

    [Fact]
    public void Propagate_ProductThatUnderflows_IsNotTreatedAsZero()
    {
        (double _, double upper) = Single(new([1e-200], [0], 1, 1, Activation.Relu, WeightPrecision.Float64), 0, 1e-200);
        (double lower, double _) = Single(new([-1e-200], [0], 1, 1, Activation.Relu, WeightPrecision.Float64), 0, 1e-200);
        Assert.True(upper > 0 && lower < 0);
    }

    [Fact]
    public void Propagate_RadiiLostInTheFirst_AreWithinTheEnds()
    {
        double[] radius = [1, .. Enumerable.Repeat(Lost, Many)];
        (double lower, double upper) = Single(
            new(new double[radius.Length], [0], 1, radius.Length, Activation.Relu, WeightPrecision.Float64, radius), -1, 1);
        Dyadic exact = 1 + ((Dyadic)Many * Lost);
        Assert.True((upper - exact).Sign >= 0 && (lower + exact).Sign <= 0);
    }

    [Theory]
    [InlineData(1e200, 1e200)]
    [InlineData(1e200, -1e200)]
    public void Propagate_Overflow_LeavesTheEndsUnbounded(double first, double second) =>
        Assert.Equal(
            (double.NegativeInfinity, double.PositiveInfinity),
            Single(new([first, second], [0], 1, 2, Activation.Relu, WeightPrecision.Float64), -1e200, 1e200));

    [Fact]
    public void Propagate_TieThatRoundingKeepsOpen_IsExactOnlyForExactWeights()
    {
        // The doubles 0.1 + 0.2 - 0.3 sum to 2^-55, but to 2^-54 in double arithmetic.
        Dyadic sum = (Dyadic)0.1 + 0.2 - 0.3;
        double bias = -Math.Pow(2, -55);
        Assert.Equal(0, (sum + bias).Sign);
        (double lower, double upper) = Single(new([0.1, 0.2, -0.3], [bias], 1, 3, Activation.Relu, WeightPrecision.Float64), 1, 1);
        Assert.Equal((0, 0), (lower, upper));
        (lower, upper) = Single(new([0.1, 0.2, -0.3], [bias], 1, 3, Activation.Relu, WeightPrecision.Float64, null, [1e-300]), 1, 1);
        Assert.True(lower < 0 && upper > 0);
        (lower, upper) = Single(new([0.1, 0.2, -0.3], [Math.BitIncrement(bias)], 1, 3, Activation.Relu, WeightPrecision.Float64), 1, 1);
        Assert.True(lower <= 0 && upper > 0);
    }

    private static (double Lower, double Upper) Single(AffineLayer layer, double from, double to)
    {
        double[] lower = new double[1], upper = new double[1];
        var domain = new InputDomain([.. Enumerable.Repeat(from, layer.Inputs)], [.. Enumerable.Repeat(to, layer.Inputs)]);
        IntervalBounds.Propagate(layer, ActivationRange.OfInput(domain), lower, upper);
        return (lower[0], upper[0]);
    }

    [Fact]
    public void Propagate_OnSeveralThreads_GivesTheSameBitsAndStopsOnTheToken()
    {
        const int Inputs = 1_003, Outputs = 1_201;
        var random = new Random(1);
        double[] weights = [.. Enumerable.Range(0, Inputs * Outputs).Select(_ => random.NextDouble() - 0.5)];
        LoweredLayer layer = LoweredLayer.Of(new(weights, new double[Outputs], Outputs, Inputs, Activation.Relu), 1);
        SourceRange[] sources = [SourceRange.Of(ActivationRange.OfInput(InputDomain.Unit.For(Inputs)), Outputs)];
        double[] lower = new double[Outputs], upper = new double[Outputs], low = new double[Outputs], high = new double[Outputs];
        IntervalBounds.Propagate(layer, sources, lower, upper);
        using var stop = new CancellationTokenSource();
        IntervalBounds.Propagate(layer, sources, low, high, new ParallelOptions { CancellationToken = stop.Token });
        Assert.Equal(lower, low);
        Assert.Equal(upper, high);
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(
            () => IntervalBounds.Propagate(layer, sources, low, high, new ParallelOptions { CancellationToken = stop.Token }));
    }
}
