namespace ExactCompression.Networks;

/// <summary>
/// The parts of one layer, first to last: how they grow while a file is read, and what remains of them when neurons are removed.
/// </summary>
internal static class AffineParts
{
    // A file may state thousands of operations between two ReLUs, each on a number that it repeats for every element.
    private const int MaximalCount = 16;

    /// <summary>
    /// Appends a part. A shift joins the matrix before it, and elementwise arithmetic the arithmetic before it, if neither rounds: that
    /// takes only vector operations, however many parts there are.
    /// </summary>
    /// <returns>Whether the parts are few enough to be kept.</returns>
    public static bool TryAppend(List<AffinePart> parts, AffinePart part)
    {
        if (parts.Count > 0 && part.Kind == AffinePartKind.Elementwise && Joined(parts[^1], part) is { } joined)
            parts[^1] = joined;
        else
            parts.Add(part);
        return parts.Count <= MaximalCount;
    }

    /// <summary>
    /// The parts of a layer that lost rows (neurons of its own) and columns (neurons before it that are 0, or that the layer does not
    /// read).
    /// </summary>
    /// <param name="parts">The layer's parts.</param>
    /// <param name="rows">The rows that are left, in their order.</param>
    /// <param name="columns">The columns that are left, in their order.</param>
    /// <returns> Null where parts cannot express it: a normalisation between a ReLU and a matrix maps the 0 of a removed neuron to another
    /// number, which would have to be rounded into a bias.
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
        parts is not null && others is not null && parts.Count == others.Count
            && parts.Zip(others).All(static pair => pair.First.IsSame(pair.Second));

    private static WeightPrecision Widest(AffinePart part, AffinePart other) =>
        (WeightPrecision)Math.Max((int)part.Precision, (int)other.Precision);

    private static bool Fits(double[] values, WeightPrecision precision) =>
        precision == WeightPrecision.Float64 || Array.TrueForAll(values, static x => (float)x == x);

    private static bool IsAll(double[] values, double value) => values.AsSpan().IndexOfAnyExcept(value) < 0;

    /// <summary>
    /// A part and the arithmetic after it as one part of the same kind; null if that rounds, or is not a vector operation.
    /// </summary>
    private static AffinePart? Joined(AffinePart before, AffinePart arithmetic)
    {
        WeightPrecision precision = Widest(before, arithmetic);
        (double[] scale, double[] shift) = (arithmetic.Values[0], arithmetic.Values[1]);
        try
        {
            switch (before.Kind)
            {
                case AffinePartKind.Dense when IsAll(scale, 1):
                    AffineMap bias = AffineJoin.Compose(AffineMap.Shift(shift), AffineMap.Elementwise(scale, before.Values[1]));
                    return bias.BiasRadius is null && Fits(bias.Bias, precision)
                        ? AffinePart.Of(AffinePartKind.Dense, before.Outputs, before.Inputs, precision, 0, [before.Values[0], bias.Bias])
                        : null;
                case AffinePartKind.Elementwise when IsAll(before.Values[1], 0) && IsAll(scale, 1):
                    return AffinePart.Of(AffineMap.Elementwise(before.Values[0], shift), precision);
                case AffinePartKind.Elementwise:
                    AffinePart? joined = AffinePart.Of(
                        AffineJoin.Compose(AffineMap.Elementwise(scale, shift), AffineMap.Elementwise(before.Values[0], before.Values[1])),
                        precision);
                    return joined?.Fits(precision) == true ? joined : null;
                default:
                    return null;
            }
        }
        catch (OverflowException)
        {
            return null; // what precedes them may keep the whole product in range
        }
    }

    /// <summary>A matrix of zeros and ones first moves the remaining elements to their places.</summary>
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

        return [AffinePart.Of(AffineMap.Dense(places, new double[rows.Length], rows.Length, columns.Length), WeightPrecision.Float32)!,
            .. elements];
    }
}
