using System.Globalization;
using ExactCompression.Experiments;

namespace ExactCompression.Plotting;

/// <summary>Which columns of a sweep say what was done: rows that differ in one of them are not repetitions of each other.</summary>
internal static class SweepSettings
{
    // Names, files and sources follow from the other settings where these are known; threads and machines matter to times alone.
    private static readonly string[] Others = ["Domain", "Network", "File", "Source", "DomainFingerprint", "Threads", "Machine"];

    /// <summary>What a sweep may vary besides the seed: each gives separate lines where it varies.</summary>
    public static IReadOnlyList<string> Conditions { get; } = ["Architecture", "Method", "Solver", "Preprocess", "Data", "TimeLimit",
        "Levels", "L1", "Stability", "Epochs", "BatchSize", "LearningRate", "LearningRateDecay", "Momentum", "Optimizer", "L1Mode",
        "StabilityMode", "StabilityRadius", "TrainRows", "Radius", "DomainWidth"];

    /// <summary>
    /// The columns of some rows that may be settings, in the order in which to name them: the seed, what a sweep varies, what follows from
    /// it, and columns of text that no sweep writes.
    /// </summary>
    /// <param name="rows">The rows.</param>
    public static IEnumerable<string> Of(PlotRows rows)
    {
        string[] known = ["Seed", .. Conditions, .. Others];
        return known.Where(rows.Has).Concat(rows.Columns.Where(
            column => !known.Contains(column, StringComparer.OrdinalIgnoreCase)
                && !SweepCsv.Columns.Contains(column, StringComparer.OrdinalIgnoreCase) && rows.Values(column).Any(IsText)));
    }

    private static bool IsText(string value) =>
        value.Length > 0 && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
