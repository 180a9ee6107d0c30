using System.Globalization;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>
/// Writes doubles so that reading them with outward rounding gives the same numbers: as the shortest decimals that are exactly equal.
/// </summary>
internal static class ExactDecimals
{
    // No double has more significant digits.
    private const string AllDigits = "G800";

    public static string Format(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return DecimalEnclosure.Compare(text, value) == 0 ? text : value.ToString(AllDigits, CultureInfo.InvariantCulture);
    }

    public static string Join(ReadOnlySpan<double> values)
    {
        var texts = new string[values.Length];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = Format(values[i]);
        return string.Join(',', texts);
    }
}
