using System.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// Exact fractions: obviously right, and sharing nothing with the library's arithmetic. A fraction is <c>n 2^e / d</c> in lowest terms with
/// n and d odd, since all that comes from doubles has d = 1 and needs no greatest common divisor.
/// </summary>
internal readonly struct Rational : IEquatable<Rational>, IComparable<Rational>
{
    private readonly BigInteger numerator;
    private readonly BigInteger denominatorLessOne;
    private readonly int exponent;

    public Rational(BigInteger numerator, BigInteger denominator)
        : this(numerator, denominator, 0)
    {
    }

    private Rational(BigInteger numerator, BigInteger denominator, int exponent)
    {
        if (denominator.IsZero)
            throw new DivideByZeroException();
        if (numerator.IsZero)
            return;
        if (denominator.Sign < 0)
            (numerator, denominator) = (-numerator, -denominator);
        if (!denominator.IsOne)
        {
            BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
            (numerator, denominator) = (numerator / divisor, denominator / divisor);
        }

        int above = Twos(numerator), below = Twos(denominator);
        this.numerator = numerator >> above;
        denominatorLessOne = (denominator >> below) - 1;
        this.exponent = exponent + above - below;
    }

    public static Rational Zero => default;

    public int Sign => numerator.Sign;

    /// <summary>Numerator and denominator.</summary>
    public (BigInteger Numerator, BigInteger Denominator) Parts =>
        (numerator << Math.Max(exponent, 0), OddDenominator << Math.Max(-exponent, 0));

    private BigInteger OddDenominator => denominatorLessOne + 1;

    /// <summary>The exact value of a finite double.</summary>
    public static implicit operator Rational(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value));
        const int Fraction = 52, Bias = 1023 + Fraction;
        long bits = BitConverter.DoubleToInt64Bits(value), fraction = bits & ((1L << Fraction) - 1);
        int power = (int)((bits >> Fraction) & 0x7FF);
        if (power > 0)
            fraction |= 1L << Fraction; // a normal number, whose leading bit is not stored
        return new(value < 0 ? -fraction : fraction, BigInteger.One, Math.Max(power, 1) - Bias);
    }

    public static Rational operator +(Rational a, Rational b)
    {
        if (a.Sign == 0)
            return b;
        if (b.Sign == 0)
            return a;
        int exponent = Math.Min(a.exponent, b.exponent);
        BigInteger left = a.numerator << (a.exponent - exponent), right = b.numerator << (b.exponent - exponent);
        return a.denominatorLessOne == b.denominatorLessOne
            ? new(left + right, a.OddDenominator, exponent)
            : new((left * b.OddDenominator) + (right * a.OddDenominator), a.OddDenominator * b.OddDenominator, exponent);
    }

    public static Rational operator -(Rational a, Rational b) => a + -b;

    public static Rational operator -(Rational a) => new(-a.numerator, a.OddDenominator, a.exponent);

    public static Rational operator *(Rational a, Rational b) =>
        new(a.numerator * b.numerator, a.OddDenominator * b.OddDenominator, a.exponent + b.exponent);

    public static Rational operator /(Rational a, Rational b) =>
        new(a.numerator * b.OddDenominator, a.OddDenominator * b.numerator, a.exponent - b.exponent);

    public static bool operator <(Rational a, Rational b) => a.CompareTo(b) < 0;

    public static bool operator >(Rational a, Rational b) => a.CompareTo(b) > 0;

    public static bool operator <=(Rational a, Rational b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Rational a, Rational b) => a.CompareTo(b) >= 0;

    public static bool operator ==(Rational a, Rational b) => a.Equals(b);

    public static bool operator !=(Rational a, Rational b) => !a.Equals(b);

    public static Rational Max(Rational a, Rational b) => a < b ? b : a;

    public static Rational Min(Rational a, Rational b) => a < b ? a : b;

    public static Rational Abs(Rational a) => a.Sign < 0 ? -a : a;

    public int CompareTo(Rational other)
    {
        if (Sign != other.Sign)
            return Sign.CompareTo(other.Sign);
        int least = Math.Min(exponent, other.exponent);
        return (numerator * other.OddDenominator << (exponent - least)).CompareTo(
            other.numerator * OddDenominator << (other.exponent - least));
    }

    public bool Equals(Rational other) =>
        exponent == other.exponent && numerator == other.numerator && denominatorLessOne == other.denominatorLessOne;

    public override bool Equals(object? obj) => obj is Rational other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(numerator, denominatorLessOne, exponent);

    public override string ToString() => $"{Parts.Numerator}/{Parts.Denominator}";

    /// <summary>How often 2 divides a number that is not 0.</summary>
    private static int Twos(BigInteger number) => (int)BigInteger.TrailingZeroCount(number);
}
