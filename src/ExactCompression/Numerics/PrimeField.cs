namespace ExactCompression.Numerics;

/// <summary>
/// Arithmetic modulo the prime <c>2^61 - 1</c>. Every finite double is an integer times a power of two, so it has a residue, and sums and
/// products of residues are those of the exact numbers.
/// </summary>
/// <remarks>
/// What it is for: a number whose residue is not 0 is not 0, and a matrix of dyadic rationals has at least the rank of its residues, since
/// each of its minors is an integer times a power of two. So ranks and inequalities are proven without rounding and without long numbers.
/// The converse does not hold, and nothing may rest on a residue that is 0.
/// </remarks>
internal static class PrimeField
{
    /// <summary>The prime.</summary>
    public const ulong Prime = (1UL << Bits) - 1;

    private const int Bits = 61;

    /// <summary>The residue of a double.</summary>
    /// <param name="value">Finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not finite.</exception>
    public static ulong Of(double value)
    {
        if (value == 0)
            return 0;
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52) & 0x7FF;
        if (exponent == 0x7FF)
            throw new ArgumentOutOfRangeException(nameof(value), value, "Only finite numbers have a residue.");
        ulong mantissa = (ulong)bits & ((1UL << 52) - 1);
        if (exponent == 0)
            exponent = 1;
        else
            mantissa |= 1UL << 52;
        int shift = (exponent - 1075) % Bits; // 2^61 = 1
        ulong residue = Multiply(mantissa, 1UL << (shift < 0 ? shift + Bits : shift));
        return bits < 0 ? Subtract(0, residue) : residue;
    }

    /// <summary>The sum.</summary>
    /// <param name="a">A residue.</param>
    /// <param name="b">A residue.</param>
    public static ulong Add(ulong a, ulong b)
    {
        ulong sum = a + b;
        return sum >= Prime ? sum - Prime : sum;
    }

    /// <summary>The difference.</summary>
    /// <param name="a">A residue.</param>
    /// <param name="b">A residue.</param>
    public static ulong Subtract(ulong a, ulong b) => a >= b ? a - b : a + Prime - b;

    /// <summary>The product.</summary>
    /// <param name="a">A residue.</param>
    /// <param name="b">A residue.</param>
    public static ulong Multiply(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        ulong sum = (low & Prime) + ((low >> Bits) | (high << (64 - Bits)));
        return sum >= Prime ? sum - Prime : sum;
    }

    /// <summary>The inverse.</summary>
    /// <param name="a">A residue that is not 0.</param>
    public static ulong Invert(ulong a)
    {
        ulong power = 1;
        for (ulong exponent = Prime - 2; exponent > 0; exponent >>= 1, a = Multiply(a, a))
        {
            if ((exponent & 1) == 1)
                power = Multiply(power, a);
        }

        return power;
    }
}
