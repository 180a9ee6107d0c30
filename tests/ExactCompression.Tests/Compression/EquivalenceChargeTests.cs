using ExactCompression.Compression.Equivalence;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>Each charge of the proofs that two networks differ by no more than a bound, where no other charge covers it.</summary>
public class EquivalenceChargeTests
{
    [Fact]
    public void OfSameWidths_OnlyOneRectifiesItsOutputs_ClaimsNothing()
    {
        ReluNetwork one = new([Layer(WeightPrecision.Float64, true, [1, -1])]),
            other = new([Layer(WeightPrecision.Float64, false, [1, -1])]);
        Assert.Equal(double.PositiveInfinity, DeviationProof.OfSameWidths(one, other, InputDomain.Unit));
    }

    /// <summary>A weight of 0 that may be 1 reads 100 in the second network, 1 in the first.</summary>
    [Fact]
    public void OfSameWidths_RadiusOfTheSecond_CountsWhatTheSecondReads()
    {
        ReluNetwork one = new([Hidden([1, 0]), Output([0, 0])]);
        ReluNetwork other = new([Hidden([100, 0]), new([0], [0], 1, 1, Activation.Identity, WeightPrecision.Float64, [1], [0])]);
        Assert.True(DeviationProof.OfSameWidths(one, other, InputDomain.Unit) >= 100);
    }

    /// <summary>1 and -2^-60, whose distance is not a double.</summary>
    [Fact]
    public void Between_ConstantsOfDifferentWidths_BoundsTheirDistance()
    {
        double small = -Math.Pow(2, -60);
        ReluNetwork one = new([Layer(WeightPrecision.Float64, false, [1, 0]), Layer(WeightPrecision.Float64, true, [0, 1])]);
        ReluNetwork other = new([Layer(WeightPrecision.Float64, true, [0, small])]);
        foreach ((ReluNetwork first, ReluNetwork second) in ((ReluNetwork, ReluNetwork)[])[(one, other), (other, one)])
        {
            DeviationBound bound = DeviationProof.Between(
                first, second, InputDomain.Unit, null, 0, new() { ProofTimeLimit = TimeSpan.Zero }, default);
            Assert.Equal(EquivalenceEvidence.Intervals, bound.Evidence);
            Assert.True(bound.Bound >= (Rational)1 - small && bound.Bound <= 1 + 1e-15);
        }
    }

    /// <summary>The difference is merged to 0 within the tolerance, and equals the deviation of merging.</summary>
    [Fact]
    public void Search_DifferenceThatMergingTakesAway_CountsWhatItMoved()
    {
        ReluNetwork one = Kink(1, 0.5, 1 + Math.Pow(2, -23)), other = Kink(1, 0.5, 1);
        AssertSearch(one, other, 1);
        AssertSearch(other, one, 1);
        AssertSearch(new([Layer(WeightPrecision.Float64, true, [0, 0])]), new([Layer(WeightPrecision.Float64, true, [0.25, 0.25])]), 1);
    }

    /// <summary>
    /// The same in addition to relu(x - 0.5) + relu(0.25 - x), which is at most 0.5, which intervals do not prove: the tolerance is between
    /// that and the difference including what merging removes, or so near to it that the rest of the tolerance is 0.5 up to rounding.
    /// </summary>
    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(1.0 / (1 << 10), 1)]
    public void Search_WhatIsLeftOfTheTolerance_IsLessThanItByWhatMergingMoved(double weight, double share)
    {
        double factor = 1 + Math.Pow(2, -22) + Math.Pow(2, -52);
        ReluNetwork one = new(
            [Rows([1, -0.5], [-1, 0.25], [factor, -0.75 * factor]), Layer(WeightPrecision.Float64, true, [1, 1, weight, 0])]);
        AssertSearch(one, Kink(weight, 0.75, 1), 0.5 + (share * weight * Math.Pow(2, -24)));

        static AffineLayer Rows(params double[][] rows) => Layer(WeightPrecision.Float64, false, rows);
    }

    /// <summary>
    /// Whatever the files' numbers are within their radii, the bounds of the difference network and of its tolerance neurons contain the
    /// difference.
    /// </summary>
    [Fact]
    public void DifferenceNetwork_NetworksWithRadii_HoldsTheDifferenceOfAllWithinThem()
    {
        for (int seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            int kind = seed % 4 == 3 ? 5 : seed % 2 * 6;
            ReluNetwork one = HardNumbers.Network(random, kind, 2, random.Next(3), 3),
                other = HardNumbers.Network(random, kind, 2, random.Next(3), 3);
            double[] lower = [HardNumbers.Next(random, kind), HardNumbers.Next(random, kind)],
                upper = [.. lower.Select(x => x + random.NextDouble())];
            double[] point = [.. lower.Zip(upper, (l, u) => random.Next(2) == 0 ? l : u)];
            double tolerance = random.NextDouble();
            ReluNetwork difference = DifferenceNetwork.Of(one, other, new(lower, upper)),
                sides = DifferenceNetwork.WithSides(difference, tolerance);
            InputDomain here = new(point, point);
            (double[] least, double[] most) = OutputBounds.Of(difference, here);
            PreActivationBounds bounds = PreActivationBounds.Of(sides, here);
            for (int corner = 0; corner < 4; corner++)
            {
                Rational[] exact = Array.ConvertAll(point, static x => (Rational)x);
                Rational gap = new ExactNetwork(HardNumbers.Within(random, one, corner)).Evaluate(exact)[0]
                    - new ExactNetwork(HardNumbers.Within(random, other, 3 - corner)).Evaluate(exact)[0];
                Assert.True(gap >= least[0] && gap <= most[0], $"seed {seed}");
                Assert.True(
                    gap - tolerance >= bounds.Lower(sides.Depth)[0] && gap - tolerance <= bounds.Upper(sides.Depth)[0],
                    $"seed {seed}, above");
                Assert.True(
                    -gap - tolerance >= bounds.Lower(sides.Depth)[1] && -gap - tolerance <= bounds.Upper(sides.Depth)[1],
                    $"seed {seed}, below");
            }
        }
    }

    [Fact]
    public void AtLeast_DifferencesThatAreNoDoubles_AreNotExceeded()
    {
        static ReluNetwork Constant(double value) => new([Layer(WeightPrecision.Float64, true, [0, value])]);
        double small = Math.Pow(2, -60);
        Assert.True(PointDifference.AtLeast(Constant(1), Constant(small), [0]) <= (Rational)1 - small);
        Assert.True(double.IsFinite(PointDifference.AtLeast(Constant(1.7e308), Constant(-1.7e308), [0])));
    }

    [Fact]
    public void UpperBound_AnyNumbers_NeverBelowTheExactValue()
    {
        for (int n = 0; n < 3000; n++)
        {
            var random = new Random(n);
            double Next() => Math.Abs(HardNumbers.Next(random, n % HardNumbers.Kinds));
            (double a, double b) = (Next(), Next());
            Assert.True(AtMost((Rational)a + b, UpperBound.Add(a, b)));
            Assert.True(AtMost((Rational)a * b, UpperBound.Multiply(a, b)));
            double[] row = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => HardNumbers.Next(random, n % HardNumbers.Kinds))],
                values = [.. row.Select(_ => Next())];
            Rational exact = row.Zip(values, static (w, m) => Rational.Abs(w) * m).Aggregate(Rational.Zero, static (s, t) => s + t);
            double dot = UpperBound.MagnitudeDot(row, values);
            Assert.True(AtMost(exact, dot));
            Assert.Equal(exact.Sign == 0, dot == 0);
        }

        Assert.Equal(1, UpperBound.Add(1, 0));
        Assert.Equal(2, UpperBound.MagnitudeDot([0, 1], [double.PositiveInfinity, 2]), 1e-12);
        Assert.Equal(double.PositiveInfinity, UpperBound.Known(double.NaN));
        double[] halves = [1, .. Enumerable.Repeat(1.0 / (1L << 53), 100)];
        Assert.True(UpperBound.MagnitudeDot(halves, [.. halves.Select(static _ => 1.0)]) >= 1 + (100.0 / (1L << 53)));
        Assert.True(
            AtMost((Rational)1e-160 * 1e-160 * 100,
                UpperBound.MagnitudeDot([.. Enumerable.Repeat(1e-160, 100)], [.. Enumerable.Repeat(1e-160, 100)])));

        static bool AtMost(Rational exact, double bound) => double.IsPositiveInfinity(bound) || exact <= bound;
    }

    [Fact]
    public void Box_AnyRowAndBias_HoldsEveryCorner()
    {
        for (int n = 0; n < 3000; n++)
        {
            var random = new Random(n);
            int kind = n % HardNumbers.Kinds, size = random.Next(1, 6);
            (double[] lower, double[] upper) = HardNumbers.Box(random, kind, size);
            double[] row = [.. Enumerable.Range(0, size).Select(_ => random.Next(5) == 0 ? 0 : HardNumbers.Next(random, kind))];
            double constant = random.Next(3) == 0 ? 0 : HardNumbers.Next(random, kind);
            (double least, double most) = new Box(lower, upper).Range(row, constant);
            (Rational low, Rational high) = (constant, constant);
            for (int j = 0; j < size; j++)
            {
                low += (Rational)row[j] * (row[j] >= 0 ? lower[j] : upper[j]);
                high += (Rational)row[j] * (row[j] >= 0 ? upper[j] : lower[j]);
            }

            Assert.True((double.IsNegativeInfinity(least) || least <= low) && (double.IsPositiveInfinity(most) || most >= high), $"{n}");
        }
    }

    private static void AssertSearch(ReluNetwork one, ReluNetwork other, double tolerance)
    {
        (double bound, _) = DifferenceProof.Search(
            one, other, InputDomain.Unit, null, tolerance, new() { TimeLimit = TimeSpan.FromSeconds(20) }, default);
        Assert.True(ExactDifference.At(one, other, [1]) <= bound, $"{bound:R}");
    }

    /// <summary><c>weight relu(factor (x - at))</c>.</summary>
    private static ReluNetwork Kink(double weight, double at, double factor) =>
        new([Layer(WeightPrecision.Float64, false, [factor, -at * factor]), Layer(WeightPrecision.Float64, true, [weight, 0])]);
}
