namespace ExactCompression.Certificates.Checking;

/// <summary>
/// The open rectifiers that an element depends on: those whose bounds have 0 strictly inside, and that a chain of entries other than 0
/// leads to. A certificate states a slope for each of them.
/// </summary>
internal static class OpenField
{
    /// <summary>Finds them.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="bounds">Bounds of the values below.</param>
    /// <param name="value">The value.</param>
    /// <param name="element">Its element.</param>
    /// <param name="budget">Its budget.</param>
    /// <returns>The rectified values with their elements, increasing.</returns>
    public static IReadOnlyList<(int Value, int Element)> Of(
        CheckedGraph graph, GraphBounds bounds, int value, int element, CheckBudget budget)
    {
        var found = new List<(int Value, int Element)>();
        var reached = new bool[]?[value + 1];
        reached[value] = new bool[graph.Values[value].Size];
        reached[value]![element] = true;
        int[] columns = [];
        double[] weights = [], radii = [];
        for (int v = value; v > 0; v--)
        {
            if (reached[v] is not { } marks)
                continue;
            budget.Spend(marks.Length);
            if (graph.Values[v] is RectifiedValue { Source: var z })
            {
                for (int i = marks.Length - 1; i >= 0; i--)
                {
                    if (!marks[i] || bounds.Upper(z)[i] <= 0)
                        continue;
                    (reached[z] ??= new bool[marks.Length])[i] = true;
                    if (!(bounds.Lower(z)[i] >= 0))
                        found.Add((v, i));
                }
            }

            foreach (CheckedTerm term in (graph.Values[v] as AffineValue)?.Terms ?? [])
            {
                if (columns.Length < term.Map.MostEntries)
                    (columns, weights, radii) = (new int[term.Map.MostEntries], new double[term.Map.MostEntries],
                        new double[term.Map.MostEntries]);
                bool[] next = reached[term.Source] ??= new bool[graph.Values[term.Source].Size];
                budget.Spend((double)marks.Count(static m => m) * term.Map.MostEntries);
                for (int i = 0; i < marks.Length; i++)
                {
                    int count = marks[i] ? term.Map.Row(i, columns, weights, radii) : 0;
                    for (int k = 0; k < count; k++)
                        next[columns[k]] = true;
                }
            }
        }

        found.Reverse();
        return found;
    }
}
