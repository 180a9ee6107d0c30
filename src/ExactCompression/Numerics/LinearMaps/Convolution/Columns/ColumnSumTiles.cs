using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The loops of <see cref="ColumnSumPass{T}"/>: what is loaded from a row of the source serves the sums of several rows. Vectors have 256
/// bits on all processors: rows seldom begin where longer ones could be loaded at once.
/// </summary>
internal static unsafe class ColumnSumTiles
{
    /// <summary>Rows of sums that are computed at a time.</summary>
    public const int Rows = 4;

    /// <summary>Columns of sums that are computed at a time; a window of the source has at least as many.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    public static int Columns<T>()
        where T : unmanaged => 2 * Vector256<T>.Count;

    /// <summary>Whether all rows of the source that sums meet are in its window.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="rows">The rows of sums.</param>
    public static bool IsInside<T>(in ColumnSumRows<T> rows)
        where T : unmanaged => rows.First >= 0 && rows.First + Rows + rows.Taps - 1 <= rows.Height;

    /// <summary>Computes <see cref="Rows"/> rows of sums. The last tile computes some again, not what lies beyond the row.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="rows">The rows.</param>
    public static void Run<T>(in ColumnSumRows<T> rows)
        where T : unmanaged
    {
        bool isInside = IsInside(rows);
        int columns = Columns<T>();
        for (int x = 0; x < rows.Width; x += columns)
        {
            int at = Math.Min(x, rows.Width - columns);
            if (isInside)
                Inside(rows, at);
            else
                Border(rows, at);
        }
    }

    /// <summary>A tile all of whose rows are in the window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Inside<T>(in ColumnSumRows<T> rows, int column)
        where T : unmanaged
    {
        int lanes = Vector256<T>.Count, taps = rows.Taps, channels = rows.Channels;
        nint pitch = rows.Width, plane = rows.Height * pitch, step = rows.WeightStep;
        Vector256<T> c00 = default, c01 = default, c10 = default, c11 = default;
        Vector256<T> c20 = default, c21 = default, c30 = default, c31 = default;
        T* source = rows.Source + (rows.First * pitch) + column, weights = rows.Weights;
        for (int c = 0; c < channels; c++, source += plane, weights++)
        {
            T* p = source, w = weights;
            int i = 0;
            for (; i + 2 < taps; i += 3, w += 3 * step)
            {
                Vector256<T> w0 = Vector256.Create(w[0]), w1 = Vector256.Create(w[step]), w2 = Vector256.Create(w[2 * step]);
                Vector256<T> x0 = Vector256.Load(p), x1 = Vector256.Load(p + lanes);
                c00 = Lanes.Fma(w0, x0, c00);
                c01 = Lanes.Fma(w0, x1, c01);
                p += pitch;
                x0 = Vector256.Load(p);
                x1 = Vector256.Load(p + lanes);
                c10 = Lanes.Fma(w0, x0, c10);
                c11 = Lanes.Fma(w0, x1, c11);
                c00 = Lanes.Fma(w1, x0, c00);
                c01 = Lanes.Fma(w1, x1, c01);
                p += pitch;
                x0 = Vector256.Load(p);
                x1 = Vector256.Load(p + lanes);
                c20 = Lanes.Fma(w0, x0, c20);
                c21 = Lanes.Fma(w0, x1, c21);
                c10 = Lanes.Fma(w1, x0, c10);
                c11 = Lanes.Fma(w1, x1, c11);
                c00 = Lanes.Fma(w2, x0, c00);
                c01 = Lanes.Fma(w2, x1, c01);
                p += pitch;
                T* next = p;
                x0 = Vector256.Load(p);
                x1 = Vector256.Load(p + lanes);
                c30 = Lanes.Fma(w0, x0, c30);
                c31 = Lanes.Fma(w0, x1, c31);
                c20 = Lanes.Fma(w1, x0, c20);
                c21 = Lanes.Fma(w1, x1, c21);
                c10 = Lanes.Fma(w2, x0, c10);
                c11 = Lanes.Fma(w2, x1, c11);
                p += pitch;
                x0 = Vector256.Load(p);
                x1 = Vector256.Load(p + lanes);
                c30 = Lanes.Fma(w1, x0, c30);
                c31 = Lanes.Fma(w1, x1, c31);
                c20 = Lanes.Fma(w2, x0, c20);
                c21 = Lanes.Fma(w2, x1, c21);
                p += pitch;
                c30 = Lanes.Fma(w2, Vector256.Load(p), c30);
                c31 = Lanes.Fma(w2, Vector256.Load(p + lanes), c31);
                p = next;
            }

            for (; i < taps; i++, p += pitch, w += step)
            {
                Vector256<T> w0 = Vector256.Create(w[0]);
                T* q = p;
                c00 = Lanes.Fma(w0, Vector256.Load(q), c00);
                c01 = Lanes.Fma(w0, Vector256.Load(q + lanes), c01);
                q += pitch;
                c10 = Lanes.Fma(w0, Vector256.Load(q), c10);
                c11 = Lanes.Fma(w0, Vector256.Load(q + lanes), c11);
                q += pitch;
                c20 = Lanes.Fma(w0, Vector256.Load(q), c20);
                c21 = Lanes.Fma(w0, Vector256.Load(q + lanes), c21);
                q += pitch;
                c30 = Lanes.Fma(w0, Vector256.Load(q), c30);
                c31 = Lanes.Fma(w0, Vector256.Load(q + lanes), c31);
            }
        }

        Store(rows, column, 0, c00, c01);
        Store(rows, column, 1, c10, c11);
        Store(rows, column, 2, c20, c21);
        Store(rows, column, 3, c30, c31);
    }

    /// <summary>A tile some of whose rows may be outside of the window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Border<T>(in ColumnSumRows<T> rows, int column)
        where T : unmanaged
    {
        int lanes = Vector256<T>.Count, channels = rows.Channels, height = rows.Height;
        nint pitch = rows.Width, plane = height * pitch;
        Vector256<T> c00 = default, c01 = default, c10 = default, c11 = default;
        Vector256<T> c20 = default, c21 = default, c30 = default, c31 = default;
        for (int i = 0; i < rows.Taps; i++)
        {
            int first = rows.First + i;
            bool meets0 = (uint)first < (uint)height, meets1 = (uint)(first + 1) < (uint)height;
            bool meets2 = (uint)(first + 2) < (uint)height, meets3 = (uint)(first + 3) < (uint)height;
            T* p = rows.Source + (first * pitch) + column, w = rows.Weights + (i * rows.WeightStep);
            for (int c = 0; c < channels; c++, p += plane)
            {
                Vector256<T> w0 = Vector256.Create(w[c]);
                if (meets0)
                {
                    c00 = Lanes.Fma(w0, Vector256.Load(p), c00);
                    c01 = Lanes.Fma(w0, Vector256.Load(p + lanes), c01);
                }

                if (meets1)
                {
                    T* q = p + pitch;
                    c10 = Lanes.Fma(w0, Vector256.Load(q), c10);
                    c11 = Lanes.Fma(w0, Vector256.Load(q + lanes), c11);
                }

                if (meets2)
                {
                    T* q = p + (2 * pitch);
                    c20 = Lanes.Fma(w0, Vector256.Load(q), c20);
                    c21 = Lanes.Fma(w0, Vector256.Load(q + lanes), c21);
                }

                if (meets3)
                {
                    T* q = p + (3 * pitch);
                    c30 = Lanes.Fma(w0, Vector256.Load(q), c30);
                    c31 = Lanes.Fma(w0, Vector256.Load(q + lanes), c31);
                }
            }
        }

        Store(rows, column, 0, c00, c01);
        Store(rows, column, 1, c10, c11);
        Store(rows, column, 2, c20, c21);
        Store(rows, column, 3, c30, c31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(in ColumnSumRows<T> rows, int column, int row, Vector256<T> first, Vector256<T> second)
        where T : unmanaged
    {
        T* to = rows.Sums + (row * rows.Pitch) + column;
        first.Store(to);
        second.Store(to + Vector256<T>.Count);
    }
}
