using System.Numerics;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// An integer times a power of two: what every finite double is. Sums and products without any rounding, for the few signs that rounding
/// obscures.
/// </summary>
internal readonly struct Exact
{
    private readonly BigInteger digits;
    private readonly int power;

    private Exact(BigInteger digits, int power) => (this.digits, this.power) = (digits, digits.IsZero ? 0 : power);

    /// <summary>The value of a finite double.</summary>
    public Exact(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value));
        long bits = BitConverter.DoubleToInt64Bits(value), fraction = bits & ((1L << 52) - 1);
        int exponent = (int)(bits >> 52) & 2047;
        if (exponent != 0)
            fraction |= 1L << 52;
        if (fraction == 0)
            return;
        int zeros = BitOperations.TrailingZeroCount(fraction);
        digits = bits < 0 ? -(fraction >> zeros) : fraction >> zeros;
        power = Math.Max(exponent, 1) - 1075 + zeros;
    }

    public int Sign => digits.Sign;

    /// <summary>Length of the integer, in 64-bit words.</summary>
    public long Words => digits.GetBitLength() / 64;

    public static Exact operator +(Exact a, Exact b)
    {
        int least = Math.Min(a.power, b.power);
        return a.Sign == 0 ? b : b.Sign == 0 ? a : new((a.digits << (a.power - least)) + (b.digits << (b.power - least)), least);
    }

    public static Exact operator -(Exact a) => new(-a.digits, a.power);

    public static Exact operator -(Exact a, Exact b) => a + -b;

    public static Exact operator *(Exact a, Exact b) => new(a.digits * b.digits, a.power + b.power);

    public static Exact Max(Exact a, Exact b) => (a - b).Sign < 0 ? b : a;
}
