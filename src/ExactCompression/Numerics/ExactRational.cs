using System.Numerics;

namespace ExactCompression.Numerics;

/// <summary>A quotient of integers, compared with doubles without rounding.</summary>
/// <param name="Numerator">Any integer.</param>
/// <param name="Denominator">Above 0.</param>
internal readonly record struct ExactRational(BigInteger Numerator, BigInteger Denominator)
{
    /// <summary>Itself times ten to a power.</summary>
    public ExactRational TimesPowerOfTen(int exponent) => exponent >= 0
        ? new(Numerator * BigInteger.Pow(10, exponent), Denominator)
        : new(Numerator, Denominator * BigInteger.Pow(10, -exponent));

    /// <summary>Minus itself.</summary>
    public ExactRational Negated() => new(-Numerator, Denominator);

    /// <summary>Divided by another, which is not 0.</summary>
    public ExactRational Over(ExactRational divisor) => divisor.Numerator.Sign > 0
        ? new(Numerator * divisor.Denominator, Denominator * divisor.Numerator)
        : new(-Numerator * divisor.Denominator, Denominator * -divisor.Numerator);

    /// <summary>The sum with another, in lowest terms.</summary>
    public ExactRational Plus(ExactRational other) => Denominator == other.Denominator
        ? Lowest(Numerator + other.Numerator, Denominator)
        : Lowest((Numerator * other.Denominator) + (other.Numerator * Denominator), Denominator * other.Denominator);

    /// <summary>The product with another, in lowest terms.</summary>
    public ExactRational Times(ExactRational other) => Lowest(Numerator * other.Numerator, Denominator * other.Denominator);

    /// <summary>The sign of itself less another.</summary>
    public int CompareTo(ExactRational other) => Denominator == other.Denominator
        ? Numerator.CompareTo(other.Numerator)
        : (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <summary>The sign of itself less a finite double.</summary>
    public int CompareTo(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int field = (int)(bits >> 52) & 0x7ff;
        long mantissa = bits & ((1L << 52) - 1) | (field == 0 ? 0 : 1L << 52);
        int exponent = Math.Max(field, 1) - 1075;
        BigInteger other = (bits < 0 ? -mantissa : mantissa) * Denominator;
        return exponent >= 0 ? Numerator.CompareTo(other << exponent) : (Numerator << -exponent).CompareTo(other);
    }

    /// <summary>The largest double that is not above it; not finite beyond the range of double.</summary>
    public double Down()
    {
        double value = Near();
        while (value > double.NegativeInfinity && (double.IsPositiveInfinity(value) || CompareTo(value) < 0))
            value = Math.BitDecrement(value);
        while (Math.BitIncrement(value) is var next && double.IsFinite(next) && CompareTo(next) >= 0)
            value = next;
        return value;
    }

    /// <summary>The smallest double that is not below it; not finite beyond the range of double.</summary>
    public double Up() => 0 - Negated().Down(); // not -0 of 0

    private static ExactRational Lowest(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsOne)
            return new(numerator, denominator);
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        return new(numerator / common, denominator / common);
    }

    // A double close by: the quotient of 64 leading bits, so that few steps lead from it to the one that is meant.
    private double Near()
    {
        if (Numerator.IsZero)
            return 0;
        int shift = (int)(Denominator.GetBitLength() - Numerator.GetBitLength()) + 64;
        BigInteger scaled = shift >= 0 ? (Numerator << shift) / Denominator : Numerator / (Denominator << -shift);
        return Math.ScaleB((double)scaled, -shift);
    }
}
