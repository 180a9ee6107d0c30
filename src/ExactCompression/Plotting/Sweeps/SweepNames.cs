using System.Text.RegularExpressions;

namespace ExactCompression.Plotting;

/// <summary>
/// What a line of a sweep's figure is called. Widths such as <c>64-48-10</c> tell dense networks apart; the shapes of a convolutional
/// network do not (one with normalisation has the same as one without), so its name does, less the penalty and the seed.
/// </summary>
internal static partial class SweepNames
{
    private const string Architecture = "Architecture";
    private const string Network = "Network";

    /// <summary>What a figure shows of a row's column.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="row">0-based row.</param>
    /// <param name="column">The column.</param>
    public static string Text(PlotRows rows, int row, string column)
    {
        string text = rows.Text(row, column);
        bool hasShapes = column.Equals(Architecture, StringComparison.OrdinalIgnoreCase) && text.Contains('x', StringComparison.Ordinal);
        string name = hasShapes && rows.Has(Network) ? Trained().Replace(rows.Text(row, Network), "") : "";
        return name.Length > 0 ? name : text;
    }

    /// <summary>The different texts of a column.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="column">The column.</param>
    public static IReadOnlyCollection<string> Values(PlotRows rows, string column) =>
        Enumerable.Range(0, rows.Count).Select(row => Text(rows, row, column)).ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex(@"[_-]?(l1|seed)-[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Trained();
}
