using System.Globalization;
using CsvHelper;

namespace ExactCompression.Formats;

/// <summary>One row of a stability table as CSV, with its statements about network and domain.</summary>
internal sealed record StabilityTableRow(string Place, NeuronStability Verdict)
{
    // Approximate size of a row, besides its longer texts.
    private const int RowSize = 500;

    public string? DomainLower { get; init; }

    public string? DomainUpper { get; init; }

    public string? DomainFingerprint { get; init; }

    public string? Radius { get; init; }

    public string? NetworkFile { get; init; }

    public string? NetworkFingerprint { get; init; }

    public string? Domain { get; init; }

    /// <summary>Where a file that is no CSV has what a column of a CSV has; null for CSV.</summary>
    public Func<string, string>? Places { get; init; }

    /// <summary>Where a column is, for messages.</summary>
    public string PlaceOfColumn(string column) => Places?.Invoke(column) ?? column;

    /// <summary>Where this row's cell of a column is, for messages.</summary>
    public string PlaceOfCell(string column) => Places?.Invoke(column) ?? $"{Place}, column {column}";

    public static List<StabilityTableRow> ReadAll(byte[] bytes, string path, ImportBudget budget)
    {
        using CsvReader csv = CsvFile.Open(bytes, CsvFile.HeaderSeparator(bytes));
        if (!csv.Read())
            throw new InvalidFileException("FileEmpty", path, "file", "The file has no record.");
        budget.Allocate(2 * ImportBudget.BytesPerField * csv.FieldCount, CsvFile.Place(csv));
        string[] header = CsvFile.Strings(csv);
        var columns = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < header.Length; i++)
            columns[header[i].Trim()] = i;
        foreach (string needed in (string[])["Layer", "Neuron", "State"])
        {
            if (!columns.ContainsKey(needed))
                throw new InvalidFileException(
                    "TableColumnMissing", path, "line 1", $"There is no column '{needed}'.",
                    $"A table has the columns {string.Join(", ", StabilityTableCsv.Columns.Take(8))}.");
        }

        var rows = new List<StabilityTableRow>();
        while (csv.Read())
        {
            if (csv.FieldCount != header.Length)
                throw new InvalidFileException(
                    "CsvRagged", path, CsvFile.Place(csv), $"The record has {csv.FieldCount} fields, the header {header.Length}.",
                    "Give every row the same number of columns.");
            budget.Allocate(RowSize, CsvFile.Place(csv));
            rows.Add(Row(csv, columns, path));
        }

        return rows;
    }

    private static StabilityTableRow Row(CsvReader csv, Dictionary<string, int> columns, string path)
    {
        string? Text(string column) => columns.TryGetValue(column, out int at) && csv.GetString(at) is { Length: > 0 } text ? text : null;
        string? Words(string column) => Text(column) is { } cell ? CsvText.Decode(cell) : null;
        int Count(string column) =>
            int.TryParse(Text(column), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                ? value
                : throw Invalid(column, Text(column));
        double Bound(string column, double unknown) => Text(column) is not { } text
            ? unknown
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && !double.IsNaN(value)
                ? value
                : throw Invalid(column, text);
        InvalidFileException Invalid(string column, string? value) =>
            new("TableValueInvalid", path, $"{CsvFile.Place(csv)}, column {column}", $"'{CsvFile.Shortened(value ?? "")}' cannot be read.",
                "Correct that row, or export the table again.");

        string? state = Text("State");
        if (!Enum.TryParse(state, ignoreCase: true, out NeuronState parsed) || !Enum.IsDefined(parsed) || char.IsAsciiDigit(state![0]))
            throw Invalid("State", state);
        double lower = Bound("LowerBound", double.NegativeInfinity), upper = Bound("UpperBound", double.PositiveInfinity);
        var verdict = new NeuronStability
        {
            Layer = Count("Layer"),
            Neuron = Count("Neuron"),
            // 0 everywhere counts as inactive.
            State = parsed == NeuronState.StablyActive && upper == 0 ? NeuronState.StablyInactive : parsed,
            LowerBound = lower,
            UpperBound = upper,
            Evidence = Words("Evidence") ?? "",
        };
        if (Contradicts(verdict))
            throw new InvalidFileException(
                "TableContradiction", path, CsvFile.Place(csv),
                $"A neuron between {verdict.LowerBound.ToString("R", CultureInfo.InvariantCulture)} and "
                    + $"{verdict.UpperBound.ToString("R", CultureInfo.InvariantCulture)} cannot be {verdict.State}.",
                "Correct that row, or export the table again.");
        return new(CsvFile.Place(csv), verdict)
        {
            Domain = Words("Domain"),
            DomainLower = Text("DomainLower"),
            DomainUpper = Text("DomainUpper"),
            DomainFingerprint = Text("DomainFingerprint"),
            Radius = Text("Radius"),
            NetworkFile = Words("NetworkFile"),
            NetworkFingerprint = Text("NetworkFingerprint"),
        };
    }

    /// <summary>Whether a verdict and its bounds cannot both be true.</summary>
    public static bool Contradicts(NeuronStability verdict) => verdict.LowerBound > verdict.UpperBound || verdict.State switch
    {
        NeuronState.StablyActive => verdict.UpperBound < 0,
        NeuronState.StablyInactive => verdict.LowerBound > 0,
        NeuronState.Unstable => verdict.LowerBound >= 0 || verdict.UpperBound <= 0,
        _ => false,
    };
}
