using System.Numerics;

namespace ExactCompression.Numerics;

/// <summary>
/// An integer times a power of two, <c>m 2^e</c>: what every finite double is, and closed under sums and products. Arithmetic without any
/// rounding, for the few signs that rounding leaves undecided.
/// </summary>
internal readonly struct Dyadic
{
    private readonly BigInteger mantissa;
    private readonly int exponent;

    private Dyadic(BigInteger mantissa, int exponent)
    {
        this.mantissa = mantissa;
        this.exponent = exponent;
    }

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => mantissa.Sign;

    /// <summary>The exact value of a double.</summary>
    /// <param name="value">Finite.</param>
    public static implicit operator Dyadic(double value)
    {
        if (value == 0)
            return default;
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        if (exponent == 0x7FF)
            throw new ArgumentOutOfRangeException(nameof(value), value, "Only finite numbers have an exact value.");
        long mantissa = bits & 0xFFFFFFFFFFFFFL;
        if (exponent == 0)
            exponent = 1;
        else
            mantissa |= 1L << 52;
        int zeros = BitOperations.TrailingZeroCount(mantissa);
        mantissa >>= zeros;
        return new(bits < 0 ? -mantissa : mantissa, exponent - 1075 + zeros);
    }

    /// <summary>An integer.</summary>
    public static implicit operator Dyadic(BigInteger value) => new(value, 0);

    public static Dyadic operator +(Dyadic a, Dyadic b)
    {
        if (a.mantissa.IsZero)
            return b;
        if (b.mantissa.IsZero)
            return a;
        return a.exponent >= b.exponent
            ? new((a.mantissa << (a.exponent - b.exponent)) + b.mantissa, b.exponent)
            : new(a.mantissa + (b.mantissa << (b.exponent - a.exponent)), a.exponent);
    }

    public static Dyadic operator -(Dyadic a) => new(-a.mantissa, a.exponent);

    public static Dyadic operator -(Dyadic a, Dyadic b) => a + -b;

    public static Dyadic operator *(Dyadic a, Dyadic b) =>
        a.mantissa.IsZero || b.mantissa.IsZero ? default : new(a.mantissa * b.mantissa, a.exponent + b.exponent);

    /// <summary>The size of a number.</summary>
    public static Dyadic Abs(Dyadic a) => a.Sign < 0 ? -a : a;

    /// <summary>The numbers times one power of two that makes them integers.</summary>
    /// <param name="values">Numbers.</param>
    public static BigInteger[] ToIntegers(ReadOnlySpan<Dyadic> values)
    {
        int least = int.MaxValue;
        foreach (Dyadic value in values)
        {
            if (!value.mantissa.IsZero)
                least = Math.Min(least, value.exponent);
        }

        var integers = new BigInteger[values.Length];
        for (int i = 0; i < integers.Length; i++)
            integers[i] = values[i].mantissa.IsZero ? BigInteger.Zero : values[i].mantissa << (values[i].exponent - least);
        return integers;
    }

    /// <summary>The larger of two numbers.</summary>
    public static Dyadic Max(Dyadic a, Dyadic b) => (a - b).Sign < 0 ? b : a;
}
