using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>
/// The start of the gradient: <c>G[k, n] = s_n W[t_n, k] [Z'[k, n] &gt; floor]</c> for point <c>n</c> with target neuron <c>t_n</c> and
/// sign <c>s_n</c>.
/// </summary>
/// <remarks>
/// The first step backward needs no product: it takes one row of <c>W</c> for each point. Neighbouring threads have neighbouring points, so
/// writes are coalesced; the rows of <c>W</c> are gathered from the cache, and from one address if neighbouring points share a target.
/// </remarks>
internal static class SeedKernel
{
    /// <param name="weights">M x K.</param>
    /// <param name="targets">Length N; each 0 to M - 1.</param>
    /// <param name="signs">Length N.</param>
    /// <param name="below">K x N: the pre-activations of the layer below (floor 0), or the inputs (floor -∞).</param>
    /// <param name="floor">The value of <paramref name="below"/> above which the gradient passes.</param>
    /// <param name="add">Whether to add to what is there: 0 or not.</param>
    /// <param name="result">K x N.</param>
    public static void Run(
        MatrixView weights, ArrayView<int> targets, ArrayView<float> signs, MatrixView below, float floor, int add,
        MatrixView result)
    {
        int n = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (n >= result.IntExtent.Y)
            return;
        int target = targets[n];
        float sign = signs[n];
        for (int k = (Grid.IdxY * Group.DimY) + Group.IdxY; k < result.IntExtent.X; k += Grid.DimY * Group.DimY)
            GradientRow.PutOne(below, floor, add, result, k, n, sign * weights[target, k]);
    }
}
