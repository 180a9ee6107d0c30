using System.Globalization;

namespace ExactCompression.Plotting;

/// <summary>Proven numbers as text, rounded so that what is shown is proven too.</summary>
internal static class Outward
{
    /// <summary>A lower bound with four significant digits, rounded down.</summary>
    public static string Lower(double value) => Rounded(value, up: false, digits: 4);

    /// <summary>An upper bound with four significant digits, rounded up.</summary>
    public static string Upper(double value) => Rounded(value, up: true, digits: 4);

    /// <summary>A bound on a deviation with three significant digits, rounded up.</summary>
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
