using CsvHelper;
using ExactCompression.Formats;

namespace ExactCompression;

/// <summary>Rows with named columns, such as a sweep writes: all as text, numbers in the invariant culture.</summary>
public sealed class PlotRows
{
    // Approximate size of a field, with its text and its place in a row.
    private const int FieldSize = 100;

    // A longer header is cut off.
    private const int MostHeader = 1 << 16;

    private readonly List<IReadOnlyDictionary<string, string>> rows;

    /// <summary>Takes rows as they are.</summary>
    /// <param name="rows">Each row's values by column; column names are case-insensitive if the dictionaries are.</param>
    /// <param name="source">What they are called in messages: a file's path, or words.</param>
    public PlotRows(IEnumerable<IReadOnlyDictionary<string, string>> rows, string source)
    {
        this.rows = [.. rows];
        Source = source;
        Columns = [.. this.rows.SelectMany(static r => r.Keys).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>What the rows are called in messages.</summary>
    public string Source { get; }

    /// <summary>The names of the columns, in order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => rows.Count;

    /// <summary>Reads a CSV file with a header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the import may take; null for the usual.</param>
    /// <exception cref="InvalidFileException">The file is not CSV, has no rows, or takes more than it may.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public static PlotRows Read(string path, ImportOptions? options = null)
    {
        var budget = ImportBudget.Of(path, options ?? new());
        byte[] bytes = FileContent.ReadUnpacked(path, budget);
        CsvFile.RequireText(bytes, path);
        return CsvFile.Guarded(path, () =>
        {
            using CsvReader csv = CsvFile.Open(bytes);
            string[] header = csv.Read() ? CsvFile.Strings(csv) : [];
            var found = new List<IReadOnlyDictionary<string, string>>();
            while (csv.Read())
            {
                if (csv.FieldCount != header.Length)
                    throw new InvalidFileException(
                        "CsvRagged", path, CsvFile.Place(csv), $"The record has {csv.FieldCount} fields, the header {header.Length}.",
                        "Give every row the same number of columns.");
                budget.Allocate((long)FieldSize * header.Length, CsvFile.Place(csv));
                var row = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                for (int i = 0; i < header.Length; i++)
                    row[header[i]] = CsvText.WithoutMark(csv.GetString(i));
                found.Add(row);
            }

            return found.Count > 0
                ? new PlotRows(found, path)
                : throw new InvalidFileException(
                    "CsvEmpty", path, "file", "There are no rows under the header.", "Give the CSV of a sweep.");
        });
    }

    /// <summary>The columns of a CSV file, of which no more than the header is read.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidFileException">The file is not CSV, or no regular file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<string> ColumnsOf(string path)
    {
        InputFile.RequireRegular(path);
        using FileStream stream = File.OpenRead(path);
        var bytes = new byte[MostHeader];
        bytes = bytes[..stream.ReadAtLeast(bytes, MostHeader, throwOnEndOfStream: false)];
        CsvFile.RequireText(bytes, path);
        int end = Array.IndexOf(bytes, (byte)'\n');
        return CsvFile.Guarded(path, () =>
        {
            using CsvReader csv = CsvFile.Open(end < 0 ? bytes : bytes[..(end + 1)]);
            return csv.Read() ? CsvFile.Strings(csv) : [];
        });
    }

    /// <summary>Rows of several sources as one.</summary>
    public static PlotRows Join(IReadOnlyList<PlotRows> parts) =>
        parts.Count == 1
            ? parts[0]
            : new(parts.SelectMany(static p => p.rows), string.Join(", ", parts.Select(static p => p.Source).Distinct()));

    /// <summary>A value as text; empty where the row has none.</summary>
    internal string Text(int row, string column) => rows[row].GetValueOrDefault(column) ?? "";

    /// <summary>The values that a column has, in the order of their first occurrence.</summary>
    internal IReadOnlyList<string> Values(string column) =>
        [.. Enumerable.Range(0, Count).Select(row => Text(row, column)).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether there is such a column.</summary>
    internal bool Has(string column) => Columns.Contains(column, StringComparer.OrdinalIgnoreCase);
}
