using System.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>The logistic function and the hyperbolic tangent to a thousand bits and more, in integers.</summary>
internal static class PreciseSmooth
{
    /// <summary>More than the error of any value.</summary>
    public static readonly Rational Error = new(1, BigInteger.One << 1300);

    private const int Bits = 1400, Guard = 64, Halvings = 40, Terms = 60;

    private static readonly BigInteger One = BigInteger.One << (Bits + Guard);

    /// <summary>The value of a function.</summary>
    /// <param name="isTanh">Whether it is the tangent.</param>
    /// <param name="x">Where.</param>
    public static Rational Value(bool isTanh, Rational x)
    {
        Rational size = Rational.Min(Rational.Abs(x), 950.0); // beyond, it is within the error
        BigInteger e = Exponential(isTanh ? 2 * size : size);
        BigInteger numerator = isTanh ? (x.Sign < 0 ? e - One : One - e) : x.Sign < 0 ? e : One;
        return new Rational((numerator << (Bits + Guard)) / (One + e), One); // a multiple of 1 / One, which is far below the error
    }

    /// <summary><c>exp(-y)</c>.</summary>
    /// <param name="y">Not negative, and below 900.</param>
    public static Rational Decay(Rational y) => new(Exponential(y), One);

    /// <summary><c>exp(-y)</c> as a multiple of <c>1 / One</c>.</summary>
    private static BigInteger Exponential(Rational y)
    {
        (BigInteger numerator, BigInteger denominator) = y.Parts;
        BigInteger small = numerator * (One >> Halvings) / denominator, term = One, sum = One;
        for (int n = 1; n <= Terms; n++)
        {
            term = ((term * small) >> (Bits + Guard)) / n; // that is, by One * n
            sum += n % 2 == 0 ? term : -term;
        }

        for (int i = 0; i < Halvings; i++)
            sum = (sum * sum) >> (Bits + Guard);
        return sum;
    }
}
