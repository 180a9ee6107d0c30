using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The loops of <see cref="PlaneTiles"/> for a single channel whose targets are rows of a window: what is loaded from the source serves the
/// targets of several rows, and sums go from registers to where they belong. Vectors have 256 bits on all processors: loads decide, and
/// rows seldom begin where longer vectors could be loaded at once.
/// </summary>
/// <remarks>
/// Whole vectors are stored, also beyond the end of a row, where that overwrites only what is written later, or adds 0 to it: so rows are
/// written downwards and in each block of them columns from right to left. At the end of a channel no more is stored than there is.
/// </remarks>
internal static unsafe class PlaneRowTiles
{
    /// <summary>Rows beyond the last target's that may be read.</summary>
    public const int MostRowsBeyond = 8;

    /// <summary>Rows of a channel's targets that are computed at a time.</summary>
    private const int Rows = 4;

    /// <summary>Whether targets stand in rows, and these are not so narrow that vectors would hold little of use.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="layout">How the source is laid out.</param>
    public static bool Suit<T>(PlaneLayout layout)
        where T : unmanaged
    {
        if (layout.Stack > 1 || layout.Grids.Length > 1)
            return false;
        (int height, int width) = (layout.TargetHeight, layout.TargetWidth);
        (int rows, int columns) = TileOf(width, Vector256<T>.Count);
        int computed = (height + rows - 1) / rows * rows * ((width + columns - 1) / columns) * columns;
        return 2 * computed <= 3 * layout.PlacesOf(layout.Grids[0], 1);
    }

    /// <summary>Computes the targets of a channel.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="source">The planes of the source.</param>
    /// <param name="pitch">From one of their rows to the next.</param>
    /// <param name="terms">What each target is a sum of.</param>
    /// <param name="weights">The channel's weights.</param>
    /// <param name="height">Rows of targets.</param>
    /// <param name="width">Columns of targets.</param>
    /// <param name="begin">What is added; null for nothing.</param>
    /// <param name="target">Gets the targets.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(
        T* source, nint pitch, ReadOnlySpan<PlaneTerm> terms, T* weights, int height, int width, T* begin, T* target)
        where T : unmanaged
    {
        int lanes = Vector256<T>.Count;
        (int rows, int columns) = TileOf(width, lanes);
        bool isNarrow = columns == lanes;
        nint apart = isNarrow ? Rows * pitch : lanes, last = (width - 1) / columns * columns;
        T* end = target + ((nint)height * width);
        T* sums = stackalloc T[2 * Rows * lanes];
        for (int y = 0; y < height; y += rows)
        {
            for (nint x = last; x >= 0; x -= columns)
            {
                Vector256<T> c00 = default, c01 = default, c10 = default, c11 = default;
                Vector256<T> c20 = default, c21 = default, c30 = default, c31 = default;
                T* from = source + (y * pitch) + x;
                for (int k = 0; k < terms.Length;)
                {
                    nint at = terms[k].Source;
                    T* p = from + at;
                    Vector256<T> w0 = Vector256.Create(weights[terms[k].Weight]);
                    Vector256<T> x0 = Vector256.Load(p), x1 = Vector256.Load(p + apart);
                    c00 = Lanes.Fma(w0, x0, c00);
                    c01 = Lanes.Fma(w0, x1, c01);
                    if (k + 2 < terms.Length && terms[k + 1].Source == at + pitch && terms[k + 2].Source == at + (2 * pitch))
                    {
                        Vector256<T> w1 = Vector256.Create(weights[terms[k + 1].Weight]);
                        Vector256<T> w2 = Vector256.Create(weights[terms[k + 2].Weight]);
                        p += pitch;
                        x0 = Vector256.Load(p);
                        x1 = Vector256.Load(p + apart);
                        c00 = Lanes.Fma(w1, x0, c00);
                        c01 = Lanes.Fma(w1, x1, c01);
                        c10 = Lanes.Fma(w0, x0, c10);
                        c11 = Lanes.Fma(w0, x1, c11);
                        p += pitch;
                        x0 = Vector256.Load(p);
                        x1 = Vector256.Load(p + apart);
                        c00 = Lanes.Fma(w2, x0, c00);
                        c01 = Lanes.Fma(w2, x1, c01);
                        c10 = Lanes.Fma(w1, x0, c10);
                        c11 = Lanes.Fma(w1, x1, c11);
                        c20 = Lanes.Fma(w0, x0, c20);
                        c21 = Lanes.Fma(w0, x1, c21);
                        p += pitch;
                        x0 = Vector256.Load(p);
                        x1 = Vector256.Load(p + apart);
                        c10 = Lanes.Fma(w2, x0, c10);
                        c11 = Lanes.Fma(w2, x1, c11);
                        c20 = Lanes.Fma(w1, x0, c20);
                        c21 = Lanes.Fma(w1, x1, c21);
                        c30 = Lanes.Fma(w0, x0, c30);
                        c31 = Lanes.Fma(w0, x1, c31);
                        p += pitch;
                        x0 = Vector256.Load(p);
                        x1 = Vector256.Load(p + apart);
                        c20 = Lanes.Fma(w2, x0, c20);
                        c21 = Lanes.Fma(w2, x1, c21);
                        c30 = Lanes.Fma(w1, x0, c30);
                        c31 = Lanes.Fma(w1, x1, c31);
                        p += pitch;
                        c30 = Lanes.Fma(w2, Vector256.Load(p), c30);
                        c31 = Lanes.Fma(w2, Vector256.Load(p + apart), c31);
                        k += 3;
                        continue;
                    }

                    p += pitch;
                    c10 = Lanes.Fma(w0, Vector256.Load(p), c10);
                    c11 = Lanes.Fma(w0, Vector256.Load(p + apart), c11);
                    p += pitch;
                    c20 = Lanes.Fma(w0, Vector256.Load(p), c20);
                    c21 = Lanes.Fma(w0, Vector256.Load(p + apart), c21);
                    p += pitch;
                    c30 = Lanes.Fma(w0, Vector256.Load(p), c30);
                    c31 = Lanes.Fma(w0, Vector256.Load(p + apart), c31);
                    k++;
                }

                nint place = ((nint)y * width) + x;
                T* to = target + place, first = begin == null ? null : begin + place;
                if (begin == null && y + rows <= height && to + ((rows - 1) * (nint)width) + columns <= end)
                {
                    if (isNarrow)
                    {
                        T* below = to + (Rows * (nint)width);
                        Store(to, width, c00, c10, c20, c30);
                        Store(below, width, c01, c11, c21, c31);
                    }
                    else
                    {
                        Store(to, c00, c01);
                        Store(to + width, c10, c11);
                        Store(to + (2 * (nint)width), c20, c21);
                        Store(to + (3 * (nint)width), c30, c31);
                    }

                    continue;
                }

                int valid = (int)Math.Min(columns, width - x), stored = Math.Min(rows, height - y);
                if (isNarrow)
                {
                    Store(sums, c00, c10);
                    Store(sums + (2 * lanes), c20, c30);
                    Store(sums + (4 * lanes), c01, c11);
                    Store(sums + (6 * lanes), c21, c31);
                }
                else
                {
                    Store(sums, c00, c01);
                    Store(sums + (2 * lanes), c10, c11);
                    Store(sums + (4 * lanes), c20, c21);
                    Store(sums + (6 * lanes), c30, c31);
                }

                PlaneWriter.Write(sums, columns, stored, valid, first, width, to, width, end);
            }
        }
    }

    private static (int Rows, int Columns) TileOf(int width, int lanes) => width <= lanes ? (2 * Rows, lanes) : (Rows, 2 * lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* target, Vector256<T> first, Vector256<T> second)
        where T : unmanaged
    {
        first.Store(target);
        second.Store(target + Vector256<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* target, nint pitch, Vector256<T> a, Vector256<T> b, Vector256<T> c, Vector256<T> d)
        where T : unmanaged
    {
        a.Store(target);
        b.Store(target + pitch);
        c.Store(target + (2 * pitch));
        d.Store(target + (3 * pitch));
    }
}
