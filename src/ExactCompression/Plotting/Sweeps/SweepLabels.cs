using System.Text.RegularExpressions;
using ExactCompression.Experiments;

namespace ExactCompression.Plotting;

/// <summary>What the columns of a sweep are called in a figure: words for a column of our own, else the user's name.</summary>
internal static partial class SweepLabels
{
    /// <summary>Last words of a column's name that are its unit.</summary>
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["seconds"] = "seconds", ["percent"] = "%", ["bytes"] = "bytes",
    };

    /// <summary>Columns whose words alone do not say what they hold.</summary>
    private static readonly Dictionary<string, string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Accuracy"] = "Accuracy", ["AccuracyAfter"] = "Accuracy after compression", ["AccuracyAll"] = "Accuracy on all rows",
        ["AccuracyAfterAll"] = "Accuracy on all rows after compression", ["AccuracyBefore"] = "Accuracy before compression",
        ["StablePercent"] = "Stable neurons, %", ["L1"] = "L1 penalty of training", ["Radius"] = "Radius of the domain",
        ["DomainWidth"] = "Width of the domain", ["Bytes"] = "Weights, bytes", ["BytesAfter"] = "Weights after compression, bytes",
        ["Stability"] = "Stability penalty of training", ["StabilityMode"] = "Kind of stability penalty",
        ["L1Mode"] = "L1 mode", ["Seconds"] = "All, seconds", ["TimeLimit"] = "Time limit, seconds",
    };

    /// <summary>Whether a column holds percentages.</summary>
    public static bool IsPercent(string column) => column.EndsWith("Percent", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a column holds shares of 1, which are shown in percent.</summary>
    public static bool IsShare(string column) => column.StartsWith("Accuracy", StringComparison.OrdinalIgnoreCase);

    /// <summary>The heading of a plot: <c>Neurons removed, %</c>, <c>Search, seconds</c>.</summary>
    /// <param name="column">The column.</param>
    public static string Heading(string column)
    {
        string text = Words(column);
        bool hasUnit = text.Contains(',', StringComparison.Ordinal);
        return !hasUnit && (IsPercent(column) || IsShare(column)) ? text + ", %" : text;
    }

    /// <summary>The same within a sentence, without the unit; a name that is not ours is left as it is.</summary>
    /// <param name="column">The column.</param>
    /// <param name="isFirst">Whether the sentence begins with it.</param>
    public static string InSentence(string column, bool isFirst = false)
    {
        string text = Words(column).Split(", ")[0];
        if (text == "All")
            text = "Time";
        return isFirst || !IsOurs(column) ? text : char.ToLowerInvariant(text[0]) + text[1..];
    }

    private static string Words(string column)
    {
        if (Known.GetValueOrDefault(column) is { } known)
            return known;
        if (!IsOurs(column))
            return column;
        string[] words = WordEnds().Replace(column, " ").Split(' ');
        for (int i = 1; i < words.Length; i++)
            words[i] = words[i].ToLowerInvariant();
        return words.Length > 1 && Units.GetValueOrDefault(words[^1]) is { } unit
            ? $"{string.Join(' ', words[..^1])}, {unit}" : string.Join(' ', words);
    }

    private static bool IsOurs(string column) =>
        Known.ContainsKey(column) || SweepCsv.Columns.Contains(column, StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordEnds();
}
