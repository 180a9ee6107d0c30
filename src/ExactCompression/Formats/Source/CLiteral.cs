using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>
/// Numbers as C99 has them: hexadecimal floating literals, which are exact by the standard, where decimals are as exact as a compiler's
/// library; small integers as such.
/// </summary>
internal static class CLiteral
{
    private const int FractionBits = 52;
    private const double LargestInteger = 9999; // an int of 16 bits holds it, and hexadecimal is no shorter

    /// <summary>The shortest exact text of a number.</summary>
    /// <param name="value">A finite number; of single precision where <paramref name="single"/> says so.</param>
    /// <param name="single">Whether it is a <c>float</c>.</param>
    public static string Of(double value, bool single)
    {
        if (value == 0 && double.IsNegative(value))
            return single ? "-0.0f" : "-0.0";
        if (Math.Abs(value) <= LargestInteger && value == Math.Truncate(value))
            return value.ToString("R", CultureInfo.InvariantCulture);
        // Numbers below the normal range are stated by their first bit as well, as literals may be.
        int exponent = Math.ILogB(value);
        long fraction = BitConverter.DoubleToInt64Bits(Math.ScaleB(value, -exponent)) & ((1L << FractionBits) - 1);
        string digits = fraction.ToString("x13", CultureInfo.InvariantCulture).TrimEnd('0');
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(value < 0 ? "-" : "")}0x1{(digits.Length > 0 ? "." : "")}{digits}p{exponent}{(single ? "f" : "")}");
    }
}
