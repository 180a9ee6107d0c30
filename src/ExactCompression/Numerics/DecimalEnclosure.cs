using System.Globalization;
using System.Numerics;

namespace ExactCompression.Numerics;

/// <summary>
/// The doubles next to a decimal, below and above: both are the decimal itself where a double can hold it. An end of a box that is read
/// to the nearest double may lie within the box that was written, and what is proven over it would not hold at that end.
/// </summary>
internal static class DecimalEnclosure
{
    // No double has as many digits: a decimal with more is not a double, and on which side of the nearest one it lies is not worth the
    // work.
    private const int MostDigits = 800;

    /// <summary>The largest double that is not above a decimal.</summary>
    /// <param name="text">The decimal: sign, digits with a point, exponent.</param>
    /// <param name="nearest">The double nearest to it, finite.</param>
    public static double Down(ReadOnlySpan<char> text, double nearest) =>
        Compare(text, nearest) is >= 0 ? nearest : Math.BitDecrement(nearest);

    /// <summary>The smallest double that is not below a decimal.</summary>
    /// <param name="text">The decimal: sign, digits with a point, exponent.</param>
    /// <param name="nearest">The double nearest to it, finite.</param>
    public static double Up(ReadOnlySpan<char> text, double nearest) =>
        Compare(text, nearest) is <= 0 ? nearest : Math.BitIncrement(nearest);

    /// <summary>The sign of a decimal less a finite double; null where the text is of another form, or longer than any double's.</summary>
    /// <param name="text">The decimal.</param>
    /// <param name="value">The double nearest to it.</param>
    public static int? Compare(ReadOnlySpan<char> text, double value)
    {
        if (!TryParse(text.Trim(), out bool negative, out string digits, out long exponent))
            return null;
        int sign = digits.Length == 0 ? 0 : negative ? -1 : 1;
        // With a digit other than 0, a decimal that rounds to 0 is none.
        if (sign == 0 || value == 0 || Math.Sign(value) != sign)
            return sign.CompareTo(value == 0 ? 0 : Math.Sign(value));
        if (digits.Length > MostDigits || Math.Abs(exponent) > 2 * MostDigits)
            return null;
        var rational = new ExactRational(BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture), 1);
        return sign * rational.TimesPowerOfTen((int)exponent).CompareTo(Math.Abs(value));
    }

    /// <summary>A decimal as the rational number that it is; null where it is of another form or very long.</summary>
    /// <param name="text">The decimal.</param>
    public static ExactRational? Exactly(ReadOnlySpan<char> text)
    {
        if (!TryParse(text.Trim(), out bool negative, out string digits, out long exponent))
            return null;
        if (digits.Length == 0)
            return new(0, 1);
        if (digits.Length > MostDigits || Math.Abs(exponent) > 2 * MostDigits)
            return null;
        var magnitude = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return new ExactRational(negative ? -magnitude : magnitude, 1).TimesPowerOfTen((int)exponent);
    }

    /// <summary>
    /// Splits a decimal into sign, digits without zeros at the ends (none for 0), and the exponent of ten of the last digit.
    /// </summary>
    private static bool TryParse(ReadOnlySpan<char> text, out bool negative, out string digits, out long exponent)
    {
        negative = text.StartsWith("-");
        digits = "";
        exponent = 0;
        if (negative || text.StartsWith("+"))
            text = text[1..];
        int mark = text.IndexOfAny('e', 'E');
        if (mark >= 0 && !long.TryParse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            return false;
        // Far beyond what digits in a text of any length could compensate.
        if (exponent is > 1L << 40 or < -(1L << 40))
            return false;
        ReadOnlySpan<char> mantissa = mark >= 0 ? text[..mark] : text;
        int point = mantissa.IndexOf('.');
        ReadOnlySpan<char> whole = point >= 0 ? mantissa[..point] : mantissa, fraction = point >= 0 ? mantissa[(point + 1)..] : [];
        if (whole.Length + fraction.Length == 0 || whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9'))
            return false;
        string all = string.Concat(whole, fraction).TrimStart('0');
        exponent -= fraction.Length;
        digits = all.TrimEnd('0');
        exponent += all.Length - digits.Length;
        return true;
    }
}
