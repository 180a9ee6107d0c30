namespace ExactCompression.Certificates.Checking;

/// <summary>Sums of some elements, each divided by a whole number: means over windows and over axes.</summary>
/// <param name="members">For each row its elements, increasing.</param>
/// <param name="divisors">For each row the number, above 0.</param>
/// <param name="columns">Number of elements before.</param>
internal sealed class MeanRows(int[][] members, int[] divisors, int columns) : CheckedMap
{
    /// <inheritdoc/>
    public override int Rows => members.Length;

    /// <inheritdoc/>
    public override int Columns => columns;

    /// <inheritdoc/>
    public override int MostEntries { get; } = members.Max(static m => (int?)m.Length) ?? 0;

    /// <inheritdoc/>
    public override bool IsExact { get; } = Array.TrueForAll(divisors, static d => int.IsPow2(d));

    /// <inheritdoc/>
    public override int Row(int row, Span<int> entries, Span<double> weights, Span<double> radii)
    {
        (double factor, double radius) = Ratios.Reciprocal(divisors[row]);
        members[row].CopyTo(entries);
        weights[..members[row].Length].Fill(factor);
        radii[..members[row].Length].Fill(radius);
        return members[row].Length;
    }

    /// <inheritdoc/>
    public override EntryOrigin OriginOf(int row) => int.IsPow2(divisors[row]) ? default : new('/', 1, divisors[row]);

    /// <inheritdoc/>
    public override void Append(GraphHash hash)
    {
        hash.Append("mean");
        hash.Append(divisors);
        foreach (int[] row in members)
            hash.Append([row.Length, .. row]);
    }
}
