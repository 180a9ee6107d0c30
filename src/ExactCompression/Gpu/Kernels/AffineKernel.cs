using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>
/// Forward through one layer, one column per point: <c>Z = W max(X, floor) + b</c>; and, while the tile of <c>Z</c> is still in registers,
/// the largest <c>z</c> and <c>-z</c> of each of its rows. A layer that is a sum adds its other terms to <c>Z</c>.
/// </summary>
/// <remarks>
/// Only pre-activations are stored: the ReLU is applied when they are read (<c>floor = 0</c>), and the inputs themselves are read unchanged
/// (<c>floor = -∞</c>). A NaN stays a NaN. The last layer of a pass is not stored at all, and only its wanted rows are computed: one value
/// in <c>4T</c> leaves the multiprocessor.
/// </remarks>
internal static class AffineKernel
{
    /// <summary>Set in <c>outputs</c>: store <c>Z</c>.</summary>
    public const int Values = 1;

    /// <summary>Set in <c>outputs</c>: store each row's largest values of the tile.</summary>
    public const int Extremes = 2;

    /// <summary>Set in <c>outputs</c>: add to what <c>Z</c> holds, and no biases.</summary>
    public const int Add = 4;

    /// <typeparam name="TEdge">The group's edge <c>T</c>.</typeparam>
    /// <param name="weights">All rows of W, of length K.</param>
    /// <param name="bias">One for each of them.</param>
    /// <param name="rows">Length M: which rows to compute. All of them, in order, where <c>Z</c> is stored.</param>
    /// <param name="x">K x N.</param>
    /// <param name="floor">What <paramref name="x"/> is clipped at from below.</param>
    /// <param name="outputs">What to store.</param>
    /// <param name="z">M x N, if it is stored.</param>
    /// <param name="firstNeuron">The number of the layer's first neuron over all layers.</param>
    /// <param name="largest">Two rows per neuron (above, below), a column for each tile's width of points.</param>
    public static void Run<TEdge>(
        MatrixView weights, ArrayView<float> bias, ArrayView<int> rows, MatrixView x, float floor, int outputs, MatrixView z,
        int firstNeuron, RankedView largest)
        where TEdge : struct, IGroupEdge
    {
        ArrayView<float> w = SharedMemory.Allocate1D<float>(Tile.Length);
        ArrayView<float> a = SharedMemory.Allocate1D<float>(Tile.Length);
        int edge = default(TEdge).Threads;
        int side = edge * Tile.PerThread;
        int firstRow = Grid.IdxY * side;
        int firstColumn = Grid.IdxX * side;
        int inner = x.IntExtent.X;
        int height = rows.IntLength;
        int width = x.IntExtent.Y;

        var sum = default(RegisterBlock);
        for (int k0 = 0; k0 < inner; k0 += Tile.Depth)
        {
            // Load: neighbouring threads take neighbouring k of a row of W (and store it transposed), neighbouring points of a row of X.
            for (int i = 0; i < side; i += edge)
            {
                int m = i + Group.IdxY;
                for (int j = 0; j < Tile.Depth; j += edge)
                {
                    int k = j + Group.IdxX;
                    w[(k * Tile.Stride) + m] = firstRow + m < height && k0 + k < inner ? weights[rows[firstRow + m], k0 + k] : 0f;
                }
            }

            for (int i = 0; i < Tile.Depth; i += edge)
            {
                int k = i + Group.IdxY;
                for (int j = 0; j < side; j += edge)
                {
                    int n = j + Group.IdxX;
                    a[(k * Tile.Stride) + n] = k0 + k < inner && firstColumn + n < width ? Rectify(x[k0 + k, firstColumn + n], floor) : 0f;
                }
            }

            Group.Barrier();
            sum = Tile.AddSlice<TEdge>(sum, w, a);
            Group.Barrier();
        }

        int row = firstRow + Group.IdxY;
        int column = firstColumn + Group.IdxX;
        if ((outputs & Add) != 0)
        {
            sum = RegisterBlock.Add(sum, Tile.Load(z, row, column, edge));
        }
        else
        {
            sum = RegisterBlock.AddToRows(
                sum, Quad.Of(
                    BiasOf(bias, rows, row), BiasOf(bias, rows, row + edge), BiasOf(bias, rows, row + (2 * edge)),
                    BiasOf(bias, rows, row + (3 * edge))));
        }

        if ((outputs & Values) != 0)
            Tile.Store(sum, z, row, column, edge);
        if ((outputs & Extremes) != 0)
        {
            // The slices are no longer needed: their memory now holds each thread's largest values.
            TileExtremes.Store<TEdge>(sum, 1f, width - firstColumn, w, a, rows, firstRow, firstNeuron, 0, largest);
            TileExtremes.Store<TEdge>(sum, -1f, width - firstColumn, w, a, rows, firstRow, firstNeuron, 1, largest);
        }
    }

    /// <summary>A value as it is read: clipped at the floor, and a NaN stays a NaN.</summary>
    public static float Rectify(float x, float floor) => x < floor ? floor : x;

    private static float BiasOf(ArrayView<float> bias, ArrayView<int> rows, int m) => m < rows.IntLength ? bias[rows[m]] : 0f;
}
