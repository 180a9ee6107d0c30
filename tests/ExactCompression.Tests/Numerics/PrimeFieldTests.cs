using System.Numerics;
using CsCheck;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

public sealed class PrimeFieldTests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 61) - 1;

    /// <summary>Every double but infinities and NaN, subnormal ones too.</summary>
    private static readonly Gen<double> Doubles = Gen.Long.Select(BitConverter.Int64BitsToDouble).Where(double.IsFinite);

    [Fact]
    public void Of_AnyDouble_IsItsResidue() => Doubles.ForAll(
        d =>
        {
            (BigInteger numerator, BigInteger denominator) = ((Rational)d).Parts;
            Assert.Equal(Mod(numerator * BigInteger.ModPow(denominator, P - 2, P)), PrimeField.Of(d));
        }, 500);

    [Fact]
    public void Operations_AnyResidues_AreThoseOfIntegers() =>
        Gen.Select(Gen.ULong[0, PrimeField.Prime - 1], Gen.ULong[0, PrimeField.Prime - 1]).ForAll(
            pair =>
            {
                (ulong a, ulong b) = pair;
                Assert.Equal(Mod((BigInteger)a + b), PrimeField.Add(a, b));
                Assert.Equal(Mod((BigInteger)a - b), PrimeField.Subtract(a, b));
                Assert.Equal(Mod((BigInteger)a * b), PrimeField.Multiply(a, b));
                Assert.True(a == 0 || PrimeField.Multiply(a, PrimeField.Invert(a)) == 1);
            }, 500);

    [Theory]
    [InlineData(PrimeField.Prime - 1, PrimeField.Prime - 1)]
    [InlineData(PrimeField.Prime - 1, 1)]
    [InlineData(1UL << 60, 2)]
    public void Operations_AtTheEnds_AreThoseOfIntegers(ulong a, ulong b)
    {
        Assert.Equal(Mod((BigInteger)a + b), PrimeField.Add(a, b));
        Assert.Equal(Mod((BigInteger)a * b), PrimeField.Multiply(a, b));
    }

    [Fact]
    public void Of_NotFinite_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => PrimeField.Of(double.NaN));

    private static ulong Mod(BigInteger value) => (ulong)(((value % P) + P) % P);
}
