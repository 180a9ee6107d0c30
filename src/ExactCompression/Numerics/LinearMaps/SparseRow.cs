namespace ExactCompression.Numerics;

/// <summary>One row of a linear map: its weights, and the columns where they stand. A buffer, to be filled again and again.</summary>
internal sealed class SparseRow
{
    private int[] columns = [];
    private double[] weights = [];

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Column of each entry, increasing.</summary>
    public ReadOnlySpan<int> Columns => columns.AsSpan(0, Count);

    /// <summary>Weight of each entry; may be 0.</summary>
    public ReadOnlySpan<double> Weights => weights.AsSpan(0, Count);

    /// <summary>Removes all entries.</summary>
    public void Clear() => Count = 0;

    /// <summary>Appends an entry.</summary>
    /// <param name="column">Its column, above those before.</param>
    /// <param name="weight">Its weight.</param>
    public void Add(int column, double weight)
    {
        if (Count == columns.Length)
        {
            Array.Resize(ref columns, Math.Max(16, 2 * Count));
            Array.Resize(ref weights, columns.Length);
        }

        columns[Count] = column;
        weights[Count++] = weight;
    }

    /// <summary>Takes a row that has an entry in every column.</summary>
    /// <param name="row">The row.</param>
    public void Fill(ReadOnlySpan<double> row)
    {
        if (columns.Length < row.Length)
        {
            columns = new int[row.Length];
            weights = new double[row.Length];
        }

        row.CopyTo(weights);
        for (int i = 0; i < row.Length; i++)
            columns[i] = i;
        Count = row.Length;
    }
}
