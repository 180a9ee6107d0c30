namespace ExactCompression.Certificates.Checking;

/// <summary>Room for the entries of one row of a <see cref="CheckedMap"/>.</summary>
internal sealed class MapRow
{
    private int[] columns = [];
    private double[] weights = [];
    private double[] radii = [];

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Columns, increasing.</summary>
    public ReadOnlySpan<int> Columns => columns.AsSpan(0, Count);

    /// <summary>Weights.</summary>
    public ReadOnlySpan<double> Weights => weights.AsSpan(0, Count);

    /// <summary>By how much each weight may differ from the true one.</summary>
    public ReadOnlySpan<double> Radii => radii.AsSpan(0, Count);

    /// <summary>Empties it.</summary>
    public void Clear() => Count = 0;

    /// <summary>Takes the entries of a row.</summary>
    /// <param name="map">The map.</param>
    /// <param name="row">The row.</param>
    /// <param name="budget">What reading them is counted in.</param>
    public void Read(CheckedMap map, int row, CheckBudget budget)
    {
        Read(map, row);
        budget.Spend(1 + Count);
    }

    /// <summary>Takes the entries of a row; whoever calls counts the work.</summary>
    /// <param name="map">The map.</param>
    /// <param name="row">The row.</param>
    public void Read(CheckedMap map, int row)
    {
        if (columns.Length < map.MostEntries)
            (columns, weights, radii) = (new int[map.MostEntries], new double[map.MostEntries], new double[map.MostEntries]);
        Count = map.Row(row, columns, weights, radii);
    }
}
