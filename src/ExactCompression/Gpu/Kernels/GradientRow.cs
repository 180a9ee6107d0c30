namespace ExactCompression.Gpu.Kernels;

/// <summary>
/// Stores gradients of values where the rectifiers that gave the values are on; those of several readers of a value add up.
/// </summary>
internal static class GradientRow
{
    /// <summary>Stores a thread's four elements of a row, as far as they lie inside the matrix.</summary>
    /// <param name="below">The values.</param>
    /// <param name="floor">The value above which a gradient passes.</param>
    /// <param name="add">Whether to add to what is there: 0 or not.</param>
    /// <param name="result">The gradients.</param>
    /// <param name="k">The row; outside of the matrix for none.</param>
    /// <param name="n">The first column.</param>
    /// <param name="step">From one column to the next.</param>
    /// <param name="row">The elements.</param>
    public static void Put(MatrixView below, float floor, int add, MatrixView result, int k, int n, int step, Quad row)
    {
        if (k < 0 || k >= result.IntExtent.X)
            return;
        PutInside(below, floor, add, result, k, n, row.E0);
        PutInside(below, floor, add, result, k, n + step, row.E1);
        PutInside(below, floor, add, result, k, n + (2 * step), row.E2);
        PutInside(below, floor, add, result, k, n + (3 * step), row.E3);
    }

    /// <summary>Stores one element, which lies inside the matrix.</summary>
    public static void PutOne(MatrixView below, float floor, int add, MatrixView result, int k, int n, float value)
    {
        float passed = below[k, n] > floor ? value : 0f;
        result[k, n] = add != 0 ? result[k, n] + passed : passed;
    }

    private static void PutInside(MatrixView below, float floor, int add, MatrixView result, int k, int n, float value)
    {
        if (n < result.IntExtent.Y)
            PutOne(below, floor, add, result, k, n, value);
    }
}
