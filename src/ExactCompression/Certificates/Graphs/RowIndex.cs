using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Finds affine elements of the compressed network by their rows: what was not changed is made of the same numbers, from elements that are
/// the same.
/// </summary>
internal sealed class RowIndex
{
    private readonly PairElements elements;
    private readonly CheckBudget budget;
    private readonly ulong[] keys;
    private readonly int[] found;

    /// <summary>Reads all rows of the compressed network.</summary>
    /// <param name="elements">The elements.</param>
    /// <param name="budget">What the work is counted in.</param>
    public RowIndex(PairElements elements, CheckBudget budget)
    {
        (this.elements, this.budget) = (elements, budget);
        var rows = new List<(ulong Key, int Element)>();
        var row = new MapRow();
        for (int v = 0; v < elements.Compressed.Values.Count; v++)
        {
            if (elements.Compressed.Values[v] is not AffineValue affine)
                continue;
            for (int i = 0; i < affine.Size; i++)
                rows.Add((Key(affine, i, row, (source, column) => elements.First(source) + column), elements.First(v) + i));
        }

        (ulong Key, int Element)[] sorted = [.. rows.Order()];
        (keys, found) = (Array.ConvertAll(sorted, static r => r.Key), Array.ConvertAll(sorted, static r => r.Element));
    }

    /// <summary>The element of the compressed network that is made of the same.</summary>
    /// <param name="affine">A value of the original.</param>
    /// <param name="i">Its element.</param>
    /// <param name="row">Room for a row.</param>
    /// <param name="partners">For each value of the original, the elements that are the same as its own; -1 for those that are
    /// gone.</param>
    /// <param name="expected">Which one is likely, among several.</param>
    /// <param name="last">The last one that was found: of several unlikely ones, the next is.</param>
    /// <param name="likely">The value that is likely.</param>
    /// <returns>The element; -1 for none.</returns>
    public int Find(AffineValue affine, int i, MapRow row, int[][] partners, int expected, int last, int likely)
    {
        ulong key = Key(affine, i, row, (source, column) => partners[source][column]);
        int at = Array.BinarySearch(keys, key);
        if (at < 0)
            return -1;
        while (at > 0 && keys[at - 1] == key)
            at--;
        int next = -1;
        for (int k = at; k < keys.Length && keys[k] == key; k++)
        {
            if (found[k] == expected)
                return expected;
            bool isLikely = elements.ValueOf(found[k]) == likely;
            if (next < 0 || (isLikely && (elements.ValueOf(next) != likely || (next <= last && found[k] > last))))
                next = found[k];
        }

        return next;
    }

    private ulong Key(AffineValue affine, int i, MapRow row, Func<int, int, int> element)
    {
        ulong key = Mixed(0, BitConverter.DoubleToUInt64Bits(affine.Bias[i] + 0.0));
        foreach (CheckedTerm term in affine.Terms)
        {
            row.Read(term.Map, i, budget);
            for (int k = 0; k < row.Count; k++)
            {
                int of = element(term.Source, row.Columns[k]);
                if (of >= 0)
                    key = Mixed(Mixed(key, (ulong)of), BitConverter.DoubleToUInt64Bits(row.Weights[k]));
            }
        }

        return key;
    }

    /// <summary>A step of a multiplicative hash; what it finds is checked.</summary>
    private static ulong Mixed(ulong key, ulong number)
    {
        ulong mixed = (key ^ number) * 0x9E3779B97F4A7C15;
        return mixed ^ (mixed >> 29);
    }
}
