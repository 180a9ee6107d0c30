using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

/// <summary>Values, gradients and bounds of softmax and its logarithm, against arithmetic of a thousand bits.</summary>
public sealed class SoftmaxFunctionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Enclose_Points_HoldTheValueClosely(bool isLogarithm)
    {
        var random = new Random(1);
        for (int round = 0; round < 300; round++)
        {
            (SoftmaxShape shape, double[] x) = Next(random, isLogarithm, round % 7);
            var function = new SoftmaxFunction(shape);
            (double[] lower, double[] upper) = function.Enclose(x, x);
            double[] near = [.. x];
            function.Apply<double>(near);
            for (int i = 0; i < x.Length; i++)
            {
                AssertHolds(shape, x, i, lower[i], upper[i]);
                double size = Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]));
                Assert.InRange(upper[i] - lower[i], 0, isLogarithm ? (1e-12 * size) + 1e-12 : (1e-12 * size) + 1e-299);
                Assert.InRange(near[i], lower[i] - 1e-14, upper[i] + 1e-14);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Enclose_Boxes_HoldWhatIsTakenInside(bool isLogarithm)
    {
        var random = new Random(2);
        for (int round = 0; round < 200; round++)
        {
            (SoftmaxShape shape, double[] middle) = Next(random, isLogarithm, 1);
            var function = new SoftmaxFunction(shape);
            double[] radius = [.. middle.Select(_ => random.Next(3) == 0 ? 0 : random.NextDouble())];
            double[] low = [.. middle.Zip(radius, static (m, r) => m - r)], high = [.. middle.Zip(radius, static (m, r) => m + r)];
            (double[] lower, double[] upper) = function.Enclose(low, high);
            for (int n = 0; n < 3; n++)
            {
                double[] x =
                [
                    .. low.Zip(high, (l, h) => random.Next(4) switch { 0 => l, 1 => h, _ => l + (random.NextDouble() * (h - l)) }),
                ];
                for (int i = 0; i < x.Length; i++)
                    AssertHolds(shape, x, i, lower[i], upper[i]);
            }
        }
    }

    [Fact]
    public void Enclose_WhatIsNotKnown_IsTheWholeRange()
    {
        double[] least = [double.NegativeInfinity, 0, double.NaN], most = [double.PositiveInfinity, 1, double.NaN];
        (double[] lower, double[] upper) = new SoftmaxFunction(new(3, 1, false)).Enclose(least, most);
        Assert.All(lower, static l => Assert.Equal(0, l));
        Assert.All(upper, static u => Assert.Equal(1, u));
        (lower, upper) = new SoftmaxFunction(new(3, 1, true)).Enclose(least, most);
        Assert.All(lower, static l => Assert.Equal(double.NegativeInfinity, l));
        Assert.All(upper, static u => Assert.Equal(0, u));
        foreach (double alone in (double[])[1e300, -1e300, 0])
        {
            (lower, upper) = new SoftmaxFunction(new(1, 1, false)).Enclose([alone], [alone]);
            Assert.True(lower[0] is > 1 - 1e-12 and <= 1 && upper[0] == 1);
        }

        (lower, upper) = new SoftmaxFunction(new(2, 1, true)).Enclose([-1e308, 1e308], [-1e308, 1e308]);
        Assert.True(lower[0] < -1e308 && upper[0] <= -690 && lower[1] >= -1e-12 && upper[1] <= 0);
        (lower, upper) = new SoftmaxFunction(new(2, 1, false)).Enclose([-1e308, 1e308], [-1e308, 1e308]);
        Assert.True(lower[0] == 0 && upper[0] is > 0 and < 1e-299 && lower[1] >= 1 - 1e-12 && upper[1] == 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Steepest_AnyMoves_AreBoundedByIt(bool isLogarithm)
    {
        var random = new Random(3);
        double most = 0;
        for (int round = 0; round < 4_000; round++)
        {
            (SoftmaxShape shape, double[] x) = Next(random, isLogarithm, 1);
            var function = new SoftmaxFunction(shape);
            double size = Math.Pow(10, -random.Next(4));
            double[] moved = [.. x.Select(v => v + (size * random.Next(-1, 2)))], before = [.. x], after = [.. moved];
            function.Apply<double>(before);
            function.Apply<double>(after);
            for (int i = 0; i < x.Length; i++)
            {
                double largest = Group(shape, i).Max(j => Math.Abs(moved[j] - x[j]));
                double share = largest == 0 ? 0 : Math.Abs(after[i] - before[i]) / largest;
                Assert.InRange(share, 0, function.Steepest + 1e-9);
                most = Math.Max(most, share);
            }
        }

        Assert.InRange(most, isLogarithm ? 1.5 : 0.45, 2); // and is not far above
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Differentiate_AnySeeds_GivesTheQuotientOfDifferences(bool isLogarithm)
    {
        var random = new Random(4);
        for (int round = 0; round < 100; round++)
        {
            (SoftmaxShape shape, double[] x) = Next(random, isLogarithm, 1);
            var function = new SoftmaxFunction(shape);
            double[] seeds = [.. x.Select(_ => (2 * random.NextDouble()) - 1)], gradient = [.. seeds], results = [.. x];
            function.Apply<double>(results);
            function.Differentiate<double>(results, gradient);
            for (int i = 0; i < x.Length; i++)
                Assert.Equal((Sum(i, 1e-5) - Sum(i, -1e-5)) / 2e-5, gradient[i], 1e-7);

            double Sum(int i, double step)
            {
                double[] values = [.. x];
                values[i] += step;
                function.Apply<double>(values);
                return values.Zip(seeds, static (v, s) => v * s).Sum();
            }
        }
    }

    private static (SoftmaxShape Shape, double[] X) Next(Random random, bool isLogarithm, int kind)
    {
        var shape = new SoftmaxShape(random.Next(1, 6), random.Next(1, 4), isLogarithm);
        double scale = kind switch { 0 => 1e-9, 1 or 2 => 3, 3 => 40, 4 => 300, _ => 30 };
        int count = shape.Count * shape.Step * random.Next(1, 4);
        double shift = kind == 5 ? 1e9 : 0; // only differences count
        return (shape, [.. Enumerable.Range(0, count).Select(_ => shift + (scale * ((2 * random.NextDouble()) - 1)))]);
    }

    private static IEnumerable<int> Group(SoftmaxShape shape, int element) =>
        Enumerable.Range(0, shape.Count).Select(k => shape.FirstOf(element) + (k * shape.Step));

    /// <summary>Of the logarithm, its bounds' exponentials.</summary>
    private static void AssertHolds(SoftmaxShape shape, double[] x, int element, double lower, double upper)
    {
        Rational most = Group(shape, element).Select(j => (Rational)x[j]).Aggregate(Rational.Max), sum = 0;
        foreach (int j in Group(shape, element))
            sum += PreciseSmooth.Decay(most - x[j]);
        Rational share = PreciseSmooth.Decay(most - x[element]) / sum, error = 8 * PreciseSmooth.Error;
        Rational low = shape.IsLogarithm ? PreciseSmooth.Decay(-(Rational)lower) : lower;
        Rational high = shape.IsLogarithm ? PreciseSmooth.Decay(-(Rational)upper) : upper;
        Assert.True(low <= share + error && share <= high + error, $"{element} of {string.Join(", ", x)}: {lower:R} to {upper:R}");
    }
}
