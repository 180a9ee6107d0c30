using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

/// <summary>Bounds of values and lines around them, against arithmetic of a thousand bits.</summary>
public sealed class SmoothFunctionTests
{
    private static readonly double[] Special =
    [
        0, double.Epsilon, 1e-310, double.BitIncrement(0.5), 1e-300, 1e-20, 1e-8, 0.17, 0.1733, 0.3466, 0.34657, 0.347, 0.5, 1, 18, 19, 20,
        37, 40, 350, 351, 699, 700, 701, 745, 800, 1e5, 1e300, double.MaxValue,
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Enclose_AnyNumber_HoldsTheValueClosely(bool isTanh)
    {
        SmoothFunction function = Of(isTanh);
        var random = new Random(1);
        double[] points = [.. Special, .. Enumerable.Range(0, 2_000).Select(_ => Any(random))];
        foreach (double x in points.SelectMany(static x => (double[])[x, -x]))
        {
            (double lower, double upper) = function.Enclose(x);
            Rational value = PreciseSmooth.Value(isTanh, x);
            Assert.True((Rational)lower <= value + PreciseSmooth.Error && (Rational)upper >= value - PreciseSmooth.Error, $"{x:R}");
            Assert.InRange(upper - lower, 0, (2e-14 * Math.Abs(upper)) + 1e-300);
            Assert.InRange(lower, function.Least, upper);
            Assert.InRange(upper, lower, SmoothFunction.Most);
        }
    }

    [Fact]
    public void Enclose_NoNumber_IsTheWholeRange()
    {
        Assert.Equal((-1, 1), SmoothFunction.Tanh.Enclose(double.NaN));
        Assert.Equal((0, 1), SmoothFunction.Logistic.Enclose(double.NaN));
        Assert.Equal(-1, SmoothFunction.Tanh.Enclose(double.NegativeInfinity).Lower);
        Assert.Equal(0, SmoothFunction.Logistic.Enclose(double.NegativeInfinity).Lower);
        Assert.Equal(1, SmoothFunction.Tanh.Enclose(double.PositiveInfinity).Upper);
        Assert.Equal((0, 0), SmoothFunction.Tanh.Enclose(0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EncloseSlope_AnyNumber_HoldsTheSlopeClosely(bool isTanh)
    {
        SmoothFunction function = Of(isTanh);
        var random = new Random(2);
        foreach (double x in (double[])[.. Special, .. Enumerable.Range(0, 1_000).Select(_ => Any(random))])
        {
            // f' is (1 - f)(1 + f) of the tangent, f (1 - f) of the logistic function.
            (double lower, double upper) = function.EncloseSlope(x);
            Rational value = PreciseSmooth.Value(isTanh, x), slope = isTanh ? 1 - (value * value) : value * (1 - value);
            Assert.True((Rational)lower <= slope + PreciseSmooth.Error && (Rational)upper >= slope - (2 * PreciseSmooth.Error), $"{x:R}");
            Assert.InRange(upper - lower, 0, (2e-14 * upper) + 3e-300);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lines_AnyInterval_HoldAtEveryPoint(bool isTanh)
    {
        SmoothFunction function = Of(isTanh);
        var random = new Random(3);
        for (int trial = 0; trial < 500; trial++)
        {
            (double a, double b) = Interval(random, trial);
            SmoothLine above = SmoothLine.Above(function, a, b), below = SmoothLine.Below(function, a, b);
            foreach (double x in Points(a, b, random))
            {
                Rational value = PreciseSmooth.Value(isTanh, x);
                string what = $"[{a:R}, {b:R}] at {x:R}: {above}, {below}";
                Assert.True(((Rational)above.Slope * x) + above.Intercept >= value - PreciseSmooth.Error, what);
                Assert.True(((Rational)below.Slope * x) + below.Intercept <= value + PreciseSmooth.Error, what);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lines_Intervals_AreTight(bool isTanh)
    {
        SmoothFunction function = Of(isTanh);
        var random = new Random(4);
        for (int trial = 0; trial < 1_000; trial++)
        {
            double a = (random.NextDouble() * 12) - 6, b = a + (random.NextDouble() * 6);
            SmoothLine above = SmoothLine.Above(function, a, b), below = SmoothLine.Below(function, a, b);
            double slope = Math.Min(function.Slope(a), function.Slope(b));
            double Area(SmoothLine line) => ((line.Slope * (a + b) / 2) + line.Intercept) * (b - a);

            // The lines of least slope through the ends, with which DeepPoly does.
            double simple = Area(new(slope, function.Value(b) - (slope * b))) - Area(new(slope, function.Value(a) - (slope * a)));
            Assert.InRange(Area(above) - Area(below), 0, simple + 1e-9);
            double gap = Enumerable.Range(0, 101).Min(i => a + ((b - a) * i / 100) is var x
                ? (above.Slope * x) + above.Intercept - function.Value(x) : 0);
            Assert.InRange(gap, -1e-12, Math.Max(1e-12, 0.02 * (b - a) * (b - a))); // it touches
        }
    }

    [Theory]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(double.NegativeInfinity, double.PositiveInfinity)]
    [InlineData(-1, double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity, 1)]
    [InlineData(-double.MaxValue, double.MaxValue)]
    [InlineData(-double.MaxValue, 1)]
    [InlineData(1, -1)]
    public void Lines_NoInterval_AreOrHoldEverywhere(double a, double b)
    {
        foreach (bool isTanh in (bool[])[true, false])
        {
            SmoothLine above = SmoothLine.Above(Of(isTanh), a, b), below = SmoothLine.Below(Of(isTanh), a, b);
            Assert.True(double.IsFinite(above.Intercept) && double.IsFinite(below.Intercept));
            foreach (double x in (double[])[-1e300, -5, -1, 0, 1, 5, 1e300])
            {
                if (x < a || x > b)
                    continue;
                Rational value = PreciseSmooth.Value(isTanh, x);
                Assert.True(((Rational)above.Slope * x) + above.Intercept >= value - PreciseSmooth.Error, $"{x}: {above}");
                Assert.True(((Rational)below.Slope * x) + below.Intercept <= value + PreciseSmooth.Error, $"{x}: {below}");
            }
        }
    }

    [Fact]
    public void Apply_NumbersWithErrors_HoldsWhatTheyMayBe()
    {
        var random = new Random(5);
        foreach (bool isTanh in (bool[])[true, false])
        {
            double[] x = [double.NaN, double.PositiveInfinity, 0, .. Enumerable.Range(0, 500).Select(_ => Any(random))],
                error = [double.PositiveInfinity, double.PositiveInfinity, 0, .. x.Skip(3).Select(v => Math.Abs(v) * random.NextDouble())];
            double[] values = [.. x], errors = [.. error];
            Of(isTanh).Apply(values, errors);
            for (int i = 2; i < x.Length; i++)
            {
                foreach (double at in (double[])[x[i], x[i] + (0.999 * error[i]), x[i] - (0.999 * error[i])])
                {
                    Rational off = Rational.Abs(PreciseSmooth.Value(isTanh, at) - values[i]);
                    Assert.True(off <= (Rational)errors[i] + PreciseSmooth.Error, $"{x[i]:R}, {error[i]:R}");
                }
            }

            Assert.Equal(isTanh ? (0, 1) : (0.5, 0.5), (values[0], errors[0]));
            Assert.Equal((values[0], errors[0]), (values[1], errors[1]));
            Assert.Equal(isTanh, errors[2] == 0);
        }
    }

    private static SmoothFunction Of(bool isTanh) => isTanh ? SmoothFunction.Tanh : SmoothFunction.Logistic;

    private static double Any(Random random) => random.Next(4) switch
    {
        0 => (random.NextDouble() - 0.5) * 1_600,
        1 => Math.ScaleB(random.NextDouble() - 0.5, random.Next(-1070, 12)),
        _ => (random.NextDouble() - 0.5) * 40,
    };

    private static (double Lower, double Upper) Interval(Random random, int trial)
    {
        double a = trial % 5 == 0 ? Special[random.Next(Special.Length)] : Any(random);
        a = random.Next(2) == 0 ? a : -a;
        double b = random.Next(6) switch
        {
            0 => a,
            1 => double.BitIncrement(a),
            2 => a + Math.ScaleB(1, random.Next(-1070, 3)),
            3 => -a,
            _ => Any(random),
        };
        return a < b ? (a, b) : (b, a);
    }

    private static double[] Points(double a, double b, Random random)
    {
        double[] within = [a, b, 0, a / 2, b / 2, double.BitIncrement(a), double.BitDecrement(b),
            .. Enumerable.Range(0, 8).Select(_ => random.NextDouble() is var t ? (a * t) + (b * (1 - t)) : 0)];
        return [.. within.Where(x => x >= a && x <= b)];
    }
}
