using System.Globalization;
using CsvHelper;

namespace ExactCompression.Formats;

/// <summary>
/// Rows from CSV: one row per record, one of the columns possibly the label. The separator, one of <c>, ; tab |</c>, is detected.
/// </summary>
internal static class CsvData
{
    public static RawData Read(byte[] bytes, string path, InputDataOptions options, ImportBudget budget)
    {
        CsvFile.RequireText(bytes, path);
        using CsvReader csv = CsvFile.Open(bytes);
        return CsvFile.Guarded(path, () => Read(csv, path, options, budget));
    }

    private static RawData Read(CsvReader csv, string path, InputDataOptions options, ImportBudget budget)
    {
        if (!csv.Read())
            throw new InvalidFileException("FileEmpty", path, "file", "The file has no record.");
        int fields = csv.FieldCount;
        budget.Allocate(ImportBudget.BytesPerField * fields, CsvFile.Place(csv));
        string[]? header = options.Header ?? CsvHeader.Is(csv, path) ? CsvFile.Strings(csv) : null;
        int? label = LabelColumn(options.LabelColumn, header, fields, path);
        int columns = label is null ? fields : fields - 1;
        if (columns < 1)
            throw new InvalidFileException(
                "CsvNoColumns", path, CsvFile.Place(csv), $"'{CsvFile.Shortened(csv.GetString(0))}' is one field, the label, and no more.",
                "Give a comma, a semicolon or a tab between fields, leave out lines that are no data, and name the right label column.");

        var values = new RowBuffer(columns);
        var ranges = new ColumnRanges(columns);
        List<int>? labels = label is null ? null : [];
        var lines = new List<long>();
        bool more = header is null || csv.Read();
        for (; more; more = csv.Read())
        {
            if (csv.FieldCount != fields)
                throw new InvalidFileException(
                    "CsvRagged", path, CsvFile.Place(csv), $"The record has {csv.FieldCount} fields, the first one {fields}.",
                    "Give every row the same number of columns.");
            budget.AllocateValues(fields + 1L, CsvFile.Place(csv));
            Span<double> row = values.AddRow();
            int to = 0;
            for (int field = 0; field < fields; field++)
            {
                if (field == label)
                {
                    labels!.Add(Label(csv, field, path));
                    continue;
                }

                double value = CsvFile.Number(csv, field, path);
                ranges.Add(to, value, csv.GetSpan(field));
                row[to++] = value;
            }

            lines.Add(csv.LineNumber);
        }

        return new(
            lines.Count, columns) { Values = values.ToArray(), Ranges = ranges, Labels = labels?.ToArray(), LineOf = row => lines[row] };
    }

    private static int Label(CsvReader csv, int field, string path) =>
        csv.TryParse(field, out double value) && value >= 0 && value <= int.MaxValue && value == Math.Floor(value)
            && !csv.GetSpan(field).Contains((byte)',')
            ? (int)value
            : throw new InvalidFileException(
                "DataLabelInvalid", path, $"{CsvFile.Place(csv)}, column {field.ToString(CultureInfo.InvariantCulture)}",
                $"The label '{CsvFile.Shortened(csv.GetString(field))}' is not an integer of 0 or more.",
                "Number the classes from 0, or name the right label column.");

    private static int? LabelColumn(string choice, string[]? header, int fields, string path)
    {
        switch (choice.ToUpperInvariant())
        {
            case "NONE":
                return null;
            case "FIRST":
                return 0;
            case "LAST":
                return fields - 1;
            case "AUTO":
                int[] named = header is null ? [] : [.. Enumerable.Range(0, fields).Where(i => CsvHeader.NamesLabel(header[i]))];
                return named.Length == 1 ? named[0] : null;
        }

        int at = header is null ? -1 : Array.FindIndex(header, h => h.Trim().Equals(choice, StringComparison.OrdinalIgnoreCase));
        if (at >= 0)
            return at;
        if (int.TryParse(choice, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index) && index >= -fields
            && index < fields)
            return index < 0 ? fields + index : index;
        throw new InvalidInputException(
            "DataLabelColumnUnknown", $"'{path}' has no column '{choice}'.",
            $"Give Auto, None, First, Last, a name of the header, or a number from {-fields} to {fields - 1}.");
    }
}
