using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

public sealed class RoundingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(10_000)]
    [InlineData(1L << 40)]
    public void Gamma_AnyNumberOfTerms_CoversTheTheorysAndItsOwnRounding(long terms)
    {
        Rational u = Rounding.Unit, gamma = (terms * u) / ((Rational)1 - (terms * u));
        Assert.True((Rational)Rounding.Gamma(terms) * ((Rational)1 - gamma - gamma) >= gamma);
        Assert.True((Rational)Rounding.Gamma(terms) <= gamma + gamma + (10 * u));
    }

    [Fact]
    public void DirectedOperations_AnyNumbers_AreOnTheirSideAndClose()
    {
        for (int seed = 0; seed < 5_000; seed++)
        {
            var random = new Random(seed);
            double a = HardNumbers.Next(random, seed % HardNumbers.Kinds), b = HardNumbers.Next(random, seed % HardNumbers.Kinds);
            double up = Rounding.AddUp(a, b), down = Rounding.AddDown(a, b), product = Rounding.MultiplyUp(a, b);
            Dyadic sum = (Dyadic)a + b;
            Assert.True((up - sum).Sign >= 0 && (sum - down).Sign >= 0);
            Assert.True(Math.BitDecrement(Math.BitDecrement(up)) <= a + b && Math.BitIncrement(Math.BitIncrement(down)) >= a + b);
            if (double.IsFinite(product))
                Assert.True((product - ((Dyadic)a * b)).Sign >= 0, $"{a:R} {b:R}");
            Assert.True(!(product > 0) || Math.BitDecrement(product) <= a * b);
        }
    }

    [Fact]
    public void DirectedOperations_AtTheEndsOfTheRange_StayOnTheirSide()
    {
        Assert.Equal(double.Epsilon, Rounding.MultiplyUp(1e-200, 1e-200)); // an underflown product is not 0
        Assert.Equal(0, Rounding.MultiplyUp(0, 1e300));
        Assert.Equal(0, Rounding.MultiplyUp(-1e300, 0));
        Assert.True(Rounding.MultiplyUp(-1e-200, 1e-200) >= 0);
        Assert.Equal(double.PositiveInfinity, Rounding.MultiplyUp(1e200, 1e200));
        Assert.True(double.IsNaN(Rounding.MultiplyUp(0, double.PositiveInfinity)));
        Assert.True(double.IsNaN(Rounding.AddUp(double.PositiveInfinity, double.NegativeInfinity)));
        Assert.Equal(double.PositiveInfinity, Rounding.AddUp(double.MaxValue, double.MaxValue));
        Assert.Equal(double.MaxValue, Rounding.AddDown(double.MaxValue, double.MaxValue)); // a double not above the real sum
    }
}
