namespace ExactCompression.Numerics;

/// <summary>Distributes independent rows among the cores, if there are enough operations for more than one.</summary>
internal static class RowBlocks
{
    /// <summary>With fewer operations than this, one thread finishes before another has started.</summary>
    private const double Worthwhile = 1 << 22;

    /// <summary>Processes all rows; the result does not depend on how they are distributed.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="operations">Number of operations per row.</param>
    /// <param name="block">Processes the rows from the first index up to, not including, the second; checks the token itself.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static void Run(int rows, double operations, Action<int, int> block, CancellationToken cancellation) => Run(
        new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount },
        rows, operations, block);

    /// <summary>Processes all rows; the result does not depend on how they are distributed.</summary>
    /// <param name="parallel">Threads, and the token to stop on; null for the calling thread alone.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="operations">Number of operations per row.</param>
    /// <param name="block">Processes the rows from the first index up to, not including, the second.</param>
    public static void Run(ParallelOptions? parallel, int rows, double operations, Action<int, int> block)
    {
        parallel?.CancellationToken.ThrowIfCancellationRequested();
        if (parallel is null || !(rows * operations >= Worthwhile))
        {
            block(0, rows);
            return;
        }

        int size = (int)Math.Clamp(Worthwhile / 4 / operations, 1, Math.Max(1, rows / (4 * Environment.ProcessorCount)));
        Parallel.For(0, (rows + size - 1) / size, parallel, b => block(b * size, Math.Min(rows, (b + 1) * size)));
    }
}
