namespace ExactCompression.Certificates.Checking;

/// <summary>A factor for each element.</summary>
/// <param name="factors">The factors.</param>
/// <param name="radii">By how much each may differ from the true one; null where all are exact.</param>
/// <param name="origins">What inexact factors are computed from; null where all are exact.</param>
internal sealed class DiagonalRows(double[] factors, double[]? radii = null, EntryOrigin[]? origins = null) : CheckedMap
{
    /// <inheritdoc/>
    public override int Rows => factors.Length;

    /// <inheritdoc/>
    public override int Columns => factors.Length;

    /// <inheritdoc/>
    public override int MostEntries => 1;

    /// <inheritdoc/>
    public override bool IsExact => radii is null;

    /// <summary>The same factor for all elements.</summary>
    /// <param name="size">Number of elements.</param>
    /// <param name="factor">The factor.</param>
    public static DiagonalRows Of(int size, double factor)
    {
        var factors = new double[size];
        Array.Fill(factors, factor);
        return new(factors);
    }

    /// <summary>Factors that are known up to radii.</summary>
    /// <param name="entries">Each factor with its radius, and what it is computed from.</param>
    public static DiagonalRows Of(IReadOnlyList<(double Value, double Radius, EntryOrigin Origin)> entries) =>
        entries.All(static e => e.Radius == 0)
            ? new([.. entries.Select(static e => e.Value)])
            : new([.. entries.Select(static e => e.Value)], [.. entries.Select(static e => e.Radius)],
                [.. entries.Select(static e => e.Origin)]);

    /// <inheritdoc/>
    public override int Row(int row, Span<int> columns, Span<double> weights, Span<double> entryRadii)
    {
        if (factors[row] == 0 && !(radii?[row] > 0))
            return 0;
        (columns[0], weights[0], entryRadii[0]) = (row, factors[row], radii?[row] ?? 0);
        return 1;
    }

    /// <inheritdoc/>
    public override EntryOrigin OriginOf(int row) => origins is null ? default : origins[row];

    /// <inheritdoc/>
    public override void Append(GraphHash hash)
    {
        hash.Append("diagonal");
        hash.Append(origins?.Length ?? 0);
        hash.Append(factors);
        hash.Append(radii ?? []);
        foreach (EntryOrigin origin in origins ?? [])
        {
            hash.Append(origin.Kind);
            hash.Append([origin.First, origin.Second, origin.Third]);
        }
    }
}
