using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>The range of each column as the file states it, rounded outward if an end is not a double.</summary>
internal sealed class ColumnRanges
{
    // An integer with so few digits is exactly the double that it is read as.
    private const int ExactDigits = 15;

    private readonly double[] lower;
    private readonly double[] upper;

    public ColumnRanges(int columns)
    {
        lower = new double[columns];
        upper = new double[columns];
        Array.Fill(lower, double.PositiveInfinity);
        Array.Fill(upper, double.NegativeInfinity);
    }

    private ColumnRanges(double[] lower, double[] upper) => (this.lower, this.upper) = (lower, upper);

    public ReadOnlySpan<double> Lower => lower;

    public ReadOnlySpan<double> Upper => upper;

    /// <summary>The ranges of values that are what the file holds.</summary>
    public static ColumnRanges Of(ReadOnlySpan<double> values, int columns)
    {
        var ranges = new ColumnRanges(columns);
        for (int i = 0; i < values.Length; i++)
            ranges.Add(i % columns, values[i], values[i]);
        return ranges;
    }

    /// <summary>The ranges of bytes, each divided by 255.</summary>
    public static ColumnRanges OfFractions(ReadOnlySpan<byte> bytes, int columns)
    {
        ColumnRanges ranges = OfBytes(bytes, columns);
        return new(
            Array.ConvertAll(ranges.lower, static b => new ExactRational((int)b, byte.MaxValue).Down()),
            Array.ConvertAll(ranges.upper, static b => new ExactRational((int)b, byte.MaxValue).Up()));
    }

    /// <summary>The ranges of bytes.</summary>
    public static ColumnRanges OfBytes(ReadOnlySpan<byte> bytes, int columns)
    {
        var ranges = new ColumnRanges(columns);
        for (int i = 0; i < bytes.Length; i++)
            ranges.Add(i % columns, bytes[i], bytes[i]);
        return ranges;
    }

    /// <summary>Adds a number that was read from text; the text is inspected only if it may be an end.</summary>
    public void Add(int column, double nearest, ReadOnlySpan<byte> text)
    {
        if (nearest > lower[column] && nearest < upper[column])
            return;
        bool exact = text.Length <= ExactDigits && nearest == Math.Floor(nearest);
        if (exact || !double.IsFinite(nearest))
        {
            Add(column, nearest, nearest);
            return;
        }

        string decimals = PickleText.Latin1(text);
        Add(column, DecimalEnclosure.Down(decimals, nearest), DecimalEnclosure.Up(decimals, nearest));
    }

    /// <summary>The ranges of the values times a scale.</summary>
    public ColumnRanges Times(double scale) => scale < 0
        ? new(Array.ConvertAll(upper, v => Rounding.ProductDown(v, scale)), Array.ConvertAll(lower, v => Rounding.ProductUp(v, scale)))
        : new(Array.ConvertAll(lower, v => Rounding.ProductDown(v, scale)), Array.ConvertAll(upper, v => Rounding.ProductUp(v, scale)));

    private void Add(int column, double down, double up)
    {
        lower[column] = Math.Min(lower[column], down);
        upper[column] = Math.Max(upper[column], up);
    }
}
