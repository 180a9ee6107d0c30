using System.Numerics;

namespace ExactCompression.Numerics;

/// <summary>Sums of products of doubles without any rounding: every finite double is an integer times a power of two. For the few signs that rounding leaves open.</summary>
internal struct ExactSum
{
    private BigInteger value;
    private int exponent;

    /// <summary>Sign of the sum so far: -1, 0 or 1.</summary>
    public readonly int Sign => value.Sign;

    /// <summary>Adds a product.</summary>
    /// <param name="a">Finite.</param>
    /// <param name="b">Finite.</param>
    public void AddProduct(double a, double b)
    {
        if (a == 0 || b == 0)
            return;
        (long ma, int ea) = Split(a);
        (long mb, int eb) = Split(b);
        Add((BigInteger)ma * mb, ea + eb);
    }

    /// <summary>Adds a number.</summary>
    /// <param name="a">Finite.</param>
    public void Add(double a)
    {
        if (a == 0)
            return;
        (long m, int e) = Split(a);
        Add(m, e);
    }

    private static (long Mantissa, int Exponent) Split(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long mantissa = bits & 0xFFFFFFFFFFFFFL;
        if (exponent == 0)
            exponent = 1;
        else
            mantissa |= 1L << 52;
        return (bits < 0 ? -mantissa : mantissa, exponent - 1075);
    }

    private void Add(BigInteger mantissa, int e)
    {
        if (value.IsZero)
        {
            value = mantissa;
            exponent = e;
        }
        else if (e >= exponent)
        {
            value += mantissa << (e - exponent);
        }
        else
        {
            value = (value << (exponent - e)) + mantissa;
            exponent = e;
        }
    }
}
