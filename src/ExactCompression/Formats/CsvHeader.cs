using System.Globalization;
using System.Text.RegularExpressions;
using CsvHelper;

namespace ExactCompression.Formats;

/// <summary>
/// Whether the first record of a CSV file is a header. A row of data with a number that cannot be read must not be taken for one and
/// dropped: only a record in which no cell looks like a number is a header, or one that names the label's column and numbers the others.
/// </summary>
internal static partial class CsvHeader
{
    private static readonly HashSet<string> Missing = new(
        ["", "?", ".", "-", "--", "NA", "N/A", "NULL", "NONE"], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a cell is meant as a number, however it is written: in another culture, with thousands separators, as hexadecimal, or
    /// truncated.
    /// </summary>
    public static bool LooksLikeNumber(string cell) => Number().IsMatch(cell.Trim());

    /// <summary>Whether a column's name says that it contains labels.</summary>
    public static bool NamesLabel(string cell) => cell.Trim().ToUpperInvariant() is "LABEL" or "CLASS" or "TARGET" or "Y";

    /// <summary>Whether the current record is a header; false where all of its cells are numbers.</summary>
    /// <exception cref="InvalidFileException">It is neither; the message names the cell.</exception>
    public static bool Is(CsvReader csv, string path)
    {
        string[] cells = CsvFile.Strings(csv);
        if (Array.TrueForAll(cells, static cell => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
            return false;
        int number = Array.FindIndex(cells, LooksLikeNumber);
        if (number < 0)
        {
            return !Array.TrueForAll(cells, static cell => Missing.Contains(cell.Trim()))
                ? true
                : throw Unclear(csv, path, 0, $"'{CsvFile.Shortened(cells[0])}' is not a number, and the row names no column either.");
        }

        if (CountsColumns(cells))
            return true;
        int bad = Array.FindIndex(cells, static cell => !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        throw Unclear(
            csv, path, bad, $"'{CsvFile.Shortened(cells[bad])}' is not a number, and with numbers beside it the row is not a header.");
    }

    // As pandas writes a table with a label column: label,0,1,2.
    private static bool CountsColumns(string[] cells)
    {
        string[] others = [.. cells.Where(static cell => !NamesLabel(cell))];
        return others.Length == cells.Length - 1
            && int.TryParse(others[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) && first is 0 or 1
            && others.Select(static (cell, i) => (cell, i)).All(c => c.cell == (first + c.i).ToString(CultureInfo.InvariantCulture));
    }

    private static InvalidFileException Unclear(CsvReader csv, string path, int column, string problem) => new(
        "CsvNotANumber",
        path,
        string.Create(CultureInfo.InvariantCulture, $"{CsvFile.Place(csv)}, column {column}"),
        problem,
        "Numbers have a decimal point, whatever the culture, no thousands separators, and the sign '-'. If the row is a header, say "
            + "so.");

    [GeneratedRegex(
        "^\\(?[+\\-\u2212\u2010-\u2015\uFE63\uFF0B\uFF0D]?\\s*(?:0[xX][0-9a-fA-F]+|nan|inf(?:inity)?|\u221E|1\\.?#\\w+|[.,\u066B]?\\p{Nd}[\\p{Nd}.,'\u2019_\\s\u066B\u066C]*(?:[eEdD][+\\-\u2212]?\\p{Nd}*)?)\\s*[%fFdDlL]?\\)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Number();
}
