namespace ExactCompression.Networks;

/// <summary>The parts of one layer, first to last: how they grow while a file is read, and what is left of them when neurons go away.</summary>
internal static class AffineParts
{
    /// <summary>Appends a part; a matrix takes up what can be joined to it without rounding, and a scale the shift after it.</summary>
    public static void Append(List<AffinePart> parts, AffinePart part)
    {
        if (parts.Count > 0 && parts[^1] is { IsDense: true } last && part.Kind == AffinePartKind.Elementwise)
        {
            if (Joined(last, part) is { } joined)
            {
                parts[^1] = joined;
                return;
            }
        }

        if (parts.Count > 0 && parts[^1] is { Kind: AffinePartKind.Elementwise } scale && part.Kind == AffinePartKind.Elementwise && IsAll(scale.Values[1], 0) && IsAll(part.Values[0], 1))
            parts[^1] = AffinePart.Of(AffineMap.Elementwise(scale.Values[0], part.Values[1]), Widest(scale, part))!;
        else
            parts.Add(part);
    }

    /// <summary>The parts of a layer that lost rows (neurons of its own) and columns (neurons before it that gave 0, or that nothing of it reads).</summary>
    /// <param name="parts">The layer's parts.</param>
    /// <param name="rows">The rows that are left, in their order.</param>
    /// <param name="columns">The columns that are left, in their order.</param>
    /// <returns>
    /// Null where parts cannot say it: a normalisation between a rectifier and a matrix turns the 0 of a neuron that goes away into another number, which would have to be rounded into a bias.
    /// </returns>
    public static IReadOnlyList<AffinePart>? Select(IReadOnlyList<AffinePart> parts, int[] rows, int[] columns)
    {
        int first = -1, last = -1;
        for (int k = 0; k < parts.Count; k++)
        {
            if (parts[k].IsDense)
                (first, last) = (first < 0 ? k : first, k);
        }

        if (first < 0)
            return WithoutMatrix(parts, rows, columns);
        foreach (int gone in Enumerable.Range(0, parts[0].Inputs).Except(columns))
        {
            if (!parts.Take(first).All(p => p.KeepsZero(gone)))
                return null;
        }

        AffinePart Selected(AffinePart part, int k)
        {
            if (part.IsDense)
                return part.Submatrix(k == last ? rows : null, k == first ? columns : null);
            return k < first ? part.Elements(columns) : k > last ? part.Elements(rows) : part;
        }

        return [.. parts.Select(Selected)];
    }

    /// <summary>Whether two layers have the same parts.</summary>
    public static bool AreSame(IReadOnlyList<AffinePart>? parts, IReadOnlyList<AffinePart>? others) =>
        parts is not null && others is not null && parts.Count == others.Count && parts.Zip(others).All(static pair => pair.First.IsSame(pair.Second));

    private static WeightPrecision Widest(AffinePart part, AffinePart other) => (WeightPrecision)Math.Max((int)part.Precision, (int)other.Precision);

    private static bool IsAll(double[] values, double value) => values.AsSpan().IndexOfAnyExcept(value) < 0;

    private static AffinePart? Joined(AffinePart matrix, AffinePart elementwise)
    {
        try
        {
            WeightPrecision precision = Widest(matrix, elementwise);
            AffinePart? joined = AffinePart.Of(AffineJoin.Compose(elementwise.Maps.Single(), matrix.Maps.Single()), precision);
            return joined?.Fits(precision) == true ? joined : null;
        }
        catch (OverflowException)
        {
            return null; // what lies before them may keep the whole product in range
        }
    }

    /// <summary>A matrix of zeros and ones puts what is left into its places first.</summary>
    private static AffinePart[] WithoutMatrix(IReadOnlyList<AffinePart> parts, int[] rows, int[] columns)
    {
        AffinePart[] elements = [.. parts.Select(p => p.Elements(rows))];
        if (rows.AsSpan().SequenceEqual(columns))
            return elements;
        AffineMap.RequireSize(rows.Length, columns.Length);
        var places = new double[rows.Length * columns.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            int j = Array.IndexOf(columns, rows[i]);
            if (j >= 0)
                places[(i * columns.Length) + j] = 1;
        }

        return [AffinePart.Of(AffineMap.Dense(places, new double[rows.Length], rows.Length, columns.Length), WeightPrecision.Float32)!, .. elements];
    }
}
