using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>Reads labels from a file of their own: IDX, NPY, or CSV with one column.</summary>
internal static class LabelFiles
{
    public static int[] Read(string path, int rows, ImportOptions options)
    {
        var budget = ImportBudget.Of(path, options);
        byte[] bytes = FileContent.ReadUnpacked(path, budget);
        double[] values = Values(bytes, path, budget);
        if (values.Length != rows)
            throw new InvalidFileException(
                "DataLabelCountMismatch", path, "file", $"There are {values.Length} labels for {rows} rows.",
                "Give the labels that belong to the data.");
        var labels = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            double value = values[i];
            labels[i] = value >= 0 && value <= int.MaxValue && value == Math.Floor(value)
                ? (int)value
                : throw new InvalidFileException(
                    "DataLabelInvalid", path, $"row {i.ToString(CultureInfo.InvariantCulture)}",
                    "The label is not an integer of 0 or more.", "Give a file of class numbers.");
        }

        return labels;
    }

    private static double[] Values(byte[] bytes, string path, ImportBudget budget)
    {
        if (IdxData.Matches(bytes))
        {
            (ElementType type, int[] shape, ReadOnlyMemory<byte> data) = IdxData.Parse(bytes, path);
            RequireOneAxis(shape.Skip(1).All(static e => e == 1), path);
            budget.AllocateValues(data.Length / type.Size(), "elements");
            var values = new double[data.Length / type.Size()];
            ElementDecoding.Decode(data.Span, type, bigEndian: true, values);
            return values;
        }

        if (bytes.AsSpan().StartsWith(NpyHeader.Magic))
        {
            NpyArray array = NpyData.Numbers(bytes, path);
            RequireOneAxis(array.Shape.Skip(1).All(static e => e == 1), path);
            budget.AllocateValues(array.Count, "elements");
            return array.ReadDoubles();
        }

        RawData raw = CsvData.Read(bytes, path, new() { LabelColumn = "None" }, budget);
        RequireOneAxis(raw.Columns == 1, path);
        return raw.Values!;
    }

    private static void RequireOneAxis(bool one, string path)
    {
        if (!one)
            throw new InvalidFileException(
                "DataLabelInvalid", path, "file", "The file has more than one value per row.",
                "Give a file with one class number per row.");
    }
}
