namespace ExactCompression.Experiments;

/// <summary>
/// Data divided into rows to train on and rows to measure accuracy on: the same for all networks of a sweep, so that their accuracies can
/// be compared.
/// </summary>
/// <param name="Training">Rows to train on.</param>
/// <param name="Test">The others; null where there are none.</param>
public sealed record DataSplit(InputData Training, InputData? Test)
{
    /// <summary>Holds out a share of each class. It depends only on the data and the share.</summary>
    /// <param name="data">Labelled rows.</param>
    /// <param name="testFraction">Share of the rows of each class, from 0 to less than 1; at least one row of each remains to train
    /// on.</param>
    /// <exception cref="InvalidInputException">The data has no labels.</exception>
    public static DataSplit Of(InputData data, double testFraction)
    {
        if (!data.HasLabels)
            throw new InvalidInputException(
                "DataWithoutLabels", $"The data '{data.Name}' has no labels to train on.", "Import it with -LabelPath or -LabelColumn.");
        var order = new int[data.Rows];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        new Random(0).Shuffle(order);
        var kept = new bool[data.Rows];
        foreach (IGrouping<int, int> rows in order.GroupBy(row => data.Labels.Span[row]))
        {
            int[] all = [.. rows];
            foreach (int row in all.Take(Math.Min((int)Math.Round(testFraction * all.Length), all.Length - 1)))
                kept[row] = true;
        }

        return new(Select(data, kept, false), Array.IndexOf(kept, true) < 0 ? null : Select(data, kept, true));
    }

    private static InputData Select(InputData data, bool[] kept, bool wanted)
    {
        int[] rows = [.. Enumerable.Range(0, data.Rows).Where(row => kept[row] == wanted)];
        var values = new float[rows.Length * data.Columns];
        for (int i = 0; i < rows.Length; i++)
            data.Row(rows[i]).CopyTo(values.AsSpan(i * data.Columns));
        return new(values, rows.Length, data.Columns, [.. rows.Select(row => data.Labels.Span[row])], data.Name, data.Scale);
    }
}
