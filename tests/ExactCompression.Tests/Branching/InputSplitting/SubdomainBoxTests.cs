using ExactCompression.Branching.InputSplitting;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Branching.InputSplitting;

/// <summary>Linear functions over boxes, against exact arithmetic at points of the box.</summary>
public sealed class SubdomainBoxTests
{
    [Fact]
    public void MaximumWhere_HardNumbers_IsNeverBelowAPointThatSatisfiesTheCondition()
    {
        int finite = 0, conditional = 0;
        for (int seed = 0; seed < 3_000; seed++)
        {
            (SubdomainBox box, double[] f, double c, double[] h, double d, double[][] points) = Make(seed);
            double plain = box.Maximum(f, c), where = box.MaximumWhere(f, c, h, d);
            Assert.False(double.IsNegativeInfinity(plain) || double.IsNegativeInfinity(where));
            Assert.True(double.IsNaN(plain) || where <= plain);
            finite += double.IsFinite(plain) ? 1 : 0;
            foreach (double[] x in points)
            {
                Rational value = At(f, c, x);
                Assert.True(!double.IsFinite(plain) || plain >= value, $"seed {seed}");
                if (At(h, d, x).Sign < 0)
                    continue;
                conditional += where < plain ? 1 : 0;
                Assert.True(!double.IsFinite(where) || where >= value, $"seed {seed}");
            }
        }

        Assert.True(finite > 2_000 && conditional > 1_000, $"{finite} {conditional}"); // the test must not be vacuous
    }

    [Fact]
    public void Clip_HardNumbers_KeepsEveryPointWhereTheFunctionIsNotNegative()
    {
        int cut = 0;
        for (int seed = 0; seed < 3_000; seed++)
        {
            (SubdomainBox box, double[] f, double c, _, _, double[][] points) = Make(seed);
            int inputs = points[0].Length;
            double[] lower = new double[inputs], upper = new double[inputs];
            box.Clip(f, box.Maximum(f, c), lower, upper);
            for (int i = 0; i < inputs; i++)
            {
                Assert.True(box.Lower[i] <= lower[i] && lower[i] <= upper[i] && upper[i] <= box.Upper[i], $"seed {seed}");
                cut += lower[i] > box.Lower[i] || upper[i] < box.Upper[i] ? 1 : 0;
            }

            foreach (double[] x in points.Where(x => At(f, c, x).Sign >= 0))
                Assert.All(Enumerable.Range(0, inputs), i => Assert.True(lower[i] <= x[i] && x[i] <= upper[i], $"seed {seed}, input {i}"));
        }

        Assert.True(cut > 1_000, $"{cut}");
    }

    [Fact]
    public void MaximumWhere_KnownProgram_IsItsOptimum()
    {
        // 2x + y over [0,1]^2 where 1 - 2x - 2y >= 0: the optimum is 1, at (1/2, 0).
        var box = new SubdomainBox(2);
        box.Load([0, 0], [1, 1]);
        double[] f = new double[SubdomainProduct.Pad(2)], h = new double[SubdomainProduct.Pad(2)];
        (f[0], f[1], h[0], h[1]) = (2, 1, -2, -2);
        Assert.Equal(1, box.MaximumWhere(f, 0, h, 1), 1e-12);
        Assert.Equal([0.5, 0], box.Maximiser);
        Assert.Equal(3, box.MaximumWhere(f, 0, [], 0), 1e-12);
        Assert.Equal([1, 1], box.Maximiser);
    }

    [Fact]
    public void MaximumWhere_ConditionThatNoPointSatisfies_IsBelowTheValuesAtPoints()
    {
        // x + y + 0.1 where -x - y - 1 >= 0 over [0,1]^2: nowhere, so any bound is sound; the multiplier 1 gives -0.9.
        var box = new SubdomainBox(2);
        box.Load([0, 0], [1, 1]);
        double[] f = new double[SubdomainProduct.Pad(2)], h = new double[SubdomainProduct.Pad(2)];
        (f[0], f[1], h[0], h[1]) = (1, 1, -1, -1);
        Assert.True(box.MaximumWhere(f, 0.1, h, -1) < 0);
    }

    private static (SubdomainBox Box, double[] F, double C, double[] H, double D, double[][] Points) Make(int seed)
    {
        var random = new Random(seed);
        int kind = random.Next(HardNumbers.Kinds), inputs = random.Next(1, 11);
        (double[] lower, double[] upper) = HardNumbers.Box(random, kind, inputs);
        var box = new SubdomainBox(inputs);
        box.Load(lower, upper);
        double[] f = new double[SubdomainProduct.Pad(inputs)], h = new double[f.Length];
        for (int i = 0; i < inputs; i++)
            (f[i], h[i]) = (random.Next(5) == 0 ? 0 : HardNumbers.Next(random, kind),
                random.Next(5) == 0 ? 0 : HardNumbers.Next(random, kind));
        var points = new double[20][];
        for (int p = 0; p < points.Length; p++)
            points[p] = [.. lower.Zip(
                upper, (a, b) => random.Next(4) switch { 0 => a, 1 => b, _ => Math.Clamp(a + (random.NextDouble() * (b - a)), a, b) })];

        // Constants for which 0 is crossed somewhere in the box.
        double[] middle = points[^1];
        double Crossing(double[] g) =>
            random.Next(2) == 0
                ? HardNumbers.Next(random, kind)
                : -(double)g.Take(inputs).Zip(middle, (a, b) => a * b).Sum() is var c && double.IsFinite(c)
                ? c : 0;
        return (box, f, Crossing(f), h, Crossing(h), points);
    }

    private static Rational At(double[] f, double c, double[] x)
    {
        Rational sum = c;
        for (int i = 0; i < x.Length; i++)
            sum += (Rational)f[i] * x[i];
        return sum;
    }
}
