using System.Globalization;
using System.Numerics.Tensors;

namespace ExactCompression.Formats;

/// <summary>Rows as a file stores them, before scaling: bytes if the file has bytes, else doubles or floats.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Values a row.</param>
internal sealed record RawData(int Rows, int Columns)
{
    /// <summary>Values of a file of bytes, or empty.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Values of any other file.</summary>
    public double[]? Values { get; init; }

    public int[]? Labels { get; init; }

    /// <summary>
    /// The range of each column before scaling, if it differs from that of the values: text may state numbers that no double holds.
    /// </summary>
    public ColumnRanges? Ranges { get; init; }

    /// <summary>The 1-based line of a row, where the file is text.</summary>
    public Func<int, long>? LineOf { get; init; }

    public InputData ToInputData(string path, double? statedScale, ImportBudget budget)
    {
        if (Rows == 0)
            throw new InvalidFileException("DataNoRows", path, "file", "The file has no row.", "Give a file with data.");
        double scale = statedScale ?? (Values is null ? 1.0 / 255 : 1);
        budget.AllocateValues((long)Rows * Columns / 2, "values as float32");
        var scaled = new float[(long)Rows * Columns];
        if (Values is null)
        {
            ReadOnlySpan<byte> bytes = Bytes.Span;
            Span<float> table = stackalloc float[256];
            for (int i = 0; i < table.Length; i++)
                table[i] = (float)(i * scale);
            for (int i = 0; i < scaled.Length; i++)
                scaled[i] = table[bytes[i]];
        }
        else
        {
            for (int i = 0; i < scaled.Length; i++)
                scaled[i] = (float)(Values[i] * scale);
        }

        if (!TensorPrimitives.IsFiniteAll<float>(scaled))
            ThrowNotFinite(scaled, path);
        ColumnRanges ranges = Values is not null ? (Ranges ?? ColumnRanges.Of(Values, Columns)).Times(scale)
            : statedScale is null ? ColumnRanges.OfFractions(Bytes.Span, Columns)
            : ColumnRanges.OfBytes(Bytes.Span, Columns).Times(scale);
        return new(scaled, Rows, Columns, Labels, NameOf(path), scale) { Ranges = (ranges.Lower.ToArray(), ranges.Upper.ToArray()) };
    }

    private void ThrowNotFinite(float[] scaled, string path)
    {
        int bad = Array.FindIndex(scaled, static v => !float.IsFinite(v));
        int row = bad / Columns;
        string place = LineOf is null
            ? $"row {row.ToString(CultureInfo.InvariantCulture)}"
            : $"line {LineOf(row).ToString(CultureInfo.InvariantCulture)}";
        throw new InvalidFileException(
            "DataNotFinite", path, $"{place}, column {(bad % Columns).ToString(CultureInfo.InvariantCulture)}",
            $"The value is {(float.IsNaN(scaled[bad]) ? "not a number" : "infinite, or beyond float32")}.", "Remove or fix that row.");
    }

    private static string NameOf(string path)
    {
        string name = Path.GetFileName(path);
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            name = name[..^3];
        return Path.GetFileNameWithoutExtension(name);
    }
}
