using ExactCompression.Networks;

namespace ExactCompression.Certificates.Checking;

/// <summary>Poolings. Padding is never the largest, and counts in means as zeros or not at all.</summary>
internal static class WindowReading
{
    /// <summary>
    /// The largest element of each window, column by column and then row by row of the kernel: <c>max(x, y) = x + max(0, y - x)</c>.
    /// </summary>
    /// <param name="values">Where the values go.</param>
    /// <param name="node">Name of the node.</param>
    /// <param name="pool">The operator.</param>
    /// <param name="before">Shape of what it takes.</param>
    /// <param name="after">Shape of what it gives.</param>
    /// <param name="x">The value that it takes.</param>
    public static int Largest(CheckedValues values, string node, MaxPoolOperator pool, TensorShape before, TensorShape after, int x)
    {
        var g = pool.Geometry;
        int channels = before[0], height = before.Count == 3 ? before[1] : 1, width = before[^1];
        int outHeight = after.Count == 3 ? after[1] : 1, outWidth = after[^1];
        int wide = Largest(values, node, x, g.KernelWidth, tap =>
        {
            int[] met = Met(outWidth, g.KernelWidth, width, g.StrideColumns, g.PadLeft, g.DilationColumns, tap);
            return [.. Enumerable.Range(0, channels * height).SelectMany(row => met.Select(c => (row * width) + c))];
        });
        return Largest(values, node, wide, g.KernelHeight, tap =>
        {
            int[] met = Met(outHeight, g.KernelHeight, height, g.StrideRows, g.PadTop, g.DilationRows, tap);
            return [.. Enumerable.Range(0, channels).SelectMany(d => met.SelectMany(
                r => Enumerable.Range(((d * height) + r) * outWidth, outWidth)))];
        });
    }

    /// <summary>The mean of each window.</summary>
    /// <param name="pool">The operator.</param>
    /// <param name="before">Shape of what it takes.</param>
    /// <param name="after">Shape of what it gives.</param>
    /// <param name="budget">Its budget.</param>
    public static MeanRows Means(AveragePoolOperator pool, TensorShape before, TensorShape after, CheckBudget budget)
    {
        var g = pool.Geometry;
        int height = before.Count == 3 ? before[1] : 1, width = before[^1];
        int outHeight = after.Count == 3 ? after[1] : 1, outWidth = after[^1];
        CheckBudget.RequireNumbers("mean", (long)after.Elements * g.KernelHeight * g.KernelWidth);
        budget.Spend((double)after.Elements * g.KernelHeight * g.KernelWidth);
        int[] rows = Places(g.KernelHeight, g.DilationRows), columns = Places(g.KernelWidth, g.DilationColumns);
        var members = new int[after.Elements][];
        var divisors = new int[after.Elements];
        for (int e = 0; e < members.Length; e++)
        {
            int d = e / (outHeight * outWidth);
            int[] tall = [.. rows.Select(i => (e / outWidth % outHeight * g.StrideRows) - g.PadTop + i)];
            int[] wide = [.. columns.Select(j => (e % outWidth * g.StrideColumns) - g.PadLeft + j)];
            members[e] = [.. from r in tall where r >= 0 && r < height from c in wide where c >= 0 && c < width
                select (((d * height) + r) * width) + c];
            divisors[e] = pool.CountsPadding
                ? tall.Count(r => r < height + pool.Padded.Bottom) * wide.Count(c => c < width + pool.Padded.Right)
                : members[e].Length;
        }

        return new(members, divisors, before.Elements);
    }

    private static int Largest(CheckedValues values, string node, int x, int taps, Func<int, int[]> met)
    {
        int largest = values.Select(node, x, met(0));
        for (int tap = 1; tap < taps; tap++)
        {
            var next = new CheckedTerm(x, new SelectedRows(met(tap), values.SizeOf(x)));
            int size = values.SizeOf(largest);
            int difference = values.Affine(node, new double[size], null, next, new CheckedTerm(largest, DiagonalRows.Of(size, -1)));
            largest = values.Sum(node, 0, (largest, 1), (values.Rectify(node, difference), 1));
        }

        return largest;
    }

    /// <summary>
    /// Which element of an axis a place of the kernel meets at each position; where that is padding, one that the window has anyway.
    /// </summary>
    private static int[] Met(int positions, int kernel, int length, int stride, int pad, int dilation, int tap)
    {
        var met = new int[positions];
        for (int p = 0; p < positions; p++)
        {
            int first = (p * stride) - pad, at = first + (tap * dilation);
            for (int k = 0; k < kernel && (at < 0 || at >= length); k++)
                at = first + (k * dilation);
            met[p] = at;
        }

        return met;
    }

    private static int[] Places(int kernel, int dilation) => [.. Enumerable.Range(0, kernel).Select(k => k * dilation)];
}
