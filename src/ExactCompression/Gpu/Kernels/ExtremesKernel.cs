using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>The largest <c>z</c> and <c>-z</c> of each row of a matrix, for layers that no product finishes.</summary>
internal static class ExtremesKernel
{
    /// <typeparam name="TEdge">The group's edge.</typeparam>
    /// <param name="z">Neurons x points.</param>
    /// <param name="rows">The rows to look through.</param>
    /// <param name="firstNeuron">The number of the first row's neuron over all layers.</param>
    /// <param name="largest">Two rows per neuron (above, below), a column for each tile's width of points.</param>
    public static void Run<TEdge>(MatrixView z, ArrayView<int> rows, int firstNeuron, RankedView largest)
        where TEdge : struct, IGroupEdge
    {
        ArrayView<float> values = SharedMemory.Allocate1D<float>(Tile.Length);
        ArrayView<float> places = SharedMemory.Allocate1D<float>(Tile.Length);
        int edge = default(TEdge).Threads;
        int side = edge * Tile.PerThread;
        int firstColumn = Grid.IdxX * side;
        int n = firstColumn + Group.IdxX;
        int width = z.IntExtent.Y - firstColumn;
        for (int firstRow = Grid.IdxY * side; firstRow < rows.IntLength; firstRow += Grid.DimY * side)
        {
            int m = firstRow + Group.IdxY;
            var tile = new RegisterBlock
            {
                R0 = Tile.LoadRow(z, RowOf(rows, m), n, edge),
                R1 = Tile.LoadRow(z, RowOf(rows, m + edge), n, edge),
                R2 = Tile.LoadRow(z, RowOf(rows, m + (2 * edge)), n, edge),
                R3 = Tile.LoadRow(z, RowOf(rows, m + (3 * edge)), n, edge),
            };
            TileExtremes.Store<TEdge>(tile, 1f, width, values, places, rows, firstRow, firstNeuron, 0, largest);
            TileExtremes.Store<TEdge>(tile, -1f, width, values, places, rows, firstRow, firstNeuron, 1, largest);
        }
    }

    private static int RowOf(ArrayView<int> rows, int m) => m < rows.IntLength ? rows[m] : -1;
}
