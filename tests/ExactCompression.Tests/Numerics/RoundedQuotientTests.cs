using CsCheck;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

/// <summary>Quotients against exact fractions.</summary>
public sealed class RoundedQuotientTests
{
    [Fact]
    public void Reciprocal_Random_EnclosesTheTrueValue() => Wide.Where(static d => d != 0).ForAll(
        static divisor =>
        {
            (double value, double radius) = RoundedQuotient.Reciprocal(divisor);
            if (!double.IsFinite(value))
                return;
            Assert.True(Rational.Abs(((Rational)1 / divisor) - value) <= radius);
            Assert.InRange(radius, 0, (Math.Abs(value) * 3e-16) + (2 * double.Epsilon));
        },
        count: 3000,
        threads: 1);

    [Fact]
    public void OverRoot_Random_EnclosesTheTrueValue() => Gen.Select(Wide, Wide, Wide).Where(static t => t.Item2 + t.Item3 > 0).ForAll(
        static t =>
        {
            (double numerator, double variance, double epsilon) = t;
            (double value, double radius) = RoundedQuotient.OverRoot(numerator, variance, epsilon);
            if (!double.IsFinite(value))
                return;

            // |n / sqrt(s) - v| <= r, squared on both sides so that fractions suffice: v - r and v + r bracket n / sqrt(s).
            Rational sum = (Rational)variance + epsilon, square = (Rational)numerator * numerator;
            Rational magnitude = Rational.Abs(value), least = Rational.Max(Rational.Zero, magnitude - radius), most = magnitude + radius;
            Assert.True(least * least * sum <= square && square <= most * most * sum);
            Assert.True(Math.Sign(value) == Math.Sign(numerator) || value == 0);
        },
        count: 3000,
        threads: 1);

    [Theory]
    [InlineData(2.0)]
    [InlineData(-0.25)]
    [InlineData(1.0)]
    public void Reciprocal_OfAPowerOfTwo_IsExact(double divisor) => Assert.Equal((1 / divisor, 0), RoundedQuotient.Reciprocal(divisor));

    [Fact]
    public void OverRoot_OfAPerfectSquare_IsExact() => Assert.Equal((0.5, 0), RoundedQuotient.OverRoot(1.5, 8.75, 0.25));

    [Fact]
    public void Reciprocal_OfThree_HasARadius() => Assert.InRange(RoundedQuotient.Reciprocal(3).Radius, 1e-17, 1e-16);

    private static readonly Gen<double> Wide = Gen.OneOf(
        Gen.Double[-4, 4],
        Gen.Int[-16, 16].Select(static i => i / 4.0),
        Gen.Select(Gen.Double[-1, 1], Gen.Int[-320, 300]).Select(static (m, e) => m * Math.Pow(10, e)));
}
