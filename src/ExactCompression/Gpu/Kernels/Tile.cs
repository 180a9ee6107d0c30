using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>
/// The tile of a matrix product <c>C = A B</c> that one thread group computes, and the sum over one slice of the inner dimension.
/// </summary>
/// <remarks>
/// A group is square, <c>T x T</c> threads, and owns <c>4T x 4T</c> elements of <c>C</c>, each thread 4 x 4 of them, <c>T</c> apart:
/// neighbouring threads then read neighbouring words of shared memory (no bank conflicts) and write neighbouring words of <c>C</c>
/// (coalesced). Both factors pass through shared memory in slices of <see cref="Depth"/>, so each value comes from global memory once for
/// <c>4T</c> uses. On a GPU <c>T = 16</c>: 256 threads and 8.1 KiB of shared memory per group, with 16 sums and 8 operands in registers per
/// thread, so several groups share a multiprocessor and hide each other's loads. <c>T</c> is a constant of the compiled kernel
/// (<see cref="IGroupEdge"/>): a device with small groups runs the same code with a smaller one.
/// </remarks>
internal static class Tile
{
    /// <summary>Largest edge of a group.</summary>
    public const int MaxEdge = 16;

    /// <summary>Elements of <c>C</c> a thread has in each direction.</summary>
    public const int PerThread = 4;

    /// <summary>Inner dimension of a slice.</summary>
    public const int Depth = 16;

    /// <summary>
    /// Row stride of a slice in shared memory: the widest tile, and one more so that a column of it falls into different banks.
    /// </summary>
    public const int Stride = (PerThread * MaxEdge) + 1;

    /// <summary>Values of a slice in shared memory.</summary>
    public const int Length = Depth * Stride;

    /// <summary>
    /// Adds <c>Σ_k A[m, k] B[k, n]</c> over the slice that is in shared memory. <typeparamref name="TEdge"/> is the group's edge.
    /// </summary>
    public static RegisterBlock AddSlice<TEdge>(RegisterBlock sum, ArrayView<float> a, ArrayView<float> b)
        where TEdge : struct, IGroupEdge
    {
        int edge = default(TEdge).Threads;
        for (int k = 0; k < Depth; k += 4)
        {
            sum = AddStep(sum, a, b, k, edge);
            sum = AddStep(sum, a, b, k + 1, edge);
            sum = AddStep(sum, a, b, k + 2, edge);
            sum = AddStep(sum, a, b, k + 3, edge);
        }

        return sum;
    }

    /// <summary>Stores the thread's part of the tile, as far as it lies inside the matrix.</summary>
    /// <param name="tile">The values.</param>
    /// <param name="z">The matrix.</param>
    /// <param name="m">The thread's first row.</param>
    /// <param name="n">The thread's first column.</param>
    /// <param name="step">From one of its rows or columns to the next.</param>
    public static void Store(RegisterBlock tile, MatrixView z, int m, int n, int step)
    {
        StoreRow(tile.R0, z, m, n, step);
        StoreRow(tile.R1, z, m + step, n, step);
        StoreRow(tile.R2, z, m + (2 * step), n, step);
        StoreRow(tile.R3, z, m + (3 * step), n, step);
    }

    /// <summary>Loads the thread's part of a tile; 0 outside of the matrix.</summary>
    /// <param name="z">The matrix.</param>
    /// <param name="m">The thread's first row.</param>
    /// <param name="n">The thread's first column.</param>
    /// <param name="step">From one of its rows or columns to the next.</param>
    public static RegisterBlock Load(MatrixView z, int m, int n, int step) => new()
    {
        R0 = LoadRow(z, m, n, step),
        R1 = LoadRow(z, m + step, n, step),
        R2 = LoadRow(z, m + (2 * step), n, step),
        R3 = LoadRow(z, m + (3 * step), n, step),
    };

    /// <summary>Loads a row of it.</summary>
    /// <param name="z">The matrix.</param>
    /// <param name="row">The row; below 0 for none.</param>
    /// <param name="n">The thread's first column.</param>
    /// <param name="step">From one of its columns to the next.</param>
    public static Quad LoadRow(MatrixView z, int row, int n, int step) =>
        Quad.Of(LoadOne(z, row, n), LoadOne(z, row, n + step), LoadOne(z, row, n + (2 * step)), LoadOne(z, row, n + (3 * step)));

    private static float LoadOne(MatrixView z, int row, int n) =>
        row >= 0 && row < z.IntExtent.X && n < z.IntExtent.Y ? z[row, n] : 0f;

    private static void StoreRow(Quad row, MatrixView z, int m, int n, int step)
    {
        if (m >= z.IntExtent.X)
            return;
        StoreOne(row.E0, z, m, n);
        StoreOne(row.E1, z, m, n + step);
        StoreOne(row.E2, z, m, n + (2 * step));
        StoreOne(row.E3, z, m, n + (3 * step));
    }

    private static void StoreOne(float value, MatrixView z, int m, int n)
    {
        if (n < z.IntExtent.Y)
            z[m, n] = value;
    }

    private static RegisterBlock AddStep(RegisterBlock sum, ArrayView<float> a, ArrayView<float> b, int k, int edge) =>
        RegisterBlock.AddOuterProduct(sum, Strided(a, (k * Stride) + Group.IdxY, edge), Strided(b, (k * Stride) + Group.IdxX, edge));

    private static Quad Strided(ArrayView<float> slice, int at, int step) =>
        Quad.Of(slice[at], slice[at + step], slice[at + (2 * step)], slice[at + (3 * step)]);
}
