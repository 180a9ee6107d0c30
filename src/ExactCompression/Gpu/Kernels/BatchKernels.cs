using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>To and from the device: points are rows outside and columns inside.</summary>
internal static class BatchKernels
{
    /// <summary><c>X[k, n] = clip(P[n, k], l_k, u_k)</c>.</summary>
    /// <remarks>
    /// A transposition through a shared tile, one column wider than necessary, so that both the reads and the writes are coalesced and fall
    /// into different banks.
    /// </remarks>
    /// <param name="points">N x K.</param>
    /// <param name="lower">Length K.</param>
    /// <param name="upper">Length K.</param>
    /// <param name="x">K x N.</param>
    public static void Take(MatrixView points, ArrayView<float> lower, ArrayView<float> upper, MatrixView x)
    {
        const int Stride = Tile.MaxEdge + 1;
        ArrayView<float> tile = SharedMemory.Allocate1D<float>(Tile.MaxEdge * Stride);
        int n0 = Grid.IdxX * Group.DimX;
        for (int k0 = Grid.IdxY * Group.DimY; k0 < x.IntExtent.X; k0 += Grid.DimY * Group.DimY)
        {
            int k = k0 + Group.IdxX;
            int n = n0 + Group.IdxY;
            if (k < x.IntExtent.X && n < x.IntExtent.Y)
                tile[(Group.IdxY * Stride) + Group.IdxX] = AscendKernels.Clip(points[n, k], lower[k], upper[k]);
            Group.Barrier();

            k = k0 + Group.IdxY;
            n = n0 + Group.IdxX;
            if (k < x.IntExtent.X && n < x.IntExtent.Y)
                x[k, n] = tile[(Group.IdxX * Stride) + Group.IdxY];
            Group.Barrier();
        }
    }

    /// <summary><c>p[k] = X[k, n]</c>: one point.</summary>
    /// <param name="x">K x N.</param>
    /// <param name="n">0-based point.</param>
    /// <param name="point">Length K.</param>
    public static void GatherColumn(MatrixView x, int n, ArrayView<float> point)
    {
        int k = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (k < x.IntExtent.X)
            point[k] = x[k, n];
    }
}
