using System.Globalization;

namespace ExactCompression;

/// <summary>Proven numbers as text, rounded so that what is shown is proven too; the same in every culture.</summary>
public static class BoundText
{
    /// <summary>A lower bound, rounded down.</summary>
    /// <param name="value">The bound.</param>
    /// <param name="digits">How many significant digits.</param>
    public static string Lower(double value, int digits = 4) => Rounded(value, up: false, digits);

    /// <summary>An upper bound, rounded up.</summary>
    /// <param name="value">The bound.</param>
    /// <param name="digits">How many significant digits.</param>
    public static string Upper(double value, int digits = 4) => Rounded(value, up: true, digits);

    /// <summary>A bound on a deviation, or what is compared to one, with three significant digits, rounded up.</summary>
    /// <param name="value">The bound.</param>
    public static string Deviation(double value) => Rounded(value, up: true, digits: 3);

    private static string Rounded(double value, bool up, int digits)
    {
        if (!double.IsFinite(value))
            return value > 0 ? "∞" : value < 0 ? "-∞" : "?";
        string text = value.ToString($"e{digits - 1}", CultureInfo.InvariantCulture);
        double shown = double.Parse(text, CultureInfo.InvariantCulture);
        if (up ? shown < value : shown > value)
        {
            // One unit of the last digit further, in decimal arithmetic.
            string[] parts = text.Split('e');
            decimal mantissa = decimal.Parse(parts[0], CultureInfo.InvariantCulture) + (up ? 1 : -1) * Unit(digits);
            shown = double.Parse($"{mantissa.ToString(CultureInfo.InvariantCulture)}e{parts[1]}", CultureInfo.InvariantCulture);
        }

        return shown.ToString($"g{digits}", CultureInfo.InvariantCulture);
    }

    private static decimal Unit(int digits) => new(1, 0, 0, false, (byte)(digits - 1));
}
