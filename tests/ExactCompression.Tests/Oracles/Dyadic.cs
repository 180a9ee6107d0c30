using System.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>An exact number <c>mantissa * 2^exponent</c>: what every double, and every value of a network at a point of doubles, is.</summary>
internal readonly struct Dyadic : IComparable<Dyadic>
{
    private readonly BigInteger mantissa;
    private readonly int exponent;

    private Dyadic(BigInteger mantissa, int exponent)
    {
        this.mantissa = mantissa;
        this.exponent = mantissa.IsZero ? 0 : exponent;
    }

    public static Dyadic Zero => default;

    public int Sign => mantissa.Sign;

    public static implicit operator Dyadic(double value)
    {
        Assert.True(double.IsFinite(value));
        long bits = BitConverter.DoubleToInt64Bits(value);
        int field = (int)((bits >> 52) & 0x7FF);
        long fraction = bits & 0xFFFFFFFFFFFFF;
        BigInteger mantissa = field == 0 ? fraction : fraction | (1L << 52);
        return new(bits < 0 ? -mantissa : mantissa, (field == 0 ? 1 : field) - 1075);
    }

    public static Dyadic operator +(Dyadic a, Dyadic b)
    {
        if (a.Sign == 0)
            return b;
        if (b.Sign == 0)
            return a;
        int low = Math.Min(a.exponent, b.exponent);
        return new((a.mantissa << (a.exponent - low)) + (b.mantissa << (b.exponent - low)), low);
    }

    public static Dyadic operator -(Dyadic a) => new(-a.mantissa, a.exponent);

    public static Dyadic operator -(Dyadic a, Dyadic b) => a + -b;

    public static Dyadic operator *(Dyadic a, Dyadic b) => new(a.mantissa * b.mantissa, a.exponent + b.exponent);

    public static bool operator <(Dyadic a, Dyadic b) => a.CompareTo(b) < 0;

    public static bool operator >(Dyadic a, Dyadic b) => a.CompareTo(b) > 0;

    public static bool operator <=(Dyadic a, Dyadic b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Dyadic a, Dyadic b) => a.CompareTo(b) >= 0;

    public static Dyadic Max(Dyadic a, Dyadic b) => a >= b ? a : b;

    public static Dyadic Abs(Dyadic a) => a.Sign < 0 ? -a : a;

    public int CompareTo(Dyadic other) => (this - other).Sign;

    /// <summary>The mantissa over a common power of two, for integer algorithms.</summary>
    public BigInteger Scaled(int toExponent) => mantissa << (exponent - toExponent);

    public int Exponent => exponent;

    /// <summary>Near enough to show.</summary>
    public override string ToString() => (mantissa.IsZero ? 0 : (double)mantissa * Math.Pow(2, exponent)).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
