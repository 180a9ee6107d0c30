using System.Globalization;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>An end of a box as text states it, between two doubles: equal if a double can hold it, else neighbours.</summary>
/// <param name="Down">The largest double that is not above the end: what a lower end becomes.</param>
/// <param name="Up">The smallest double that is not below the end: what an upper end becomes.</param>
public readonly record struct DomainEnd(double Down, double Up)
{
    /// <summary>Whether the end is a number and can be held.</summary>
    public bool IsFinite => double.IsFinite(Down) && double.IsFinite(Up);

    /// <summary>Reads a decimal with a point, whatever the culture.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The end, perhaps not finite; null if the text is not a number.</returns>
    public static DomainEnd? Parse(ReadOnlySpan<char> text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double nearest))
            return null;
        return double.IsFinite(nearest)
            ? new(DecimalEnclosure.Down(text, nearest), DecimalEnclosure.Up(text, nearest))
            : new(nearest, nearest);
    }
}
