namespace ExactCompression.Numerics;

/// <summary>Shares rows that do not depend on each other among the cores, where there is enough to do for more than one.</summary>
internal static class RowBlocks
{
    /// <summary>Below this many operations one thread is done before another has started.</summary>
    private const double Worthwhile = 1 << 22;

    /// <summary>Does all rows; what they give does not depend on how they are shared.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="operations">Multiplications and the like for each.</param>
    /// <param name="block">Does the rows from the first number up to the second; it looks at the token itself.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static void Run(int rows, double operations, Action<int, int> block, CancellationToken cancellation)
    {
        if (rows * operations < Worthwhile)
        {
            block(0, rows);
            return;
        }

        int size = (int)Math.Clamp(Worthwhile / 4 / operations, 1, Math.Max(1, rows / (4 * Environment.ProcessorCount)));
        Parallel.For(
            0, (rows + size - 1) / size, new ParallelOptions { CancellationToken = cancellation },
            b => block(b * size, Math.Min(rows, (b + 1) * size)));
    }
}
