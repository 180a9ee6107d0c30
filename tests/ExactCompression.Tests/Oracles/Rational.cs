using System.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>Exact fractions: slow, obviously right, and sharing nothing with the library's arithmetic.</summary>
internal readonly struct Rational : IEquatable<Rational>, IComparable<Rational>
{
    private readonly BigInteger numerator;
    private readonly BigInteger denominatorLessOne;

    public Rational(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero)
            throw new DivideByZeroException();
        if (denominator.Sign < 0)
            (numerator, denominator) = (-numerator, -denominator);
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        this.numerator = numerator / divisor;
        denominatorLessOne = (denominator / divisor) - 1;
    }

    public static Rational Zero => default;

    public int Sign => numerator.Sign;

    /// <summary>Numerator and denominator.</summary>
    public (BigInteger Numerator, BigInteger Denominator) Parts => (numerator, Denominator);

    private BigInteger Denominator => denominatorLessOne + 1;

    /// <summary>The exact value of a finite double.</summary>
    public static implicit operator Rational(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value));
        int exponent = 0;
        double scaled = value;
        while (scaled != Math.Floor(scaled))
        {
            scaled *= 2;
            exponent++;
            if (exponent > 1100)
                throw new InvalidOperationException("Not a double.");
        }

        return new(new BigInteger(scaled), BigInteger.One << exponent);
    }

    public static Rational operator +(Rational a, Rational b) =>
        new((a.numerator * b.Denominator) + (b.numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Rational operator -(Rational a, Rational b) =>
        new((a.numerator * b.Denominator) - (b.numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Rational operator -(Rational a) => new(-a.numerator, a.Denominator);

    public static Rational operator *(Rational a, Rational b) => new(a.numerator * b.numerator, a.Denominator * b.Denominator);

    public static Rational operator /(Rational a, Rational b) => new(a.numerator * b.Denominator, a.Denominator * b.numerator);

    public static bool operator <(Rational a, Rational b) => a.CompareTo(b) < 0;

    public static bool operator >(Rational a, Rational b) => a.CompareTo(b) > 0;

    public static bool operator <=(Rational a, Rational b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Rational a, Rational b) => a.CompareTo(b) >= 0;

    public static bool operator ==(Rational a, Rational b) => a.Equals(b);

    public static bool operator !=(Rational a, Rational b) => !a.Equals(b);

    public static Rational Max(Rational a, Rational b) => a < b ? b : a;

    public static Rational Min(Rational a, Rational b) => a < b ? a : b;

    public static Rational Abs(Rational a) => a.Sign < 0 ? -a : a;

    public int CompareTo(Rational other) => (numerator * other.Denominator).CompareTo(other.numerator * Denominator);

    public bool Equals(Rational other) => numerator == other.numerator && denominatorLessOne == other.denominatorLessOne;

    public override bool Equals(object? obj) => obj is Rational other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(numerator, denominatorLessOne);

    public override string ToString() => $"{numerator}/{Denominator}";
}
