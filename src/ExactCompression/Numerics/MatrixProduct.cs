using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// <c>C = A B</c> or <c>C = A B + 1 bias^T</c> for a packed <c>B</c>, on one thread: callers split the rows of <c>A</c> between threads,
/// which keeps every result independent of their number.
/// </summary>
/// <remarks>
/// The kernel holds a tile of <c>C</c> in registers, 8 rows by one panel with 512-bit vectors, and broadcasts <c>A</c>. Without 512-bit
/// hardware a tile is 6 rows by half a panel: 12 of 16 registers of 256 bits, enough for no sum to wait for another. Of a last panel with
/// few columns only the first half is computed. The tiles are compiled at full optimisation at once: a network is often finished before
/// they would be found hot. Panels are swept for a block of rows that stays in the second-level cache.
/// <para>
/// Whole vectors are stored, also beyond the last column, where that overwrites only elements of the result that are computed later: so
/// blocks and rows are processed upwards, and panels and halves of panels from right to left. Only at the end of the result does a tile go
/// through a buffer.
/// </para>
/// </remarks>
internal static unsafe class MatrixProduct
{
    private const int RowBlock = 64;

    private static int MostRows => Vector512.IsHardwareAccelerated ? 8 : Vector256.IsHardwareAccelerated ? 6 : 4;

    /// <summary>Computes the product.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="a">Row-major <paramref name="rows"/> x <c>b.Rows</c>.</param>
    /// <param name="rows">Rows of <paramref name="a"/> and of the result.</param>
    /// <param name="b">The packed factor.</param>
    /// <param name="bias">Added to every row: length <c>b.Columns</c>; empty for none.</param>
    /// <param name="c">Row-major <paramref name="rows"/> x <c>b.Columns</c>; overwritten.</param>
    public static void Multiply<T>(ReadOnlySpan<T> a, int rows, PackedMatrix<T> b, ReadOnlySpan<T> bias, Span<T> c)
        where T : unmanaged
    {
        int inner = b.Rows, columns = b.Columns;
        if (a.Length < (long)rows * inner || c.Length < (long)rows * columns || (bias.Length != 0 && bias.Length != columns))
            throw new ArgumentException($"The factors {rows} x {inner} and {inner} x {columns} do not fit the spans given.");
        int width = PackedMatrix<T>.PanelWidth;
        T* edge = stackalloc T[8 * width];
        T* start = stackalloc T[width];
        fixed (T* pa = a, pc = c)
        {
            for (int block = 0; block < rows; block += RowBlock)
            {
                int blockEnd = Math.Min(rows, block + RowBlock);
                for (int panel = b.Panels - 1; panel >= 0; panel--)
                {
                    int column = panel * width, valid = Math.Min(width, columns - column);
                    T* pb = b.Data + ((nint)panel * inner * width);
                    new Span<T>(start, width).Clear();
                    if (bias.Length != 0)
                        bias.Slice(column, valid).CopyTo(new Span<T>(start, width));
                    Sweep(pa, pb, pc, start, edge, block, blockEnd, rows, inner, columns, column, valid);
                }
            }
        }

        GC.KeepAlive(b);
    }

    private static void Sweep<T>(
        T* pa, T* pb, T* pc, T* start, T* edge, int row, int end, int rows, int inner, int columns, int column, int valid)
        where T : unmanaged
    {
        int width = PackedMatrix<T>.PanelWidth;
        T* resultEnd = pc + ((nint)rows * columns);
        while (row < end)
        {
            int tile = end - row >= MostRows ? MostRows : end - row >= 4 ? 4 : 1;
            T* source = pa + ((nint)row * inner);
            T* target = pc + ((nint)row * columns) + column;
            // Tiles of one row are bound by latency: half of one is no quicker.
            bool half = tile > 1 && valid <= Vector512<T>.Count;
            bool direct = target + ((nint)(tile - 1) * columns) + (half ? Vector512<T>.Count : width) <= resultEnd;
            T* into = direct ? target : edge;
            nint stride = direct ? columns : width;
            if (tile == 8)
            {
                if (half)
                    Tile8Half(source, inner, pb, start, into, stride);
                else
                    Tile8(source, inner, pb, start, into, stride);
            }
            else if (tile == 6)
            {
                if (!half)
                    Tile6(source, inner, pb, start, into, stride, Vector512<T>.Count);
                Tile6(source, inner, pb, start, into, stride, 0);
            }
            else if (tile == 4)
            {
                if (!half)
                    Tile4(source, inner, pb, start, into, stride, Vector512<T>.Count);
                Tile4(source, inner, pb, start, into, stride, 0);
            }
            else
            {
                Tile1(source, inner, pb, start, into);
            }

            if (!direct)
            {
                for (int r = 0; r < tile; r++)
                    new Span<T>(edge + (r * width), valid).CopyTo(new Span<T>(target + ((nint)r * columns), valid));
            }

            row += tile;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8<T>(T* a, int inner, T* b, T* start, T* c, nint stride)
        where T : unmanaged
    {
        int width = PackedMatrix<T>.PanelWidth, half = Vector512<T>.Count;
        Vector512<T> s0 = Vector512.Load(start), s1 = Vector512.Load(start + half);
        Vector512<T> c00 = s0, c01 = s1, c10 = s0, c11 = s1, c20 = s0, c21 = s1, c30 = s0, c31 = s1;
        Vector512<T> c40 = s0, c41 = s1, c50 = s0, c51 = s1, c60 = s0, c61 = s1, c70 = s0, c71 = s1;
        T* a4 = a + (4 * (nint)inner);
        for (int k = 0; k < inner; k++)
        {
            Vector512<T> b0 = Vector512.LoadAligned(b), b1 = Vector512.LoadAligned(b + half);
            Vector512<T> x = Vector512.Create(a[k]);
            c00 = Lanes.Fma(x, b0, c00);
            c01 = Lanes.Fma(x, b1, c01);
            x = Vector512.Create(a[k + inner]);
            c10 = Lanes.Fma(x, b0, c10);
            c11 = Lanes.Fma(x, b1, c11);
            x = Vector512.Create(a[k + (2 * (nint)inner)]);
            c20 = Lanes.Fma(x, b0, c20);
            c21 = Lanes.Fma(x, b1, c21);
            x = Vector512.Create(a[k + (3 * (nint)inner)]);
            c30 = Lanes.Fma(x, b0, c30);
            c31 = Lanes.Fma(x, b1, c31);
            x = Vector512.Create(a4[k]);
            c40 = Lanes.Fma(x, b0, c40);
            c41 = Lanes.Fma(x, b1, c41);
            x = Vector512.Create(a4[k + inner]);
            c50 = Lanes.Fma(x, b0, c50);
            c51 = Lanes.Fma(x, b1, c51);
            x = Vector512.Create(a4[k + (2 * (nint)inner)]);
            c60 = Lanes.Fma(x, b0, c60);
            c61 = Lanes.Fma(x, b1, c61);
            x = Vector512.Create(a4[k + (3 * (nint)inner)]);
            c70 = Lanes.Fma(x, b0, c70);
            c71 = Lanes.Fma(x, b1, c71);
            b += width;
        }

        Store(c, half, c00, c01);
        Store(c + stride, half, c10, c11);
        Store(c + (2 * stride), half, c20, c21);
        Store(c + (3 * stride), half, c30, c31);
        Store(c + (4 * stride), half, c40, c41);
        Store(c + (5 * stride), half, c50, c51);
        Store(c + (6 * stride), half, c60, c61);
        Store(c + (7 * stride), half, c70, c71);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8Half<T>(T* a, int inner, T* b, T* start, T* c, nint stride)
        where T : unmanaged
    {
        int width = PackedMatrix<T>.PanelWidth;
        Vector512<T> s = Vector512.Load(start);
        Vector512<T> c0 = s, c1 = s, c2 = s, c3 = s, c4 = s, c5 = s, c6 = s, c7 = s;
        T* a4 = a + (4 * (nint)inner);
        for (int k = 0; k < inner; k++)
        {
            Vector512<T> b0 = Vector512.LoadAligned(b);
            c0 = Lanes.Fma(Vector512.Create(a[k]), b0, c0);
            c1 = Lanes.Fma(Vector512.Create(a[k + inner]), b0, c1);
            c2 = Lanes.Fma(Vector512.Create(a[k + (2 * (nint)inner)]), b0, c2);
            c3 = Lanes.Fma(Vector512.Create(a[k + (3 * (nint)inner)]), b0, c3);
            c4 = Lanes.Fma(Vector512.Create(a4[k]), b0, c4);
            c5 = Lanes.Fma(Vector512.Create(a4[k + inner]), b0, c5);
            c6 = Lanes.Fma(Vector512.Create(a4[k + (2 * (nint)inner)]), b0, c6);
            c7 = Lanes.Fma(Vector512.Create(a4[k + (3 * (nint)inner)]), b0, c7);
            b += width;
        }

        T* c4th = c + (4 * stride);
        c0.Store(c);
        c1.Store(c + stride);
        c2.Store(c + (2 * stride));
        c3.Store(c + (3 * stride));
        c4.Store(c4th);
        c5.Store(c4th + stride);
        c6.Store(c4th + (2 * stride));
        c7.Store(c4th + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6<T>(T* a, int inner, T* b, T* start, T* c, nint stride, int offset)
        where T : unmanaged
    {
        int width = PackedMatrix<T>.PanelWidth, lanes = Vector256<T>.Count;
        Vector256<T> s0 = Vector256.Load(start + offset), s1 = Vector256.Load(start + offset + lanes);
        Vector256<T> c00 = s0, c01 = s1, c10 = s0, c11 = s1, c20 = s0, c21 = s1;
        Vector256<T> c30 = s0, c31 = s1, c40 = s0, c41 = s1, c50 = s0, c51 = s1;
        T* a3 = a + (3 * (nint)inner);
        b += offset;
        for (int k = 0; k < inner; k++)
        {
            Vector256<T> b0 = Vector256.LoadAligned(b), b1 = Vector256.LoadAligned(b + lanes), x = Vector256.Create(a[k]);
            c00 = Lanes.Fma(x, b0, c00);
            c01 = Lanes.Fma(x, b1, c01);
            x = Vector256.Create(a[k + inner]);
            c10 = Lanes.Fma(x, b0, c10);
            c11 = Lanes.Fma(x, b1, c11);
            x = Vector256.Create(a[k + (2 * (nint)inner)]);
            c20 = Lanes.Fma(x, b0, c20);
            c21 = Lanes.Fma(x, b1, c21);
            x = Vector256.Create(a3[k]);
            c30 = Lanes.Fma(x, b0, c30);
            c31 = Lanes.Fma(x, b1, c31);
            x = Vector256.Create(a3[k + inner]);
            c40 = Lanes.Fma(x, b0, c40);
            c41 = Lanes.Fma(x, b1, c41);
            x = Vector256.Create(a3[k + (2 * (nint)inner)]);
            c50 = Lanes.Fma(x, b0, c50);
            c51 = Lanes.Fma(x, b1, c51);
            b += width;
        }

        c += offset;
        Store(c, c00, c01);
        Store(c + stride, c10, c11);
        Store(c + (2 * stride), c20, c21);
        c += 3 * stride;
        Store(c, c30, c31);
        Store(c + stride, c40, c41);
        Store(c + (2 * stride), c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4<T>(T* a, int inner, T* b, T* start, T* c, nint stride, int offset)
        where T : unmanaged
    {
        int width = PackedMatrix<T>.PanelWidth;
        Vector512<T> s = Vector512.Load(start + offset);
        Vector512<T> c0 = s, c1 = s, c2 = s, c3 = s;
        b += offset;
        for (int k = 0; k < inner; k++)
        {
            Vector512<T> b0 = Vector512.LoadAligned(b);
            c0 = Lanes.Fma(Vector512.Create(a[k]), b0, c0);
            c1 = Lanes.Fma(Vector512.Create(a[k + inner]), b0, c1);
            c2 = Lanes.Fma(Vector512.Create(a[k + (2 * (nint)inner)]), b0, c2);
            c3 = Lanes.Fma(Vector512.Create(a[k + (3 * (nint)inner)]), b0, c3);
            b += width;
        }

        c0.Store(c + offset);
        c1.Store(c + stride + offset);
        c2.Store(c + (2 * stride) + offset);
        c3.Store(c + (3 * stride) + offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1<T>(T* a, int inner, T* b, T* start, T* c)
        where T : unmanaged
    {
        int width = PackedMatrix<T>.PanelWidth, half = Vector512<T>.Count;
        Vector512<T> c0 = Vector512.Load(start), c1 = Vector512.Load(start + half);
        for (int k = 0; k < inner; k++)
        {
            Vector512<T> x = Vector512.Create(a[k]);
            c0 = Lanes.Fma(x, Vector512.LoadAligned(b), c0);
            c1 = Lanes.Fma(x, Vector512.LoadAligned(b + half), c1);
            b += width;
        }

        Store(c, half, c0, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* c, int half, Vector512<T> first, Vector512<T> second)
        where T : unmanaged
    {
        first.Store(c);
        second.Store(c + half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* c, Vector256<T> first, Vector256<T> second)
        where T : unmanaged
    {
        first.Store(c);
        second.Store(c + Vector256<T>.Count);
    }
}
