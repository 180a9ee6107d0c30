using System.Globalization;

namespace ExactCompression.Plotting.Reports;

/// <summary>Numbers and sentences of a report, the same in every culture.</summary>
internal static class ReportText
{
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
            ? $"Not proven: no output would differ by more than {BoundText.Deviation(result.ConditionalDeviation)} if all that it "
                + "rests on were true"
            : result.ProvenDeviation == 0
            ? "0: no weight was rounded, the function is the same over the real numbers"
            : $"{BoundText.Deviation(result.ProvenDeviation)}: no output differs by more, at any input of the domain, in real "
                + "arithmetic (proven)";

    /// <summary>What is proven of both networks in float32; null where it was not asked for.</summary>
    /// <param name="result">The compression.</param>
    public static string? Deployed(CompressionResult result) => result.DeployedDeviation switch
    {
        null => null,
        { } bound when double.IsFinite(bound) =>
            $"{BoundText.Deviation(bound)}: no output differs by more where both are computed in float32, in any order of sums (proven)",
        _ => "No bound is known for float32 arithmetic",
    };
}
