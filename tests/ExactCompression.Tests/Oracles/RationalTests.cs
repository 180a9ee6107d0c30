using System.Numerics;
using CsCheck;
using Xunit;

namespace ExactCompression.Tests.Oracles;

/// <summary>Fractions against pairs of whole numbers, which are never reduced.</summary>
public sealed class RationalTests
{
    /// <summary>Doubles of all sizes, whole numbers, and 0.</summary>
    private static readonly Gen<double> Doubles = Gen.OneOf(
        Gen.Int[-20, 20].Select(static n => (double)n),
        Gen.Int[-64, 64].Select(static n => n / 8.0),
        Gen.Double.Where(double.IsFinite),
        Gen.Select(Gen.Double[-1, 1], Gen.Int[-1074, 1023]).Select(static (x, power) => Math.ScaleB(x, power)));

    [Fact]
    public void Arithmetic_AnyNumbers_IsThatOfPairs() => Gen.Select(Doubles, Doubles, Doubles, Doubles).ForAll(
        (x, y, z, w) =>
        {
            // With denominators that are no powers of two, where they are not 0.
            (Rational a, Pair p) = Quotient(x, y);
            (Rational b, Pair q) = Quotient(z, w);
            AssertIs(p, a);
            AssertIs(new((p.Top * q.Bottom) + (q.Top * p.Bottom), p.Bottom * q.Bottom), a + b);
            AssertIs(new((p.Top * q.Bottom) - (q.Top * p.Bottom), p.Bottom * q.Bottom), a - b);
            AssertIs(new(p.Top * q.Top, p.Bottom * q.Bottom), a * b);
            AssertIs(new(-p.Top, p.Bottom), -a);
            AssertIs(new(BigInteger.Abs(p.Top), BigInteger.Abs(p.Bottom)), Rational.Abs(a));
            if (q.Top.IsZero)
                Assert.Throws<DivideByZeroException>(() => a / b);
            else
                AssertIs(new(p.Top * q.Bottom, p.Bottom * q.Top), a / b);

            int order = ((p.Top * q.Bottom) - (q.Top * p.Bottom)).Sign * p.Bottom.Sign * q.Bottom.Sign;
            Assert.Equal(order, Math.Sign(a.CompareTo(b)));
            Assert.Equal((order < 0, order <= 0), (a < b, a <= b));
            Assert.Equal((order > 0, order >= 0), (a > b, a >= b));
            Assert.Equal((order == 0, order != 0), (a == b, a != b));
            Assert.Equal(order < 0 ? (a, b) : (b, a), (Rational.Min(a, b), Rational.Max(a, b)));
            Assert.Equal((a.Sign, a, a.GetHashCode()), ((p.Top * p.Bottom).Sign, a + b - b, (a + b - b).GetHashCode()));
        },
        count: 3_000);

    [Theory]
    [InlineData(0.0, "0/1")]
    [InlineData(-0.75, "-3/4")]
    [InlineData(12.0, "12/1")]
    [InlineData(2251799813685249.5, "4503599627370499/2")]
    public void ToString_KnownNumbers_IsTheFractionInLowestTerms(double value, string expected) =>
        Assert.Equal(expected, ((Rational)value).ToString());

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Conversion_NoNumber_IsRefused(double value) => Assert.Throws<ArgumentOutOfRangeException>(() => (Rational)value);

    private static (Rational, Pair) Quotient(double x, double y)
    {
        (Pair p, Pair q) = (Pair.Of(x), Pair.Of(y));
        return q.Top.IsZero ? (x, p) : ((Rational)x / y, new(p.Top * q.Bottom, p.Bottom * q.Top));
    }

    private static void AssertIs(Pair expected, Rational actual)
    {
        (BigInteger numerator, BigInteger denominator) = actual.Parts;
        Assert.Equal(expected.Top * denominator, numerator * expected.Bottom);
        Assert.True(denominator.Sign > 0 && BigInteger.GreatestCommonDivisor(numerator, denominator).IsOne, $"{actual}");
    }

    /// <summary>A fraction that need not be in lowest terms.</summary>
    private readonly record struct Pair(BigInteger Top, BigInteger Bottom)
    {
        /// <summary>Doubled until it is whole, which no finite double needs more than 1,074 times.</summary>
        public static Pair Of(double value)
        {
            int doublings = 0;
            for (; value != Math.Floor(value); value *= 2)
                doublings++;
            return new(new(value), BigInteger.One << doublings);
        }
    }
}
