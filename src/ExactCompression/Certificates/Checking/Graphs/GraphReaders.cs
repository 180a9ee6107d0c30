namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Who reads what in a graph: how many terms a backward pass adds up at most in a coefficient of a value, and what depends on what.
/// </summary>
internal sealed class GraphReaders
{
    private readonly int[] mostTerms;
    private readonly bool[] isShared;

    private GraphReaders(int[] mostTerms, bool[] isShared) => (this.mostTerms, this.isShared) = (mostTerms, isShared);

    /// <summary>Counts the readers of all values.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="budget">Its budget.</param>
    /// <exception cref="Refusal">A weight is not finite.</exception>
    public static GraphReaders Of(CheckedGraph graph, string name, CheckBudget budget)
    {
        int[][] counts = [.. graph.Values.Select(static v => new int[v.Size])];
        var readers = new int[counts.Length];
        foreach (CheckedValue value in graph.Values)
        {
            switch (value)
            {
                case AffineValue affine:
                    foreach (CheckedTerm term in affine.Terms)
                    {
                        readers[term.Source]++;
                        Count(term.Map, counts[term.Source], $"{name}, {value.Name}", budget);
                    }

                    break;
                case RectifiedValue rectified:
                    readers[rectified.Source]++;
                    for (int i = 0; i < value.Size; i++)
                        counts[rectified.Source][i]++;
                    break;
            }
        }

        return new(Array.ConvertAll(counts, static c => c.Length == 0 ? 0 : c.Max()), Array.ConvertAll(readers, static r => r > 1));
    }

    /// <summary>The largest number of terms that are added up in a coefficient.</summary>
    /// <param name="value">The value.</param>
    public int MostTerms(int value) => mostTerms[value];

    /// <summary>Whether a value is read more than once, so that coefficients of several readers are added up.</summary>
    /// <param name="value">The value.</param>
    public bool IsShared(int value) => isShared[value];

    private static void Count(CheckedMap map, int[] counts, string place, CheckBudget budget)
    {
        int[] columns = new int[map.MostEntries];
        double[] weights = new double[map.MostEntries], radii = new double[map.MostEntries];
        int rows = (int)Math.Clamp(1e6 / (1 + map.MostEntries), 1, Math.Max(1, map.Rows));
        for (int i = 0; i < map.Rows; i++)
        {
            if (i % rows == 0)
                budget.Spend((double)Math.Min(rows, map.Rows - i) * (1 + map.MostEntries));
            int count = map.Row(i, columns, weights, radii);
            for (int k = 0; k < count; k++)
            {
                counts[columns[k]]++;
                if (!double.IsFinite(weights[k]) || !double.IsFinite(radii[k]))
                    throw new Refusal(place, "A number is beyond the range of double.");
            }
        }
    }
}
