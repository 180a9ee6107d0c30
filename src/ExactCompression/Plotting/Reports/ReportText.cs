using System.Globalization;

namespace ExactCompression.Plotting.Reports;

/// <summary>Numbers and sentences of a report, the same in every culture.</summary>
internal static class ReportText
{
    /// <summary>A bound or a deviation, with three significant digits.</summary>
    public static string Small(double value) => double.IsFinite(value)
        ? value.ToString("g3", CultureInfo.InvariantCulture) : value > 0 ? "∞" : "-∞";

    /// <summary>A lower bound, rounded down to four significant digits: the shown number is a bound too.</summary>
    public static string Lower(double value) => Rounded(value, up: false);

    /// <summary>An upper bound, rounded up.</summary>
    public static string Upper(double value) => Rounded(value, up: true);

    /// <summary>A time.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds < 100
        ? time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + " s"
        : time.ToString(time.TotalDays < 1 ? @"h\:mm\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);

    /// <summary>The share of an amount that was removed, in percent.</summary>
    public static string Removed(long before, long after) =>
        before == 0 ? "" : Panels.Percent(100.0 * (before - after) / before);

    /// <summary>Where a compression's result stands: proven, or under which conditions.</summary>
    /// <param name="result">The compression.</param>
    public static string Deviation(CompressionResult result) =>
        !result.IsProven
            ? $"Not proven: no output would differ by more than {Small(result.ConditionalDeviation)} if all that it rests on were true"
            : result.ProvenDeviation == 0
            ? "0: no weight was rounded, the function is the same over the real numbers"
            : $"{Upward(result.ProvenDeviation)}: no output differs by more, at any input of the domain, in real arithmetic (proven)";

    /// <summary>What is proven of both networks in float32; null where it was not asked for.</summary>
    /// <param name="result">The compression.</param>
    public static string? Deployed(CompressionResult result) => result.DeployedDeviation switch
    {
        null => null,
        { } bound when double.IsFinite(bound) =>
            $"{Upward(bound)}: no output differs by more where both are computed in float32, in any order of sums (proven)",
        _ => "No bound is known for float32 arithmetic",
    };

    /// <summary>A bound on a deviation with three digits, never below the bound.</summary>
    public static string Upward(double value) => Rounded(value, up: true, digits: 3);

    private static string Rounded(double value, bool up, int digits = 4)
    {
        if (value == 0 || !double.IsFinite(value))
            return Small(value);
        string text = value.ToString($"e{digits - 1}", CultureInfo.InvariantCulture);
        double shown = double.Parse(text, CultureInfo.InvariantCulture);
        if (up ? shown < value : shown > value)
        {
            // One unit of the last digit further, in decimal arithmetic.
            string[] parts = text.Split('e');
            decimal mantissa = decimal.Parse(parts[0], CultureInfo.InvariantCulture)
                + (up ? 1 : -1) * (decimal)Math.Pow(10, 1 - digits);
            text = $"{mantissa.ToString(CultureInfo.InvariantCulture)}e{parts[1]}";
            shown = double.Parse(text, CultureInfo.InvariantCulture);
        }

        return shown.ToString($"g{digits}", CultureInfo.InvariantCulture);
    }
}
