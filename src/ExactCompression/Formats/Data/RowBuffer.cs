namespace ExactCompression.Formats;

/// <summary>Rows of numbers whose count is known only at the end: a growing buffer.</summary>
internal sealed class RowBuffer(int columns)
{
    private double[] values = new double[Math.Max(columns, 1024)];
    private int count;

    /// <summary>Room for one more row.</summary>
    public Span<double> AddRow()
    {
        long needed = (long)count + columns;
        if (needed > values.Length)
            Array.Resize(ref values, (int)Math.Min(Math.Max(needed, 2L * values.Length), Array.MaxLength));
        Span<double> row = values.AsSpan(count, columns);
        count += columns;
        return row;
    }

    public double[] ToArray() => values[..count];
}
