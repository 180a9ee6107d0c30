using CsvHelper;

namespace ExactCompression.Formats;

/// <summary>The ends of a domain from CSV: a row per input, or a row for each end.</summary>
internal static class CsvDomain
{
    public static (double[] Lower, double[] Upper) Read(byte[] bytes, string path, ImportBudget budget)
    {
        using CsvReader csv = CsvFile.Open(bytes);
        return CsvFile.Guarded(path, () => Read(csv, path, budget));
    }

    private static (double[] Lower, double[] Upper) Read(CsvReader csv, string path, ImportBudget budget)
    {
        if (!csv.Read())
            throw new InvalidFileException("FileEmpty", path, "file", "The file has no record.");
        if (CsvHeader.Is(csv, path))
            return ReadNamed(csv, path, budget);

        var rows = new List<DomainEnd[]>();
        do
        {
            budget.AllocateValues(2L * csv.FieldCount, CsvFile.Place(csv));
            var row = new DomainEnd[csv.FieldCount];
            for (int i = 0; i < row.Length; i++)
                row[i] = End(csv, i, path);
            if (rows.Count > 0 && row.Length != rows[0].Length)
                throw new InvalidFileException(
                    "CsvRagged", path, CsvFile.Place(csv), $"The record has {row.Length} fields, the first one {rows[0].Length}.",
                    "Give every row the same number of columns.");
            rows.Add(row);
        }
        while (csv.Read());

        return (rows.Count == 2, rows[0].Length == 2) switch
        {
            (true, true) =>
                throw new InvalidFileException(
                    "DomainCsvAmbiguous", path, "file",
                    "Two rows of two columns could be the ends of each input, or all lower ends and all upper ends.",
                    "Add the header 'Lower,Upper' and give one row per input."),
            (true, false) => ([.. rows[0].Select(static end => end.Down)], [.. rows[1].Select(static end => end.Up)]),
            (false, true) => ([.. rows.Select(static r => r[0].Down)], [.. rows.Select(static r => r[1].Up)]),
            _ => throw new InvalidFileException(
                "DomainCsvShape", path, "file", $"The file has {rows.Count} rows of {rows[0].Length} columns.",
                "Give two columns (lower, upper) with one row per input, or two rows."),
        };
    }

    private static (double[] Lower, double[] Upper) ReadNamed(CsvReader csv, string path, ImportBudget budget)
    {
        budget.Allocate(ImportBudget.BytesPerField * csv.FieldCount, CsvFile.Place(csv));
        string[] header = CsvFile.Strings(csv);
        (int lowerAt, int upperAt) = (Find("Lower", required: true), Find("Upper", required: true));
        int inputAt = Find("Input", required: false);
        (List<double> lower, List<double> upper) = ([], []);
        var order = new CsvRowOrder(header, inputAt, [lowerAt, upperAt]);
        while (csv.Read())
        {
            if (csv.FieldCount != header.Length)
                throw new InvalidFileException(
                    "CsvRagged", path, CsvFile.Place(csv), $"The record has {csv.FieldCount} fields, the header {header.Length}.",
                    "Give every row the same number of columns.");
            budget.AllocateValues(2, CsvFile.Place(csv));
            lower.Add(End(csv, lowerAt, path).Down);
            upper.Add(End(csv, upperAt, path).Up);
            order.Add(csv);
        }

        int[] places = order.Places(path);
        return ([.. places.Select(place => lower[place])], [.. places.Select(place => upper[place])]);

        int Find(string name, bool required)
        {
            int[] at = [.. Enumerable.Range(0, header.Length).Where(
                i => header[i].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))];
            if (at.Length > 1 || (required && at.Length == 0))
                throw new InvalidFileException(
                    "DomainCsvShape", path, CsvFile.Place(csv),
                    at.Length == 0 ? $"The header names no column '{name}'." : $"The header names {at.Length} columns '{name}'.",
                    "Name one column Lower and one Upper.");
            return at.Length == 0 ? -1 : at[0];
        }
    }

    private static DomainEnd End(CsvReader csv, int field, string path) => DomainEnd.Parse(csv.GetString(field))
        ?? new(CsvFile.Number(csv, field, path), CsvFile.Number(csv, field, path)); // of another form, or an error that says so
}
