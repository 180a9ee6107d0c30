using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>
/// A map given by its entries, forward and backward, one column per point: selections, factors, sums over axes, and whatever else has few
/// entries in a row.
/// </summary>
/// <remarks>
/// Entries are compressed both by rows and by columns, so each element of a result is the sum of one thread and nothing is added up
/// atomically. Threads side by side have neighbouring points: they read the same entries, and their values coalesced.
/// </remarks>
internal static class SparseKernels
{
    /// <summary><c>Z = W max(X, floor) + b</c>, or <c>Z += W max(X, floor)</c>.</summary>
    /// <param name="starts">Where the entries of each row of W begin, and their number last.</param>
    /// <param name="columns">The column of each.</param>
    /// <param name="weights">The weight of each.</param>
    /// <param name="bias">One for each row.</param>
    /// <param name="x">K x N.</param>
    /// <param name="floor">What <paramref name="x"/> is clipped at from below.</param>
    /// <param name="add">Whether to add to Z instead of the biases: 0 or not.</param>
    /// <param name="z">M x N.</param>
    public static void Apply(
        ArrayView<int> starts, ArrayView<int> columns, ArrayView<float> weights, ArrayView<float> bias, MatrixView x, float floor, int add,
        MatrixView z)
    {
        int n = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (n >= z.IntExtent.Y)
            return;
        for (int m = (Grid.IdxY * Group.DimY) + Group.IdxY; m < z.IntExtent.X; m += Grid.DimY * Group.DimY)
        {
            float sum = add != 0 ? z[m, n] : bias[m];
            int end = starts[m + 1];
            for (int e = starts[m]; e < end; e++)
                sum += weights[e] * AffineKernel.Rectify(x[columns[e], n], floor);
            z[m, n] = sum;
        }
    }

    /// <summary><c>G' = (Wᵀ G) ∘ [Z' &gt; floor]</c>, or that added to <c>G'</c>.</summary>
    /// <param name="starts">Where the entries of each column of W begin, and their number last.</param>
    /// <param name="rows">The row of each.</param>
    /// <param name="weights">The weight of each.</param>
    /// <param name="gradient">M x N.</param>
    /// <param name="below">K x N.</param>
    /// <param name="floor">The value of <paramref name="below"/> above which the gradient passes.</param>
    /// <param name="add">Whether to add: 0 or not.</param>
    /// <param name="result">K x N.</param>
    public static void Pull(
        ArrayView<int> starts, ArrayView<int> rows, ArrayView<float> weights, MatrixView gradient, MatrixView below, float floor, int add,
        MatrixView result)
    {
        int n = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (n >= result.IntExtent.Y)
            return;
        for (int k = (Grid.IdxY * Group.DimY) + Group.IdxY; k < result.IntExtent.X; k += Grid.DimY * Group.DimY)
        {
            float sum = 0f;
            int end = starts[k + 1];
            for (int e = starts[k]; e < end; e++)
                sum += weights[e] * gradient[rows[e], n];
            GradientRow.PutOne(below, floor, add, result, k, n, sum);
        }
    }

    /// <summary><c>G'[k, n] = s_n W[t_n, k] [Z'[k, n] &gt; floor]</c>, or that added to <c>G'</c>.</summary>
    /// <param name="starts">Where the entries of each row of W begin, and their number last.</param>
    /// <param name="columns">The column of each, increasing within a row.</param>
    /// <param name="weights">The weight of each.</param>
    /// <param name="targets">Length N; each a row.</param>
    /// <param name="signs">Length N.</param>
    /// <param name="below">K x N.</param>
    /// <param name="floor">The value of <paramref name="below"/> above which the gradient passes.</param>
    /// <param name="add">Whether to add: 0 or not.</param>
    /// <param name="result">K x N.</param>
    public static void Seed(
        ArrayView<int> starts, ArrayView<int> columns, ArrayView<float> weights, ArrayView<int> targets, ArrayView<float> signs,
        MatrixView below, float floor, int add, MatrixView result)
    {
        int n = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (n >= result.IntExtent.Y)
            return;
        int begin = starts[targets[n]];
        int end = starts[targets[n] + 1];
        float sign = signs[n];
        for (int k = (Grid.IdxY * Group.DimY) + Group.IdxY; k < result.IntExtent.X; k += Grid.DimY * Group.DimY)
        {
            int low = begin;
            int high = end;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (columns[middle] < k)
                    low = middle + 1;
                else
                    high = middle;
            }

            float weight = 0f;
            if (low < end && columns[low] == k)
                weight = weights[low];
            GradientRow.PutOne(below, floor, add, result, k, n, sign * weight);
        }
    }
}
