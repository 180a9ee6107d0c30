namespace ExactCompression.Certificates.Checking;

/// <summary>Elements as they are, each at any number of places.</summary>
/// <param name="sources">For each element, which of those before it is; -1 for 0.</param>
/// <param name="columns">Number of elements before.</param>
internal sealed class SelectedRows(int[] sources, int columns) : CheckedMap
{
    /// <inheritdoc/>
    public override int Rows => sources.Length;

    /// <inheritdoc/>
    public override int Columns => columns;

    /// <inheritdoc/>
    public override int MostEntries => 1;

    /// <summary>Whether all elements are where they were.</summary>
    public bool IsIdentity => sources.Length == columns && !sources.Where(static (source, i) => source != i).Any();

    /// <inheritdoc/>
    public override int Row(int row, Span<int> entries, Span<double> weights, Span<double> radii)
    {
        if (sources[row] < 0)
            return 0;
        (entries[0], weights[0], radii[0]) = (sources[row], 1, 0);
        return 1;
    }

    /// <inheritdoc/>
    public override void Append(GraphHash hash)
    {
        hash.Append("selection");
        hash.Append(sources);
    }
}
