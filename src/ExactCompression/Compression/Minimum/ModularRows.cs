using ExactCompression.Numerics;

namespace ExactCompression.Compression.Minimum;

/// <summary>
/// Linearly independent rows of residues, in echelon form. Their number is a lower bound on the rank of the exact rows
/// (<see cref="PrimeField"/>).
/// </summary>
internal sealed class ModularRows
{
    private readonly List<ulong[]> rows = [];
    private readonly List<int> pivots = [];

    /// <summary>Number of independent rows.</summary>
    public int Rank => rows.Count;

    /// <summary>Adds a row if it is independent of those that are here.</summary>
    /// <param name="row">The row; not kept.</param>
    /// <returns>Whether it was.</returns>
    public bool Add(ulong[] row)
    {
        ulong[] rest = Reduce(row);
        int pivot = Array.FindIndex(rest, static r => r != 0);
        if (pivot < 0)
            return false;
        Scale(rest, PrimeField.Invert(rest[pivot]));
        rows.Add(rest);
        pivots.Add(pivot);
        return true;
    }

    /// <summary>A row less a combination of those that are here, with 0 at their pivots.</summary>
    /// <param name="row">The row; not changed.</param>
    public ulong[] Reduce(ulong[] row)
    {
        ulong[] rest = [.. row];
        for (int i = 0; i < rows.Count; i++)
        {
            ulong factor = rest[pivots[i]];
            if (factor == 0)
                continue;
            ulong[] from = rows[i];
            for (int j = pivots[i]; j < rest.Length; j++)
                rest[j] = PrimeField.Subtract(rest[j], PrimeField.Multiply(factor, from[j]));
        }

        return rest;
    }

    /// <summary>
    /// What is left of a row once those that are here are subtracted, as a multiple that begins with 1: two rows with the same rest are
    /// proportional beside them, as far as residues tell. Null where nothing is left.
    /// </summary>
    /// <param name="row">The row; not changed.</param>
    public ulong[]? Direction(ulong[] row)
    {
        ulong[] rest = Reduce(row);
        int first = Array.FindIndex(rest, static r => r != 0);
        if (first < 0)
            return null;
        Scale(rest, PrimeField.Invert(rest[first]));
        return rest;
    }

    /// <summary>A copy that rows can be added to.</summary>
    public ModularRows Copy()
    {
        var copy = new ModularRows();
        copy.rows.AddRange(rows); // a row is never changed once it is here
        copy.pivots.AddRange(pivots);
        return copy;
    }

    private static void Scale(ulong[] row, ulong factor)
    {
        for (int j = 0; j < row.Length; j++)
            row[j] = PrimeField.Multiply(row[j], factor);
    }
}
