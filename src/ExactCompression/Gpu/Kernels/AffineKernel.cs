using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>Forward through one layer: <c>Z = W max(X, floor) + b</c>, one column a point.</summary>
/// <remarks>
/// Only pre-activations are stored: the rectifier is applied as they are read (<c>floor = 0</c>), and the inputs themselves are read as they are
/// (<c>floor = -∞</c>). A NaN stays a NaN.
/// </remarks>
internal static class AffineKernel
{
    /// <param name="weights">M x K.</param>
    /// <param name="bias">Length M.</param>
    /// <param name="x">K x N.</param>
    /// <param name="floor">What <paramref name="x"/> is cut off at.</param>
    /// <param name="z">M x N.</param>
    public static void Run(MatrixView weights, ArrayView<float> bias, MatrixView x, float floor, MatrixView z)
    {
        ArrayView<float> w = SharedMemory.Allocate1D<float>(Tile.Length);
        ArrayView<float> a = SharedMemory.Allocate1D<float>(Tile.Length);
        int edge = Group.DimX;
        int side = edge * Tile.PerThread;
        int firstRow = Grid.IdxY * side;
        int firstColumn = Grid.IdxX * side;
        int inner = x.IntExtent.X;

        var sum = default(RegisterBlock);
        for (int k0 = 0; k0 < inner; k0 += Tile.Depth)
        {
            // Load: neighbouring threads take neighbouring k of a row of W (and lay it down transposed), neighbouring points of a row of X.
            for (int m = Group.IdxY; m < side; m += edge)
            {
                for (int k = Group.IdxX; k < Tile.Depth; k += edge)
                    w[(k * Tile.Stride) + m] = firstRow + m < z.IntExtent.X && k0 + k < inner ? weights[firstRow + m, k0 + k] : 0f;
            }

            for (int k = Group.IdxY; k < Tile.Depth; k += edge)
            {
                for (int n = Group.IdxX; n < side; n += edge)
                    a[(k * Tile.Stride) + n] = k0 + k < inner && firstColumn + n < z.IntExtent.Y ? Rectify(x[k0 + k, firstColumn + n], floor) : 0f;
            }

            Group.Barrier();
            sum = Tile.AddSlice(sum, w, a);
            Group.Barrier();
        }

        StoreRow(bias, z, firstRow + Group.IdxY, firstColumn + Group.IdxX, edge, sum.R0);
        StoreRow(bias, z, firstRow + Group.IdxY + edge, firstColumn + Group.IdxX, edge, sum.R1);
        StoreRow(bias, z, firstRow + Group.IdxY + (2 * edge), firstColumn + Group.IdxX, edge, sum.R2);
        StoreRow(bias, z, firstRow + Group.IdxY + (3 * edge), firstColumn + Group.IdxX, edge, sum.R3);
    }

    private static float Rectify(float x, float floor) => x < floor ? floor : x;

    private static void StoreRow(ArrayView<float> bias, MatrixView z, int m, int n, int step, Quad row)
    {
        if (m >= z.IntExtent.X)
            return;
        float b = bias[m];
        Store(z, m, n, row.E0 + b);
        Store(z, m, n + step, row.E1 + b);
        Store(z, m, n + (2 * step), row.E2 + b);
        Store(z, m, n + (3 * step), row.E3 + b);
    }

    private static void Store(MatrixView z, int m, int n, float value)
    {
        if (n < z.IntExtent.Y)
            z[m, n] = value;
    }
}
