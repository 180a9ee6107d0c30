using CsCheck;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

public sealed class DyadicTests
{
    private static readonly Gen<double> AnyFinite = Gen.OneOf(
        Gen.Double, Gen.Int[-3, 3].Select(i => (double)i), Gen.Const(double.Epsilon), Gen.Const(double.MaxValue)).Where(double.IsFinite);

    [Fact]
    public void SignOfSumsAndProducts_AnyDoubles_EqualsThatOfFractions() =>
        Gen.Select(AnyFinite, AnyFinite, AnyFinite, AnyFinite).ForAll(
            (a, b, c, d) =>
            {
                int expected = (((Rational)a * b) + ((Rational)c * d)).Sign;
                Assert.Equal(expected, (((Dyadic)a * b) + ((Dyadic)c * d)).Sign);
                Assert.Equal(((Rational)a - b).Sign, ((Dyadic)a - b).Sign);
                Assert.Equal(Rational.Max(a, b).Sign, Dyadic.Max(a, b).Sign);
            },
            count: 2_000);

    [Fact]
    public void Conversion_Infinity_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => (Dyadic)double.PositiveInfinity);
}
