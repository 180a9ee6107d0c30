using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>Backward through one layer: <c>G' = (Wᵀ G) ∘ [Z' &gt; floor]</c>, or that added to <c>G'</c>, one column per point.</summary>
/// <remarks>
/// <c>Z'</c> are the values of the layer below: pre-activations (<c>floor = 0</c>), or the inputs, which all pass (<c>floor = -∞</c>). A
/// value that several layers read gets the gradients of all of them, one launch after the other.
/// </remarks>
internal static class PullbackKernel
{
    /// <typeparam name="TEdge">The group's edge.</typeparam>
    /// <param name="weights">M x K.</param>
    /// <param name="gradient">M x N, for the pre-activations of this layer.</param>
    /// <param name="below">K x N.</param>
    /// <param name="floor">The value of <paramref name="below"/> above which the gradient passes.</param>
    /// <param name="add">Whether to add to what is there: 0 or not.</param>
    /// <param name="result">K x N, for what <paramref name="below"/> holds.</param>
    public static void Run<TEdge>(MatrixView weights, MatrixView gradient, MatrixView below, float floor, int add, MatrixView result)
        where TEdge : struct, IGroupEdge
    {
        ArrayView<float> w = SharedMemory.Allocate1D<float>(Tile.Length);
        ArrayView<float> g = SharedMemory.Allocate1D<float>(Tile.Length);
        int edge = default(TEdge).Threads;
        int side = edge * Tile.PerThread;
        int firstRow = Grid.IdxY * side;
        int firstColumn = Grid.IdxX * side;
        int inner = gradient.IntExtent.X;

        var sum = default(RegisterBlock);
        for (int m0 = 0; m0 < inner; m0 += Tile.Depth)
        {
            // Load: W is read in storage order, neighbouring threads taking neighbouring k of a row: that is already the transposed slice.
            for (int i = 0; i < Tile.Depth; i += edge)
            {
                int m = i + Group.IdxY;
                for (int j = 0; j < side; j += edge)
                {
                    int at = j + Group.IdxX;
                    w[(m * Tile.Stride) + at] = m0 + m < inner && firstRow + at < result.IntExtent.X ? weights[m0 + m, firstRow + at] : 0f;
                    g[(m * Tile.Stride) + at] = m0 + m < inner && firstColumn + at < result.IntExtent.Y
                        ? gradient[m0 + m, firstColumn + at]
                        : 0f;
                }
            }

            Group.Barrier();
            sum = Tile.AddSlice<TEdge>(sum, w, g);
            Group.Barrier();
        }

        int row = firstRow + Group.IdxY;
        int column = firstColumn + Group.IdxX;
        GradientRow.Put(below, floor, add, result, row, column, edge, sum.R0);
        GradientRow.Put(below, floor, add, result, row + edge, column, edge, sum.R1);
        GradientRow.Put(below, floor, add, result, row + (2 * edge), column, edge, sum.R2);
        GradientRow.Put(below, floor, add, result, row + (3 * edge), column, edge, sum.R3);
    }
}
