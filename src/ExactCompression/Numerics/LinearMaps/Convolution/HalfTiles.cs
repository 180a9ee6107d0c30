using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The innermost loops of convolutions where vectors have 256 bits, two for each vector of <see cref="NarrowTiles"/> and
/// <see cref="PointTiles"/>: eight sums take half the registers, which leaves room for what is multiplied, and are as many as it takes for
/// none to wait for another. Where vectors have 512 bits, those of 256 serve blocks of few channels.
/// </summary>
internal static unsafe class HalfTiles
{
    /// <summary>A row of targets, for four channels: as <see cref="NarrowTiles.Run"/>.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="sweep">The row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourChannels<T>(ConvolutionSweep<T>* sweep)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        int* entries = sweep->Entries;
        T* result = sweep->Result;
        for (int x = 0; x < sweep->Width; x++, result += 2 * half)
        {
            Vector256<T> c00 = default, c01 = default, c10 = default, c11 = default;
            Vector256<T> c20 = default, c21 = default, c30 = default, c31 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    nint tap = ((nint)row->Tap * sweep->Taps) + run->Tap - run->Source;
                    T* weights = sweep->Weights + (tap * sweep->Depth * 4);
                    T* values = sweep->Values + ((nint)n * 2 * half);
                    for (; n < end; n++, values += 2 * half)
                    {
                        T* w = weights + ((nint)entries[n] * 4);
                        Vector256<T> x0 = Vector256.Load(values), x1 = Vector256.Load(values + half), b = Vector256.Create(w[0]);
                        c00 = Lanes.Fma(b, x0, c00);
                        c01 = Lanes.Fma(b, x1, c01);
                        b = Vector256.Create(w[1]);
                        c10 = Lanes.Fma(b, x0, c10);
                        c11 = Lanes.Fma(b, x1, c11);
                        b = Vector256.Create(w[2]);
                        c20 = Lanes.Fma(b, x0, c20);
                        c21 = Lanes.Fma(b, x1, c21);
                        b = Vector256.Create(w[3]);
                        c30 = Lanes.Fma(b, x0, c30);
                        c31 = Lanes.Fma(b, x1, c31);
                    }
                }
            }

            Store(result, c00, c01);
            Store(result + sweep->ChannelStride, c10, c11);
            Store(result + (2 * sweep->ChannelStride), c20, c21);
            Store(result + (3 * sweep->ChannelStride), c30, c31);
        }
    }

    /// <summary>Six targets of a vector: as <see cref="PointTiles.Run"/>.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="points">Where each target's part of it begins.</param>
    /// <param name="runs">What each target meets.</param>
    /// <param name="step">From one element of a run to the next.</param>
    /// <param name="weights">The weights of a block of channels.</param>
    /// <param name="target">What the sums are added to.</param>
    /// <param name="targets">Where each target's sums stand.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SixPoints<T>(T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        Vector256<T> c00 = Vector256.Load(target + targets[0]), c01 = Vector256.Load(target + targets[0] + half);
        Vector256<T> c10 = Vector256.Load(target + targets[1]), c11 = Vector256.Load(target + targets[1] + half);
        Vector256<T> c20 = Vector256.Load(target + targets[2]), c21 = Vector256.Load(target + targets[2] + half);
        Vector256<T> c30 = Vector256.Load(target + targets[3]), c31 = Vector256.Load(target + targets[3] + half);
        Vector256<T> c40 = Vector256.Load(target + targets[4]), c41 = Vector256.Load(target + targets[4] + half);
        Vector256<T> c50 = Vector256.Load(target + targets[5]), c51 = Vector256.Load(target + targets[5] + half);
        foreach (PointRun run in runs)
        {
            T* from = source + run.Source;
            T* a0 = from + points[0], a1 = from + points[1];
            T* a2 = from + points[2], a3 = from + points[3];
            T* a4 = from + points[4], a5 = from + points[5];
            T* b = weights + ((nint)run.Weight * 2 * half);
            for (nint k = 0, end = run.Count * step; k < end; k += step, b += 2 * half)
            {
                Vector256<T> b0 = Vector256.Load(b), b1 = Vector256.Load(b + half), x = Vector256.Create(a0[k]);
                c00 = Lanes.Fma(x, b0, c00);
                c01 = Lanes.Fma(x, b1, c01);
                x = Vector256.Create(a1[k]);
                c10 = Lanes.Fma(x, b0, c10);
                c11 = Lanes.Fma(x, b1, c11);
                x = Vector256.Create(a2[k]);
                c20 = Lanes.Fma(x, b0, c20);
                c21 = Lanes.Fma(x, b1, c21);
                x = Vector256.Create(a3[k]);
                c30 = Lanes.Fma(x, b0, c30);
                c31 = Lanes.Fma(x, b1, c31);
                x = Vector256.Create(a4[k]);
                c40 = Lanes.Fma(x, b0, c40);
                c41 = Lanes.Fma(x, b1, c41);
                x = Vector256.Create(a5[k]);
                c50 = Lanes.Fma(x, b0, c50);
                c51 = Lanes.Fma(x, b1, c51);
            }
        }

        Store(target + targets[0], c00, c01);
        Store(target + targets[1], c10, c11);
        Store(target + targets[2], c20, c21);
        Store(target + targets[3], c30, c31);
        Store(target + targets[4], c40, c41);
        Store(target + targets[5], c50, c51);
    }

    /// <summary>Four targets of a vector: as <see cref="PointTiles.Run"/>.</summary>
    /// <inheritdoc cref="SixPoints"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourPoints<T>(T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        Vector256<T> c00 = Vector256.Load(target + targets[0]), c01 = Vector256.Load(target + targets[0] + half);
        Vector256<T> c10 = Vector256.Load(target + targets[1]), c11 = Vector256.Load(target + targets[1] + half);
        Vector256<T> c20 = Vector256.Load(target + targets[2]), c21 = Vector256.Load(target + targets[2] + half);
        Vector256<T> c30 = Vector256.Load(target + targets[3]), c31 = Vector256.Load(target + targets[3] + half);
        foreach (PointRun run in runs)
        {
            T* from = source + run.Source;
            T* a0 = from + points[0], a1 = from + points[1];
            T* a2 = from + points[2], a3 = from + points[3];
            T* b = weights + ((nint)run.Weight * 2 * half);
            for (nint k = 0, end = run.Count * step; k < end; k += step, b += 2 * half)
            {
                Vector256<T> b0 = Vector256.Load(b), b1 = Vector256.Load(b + half), x = Vector256.Create(a0[k]);
                c00 = Lanes.Fma(x, b0, c00);
                c01 = Lanes.Fma(x, b1, c01);
                x = Vector256.Create(a1[k]);
                c10 = Lanes.Fma(x, b0, c10);
                c11 = Lanes.Fma(x, b1, c11);
                x = Vector256.Create(a2[k]);
                c20 = Lanes.Fma(x, b0, c20);
                c21 = Lanes.Fma(x, b1, c21);
                x = Vector256.Create(a3[k]);
                c30 = Lanes.Fma(x, b0, c30);
                c31 = Lanes.Fma(x, b1, c31);
            }
        }

        Store(target + targets[0], c00, c01);
        Store(target + targets[1], c10, c11);
        Store(target + targets[2], c20, c21);
        Store(target + targets[3], c30, c31);
    }

    /// <summary>Eight targets of half a vector of channels: as <see cref="PointTiles.Run"/>.</summary>
    /// <inheritdoc cref="SixPoints"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void EightHalfPoints<T>(
        T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        Vector256<T> c0 = Vector256.Load(target + targets[0]), c1 = Vector256.Load(target + targets[1]);
        Vector256<T> c2 = Vector256.Load(target + targets[2]), c3 = Vector256.Load(target + targets[3]);
        Vector256<T> c4 = Vector256.Load(target + targets[4]), c5 = Vector256.Load(target + targets[5]);
        Vector256<T> c6 = Vector256.Load(target + targets[6]), c7 = Vector256.Load(target + targets[7]);
        foreach (PointRun run in runs)
        {
            T* from = source + run.Source;
            T* a0 = from + points[0], a1 = from + points[1];
            T* a2 = from + points[2], a3 = from + points[3];
            T* a4 = from + points[4], a5 = from + points[5];
            T* a6 = from + points[6], a7 = from + points[7];
            T* b = weights + ((nint)run.Weight * half);
            for (nint k = 0, end = run.Count * step; k < end; k += step, b += half)
            {
                Vector256<T> b0 = Vector256.Load(b);
                c0 = Lanes.Fma(Vector256.Create(a0[k]), b0, c0);
                c1 = Lanes.Fma(Vector256.Create(a1[k]), b0, c1);
                c2 = Lanes.Fma(Vector256.Create(a2[k]), b0, c2);
                c3 = Lanes.Fma(Vector256.Create(a3[k]), b0, c3);
                c4 = Lanes.Fma(Vector256.Create(a4[k]), b0, c4);
                c5 = Lanes.Fma(Vector256.Create(a5[k]), b0, c5);
                c6 = Lanes.Fma(Vector256.Create(a6[k]), b0, c6);
                c7 = Lanes.Fma(Vector256.Create(a7[k]), b0, c7);
            }
        }

        c0.Store(target + targets[0]);
        c1.Store(target + targets[1]);
        c2.Store(target + targets[2]);
        c3.Store(target + targets[3]);
        c4.Store(target + targets[4]);
        c5.Store(target + targets[5]);
        c6.Store(target + targets[6]);
        c7.Store(target + targets[7]);
    }

    /// <summary>Four targets of half a vector of channels, with two sums each, so that none waits for another.</summary>
    /// <inheritdoc cref="SixPoints"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourHalfPoints<T>(
        T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        Vector256<T> c0 = Vector256.Load(target + targets[0]), d0 = default;
        Vector256<T> c1 = Vector256.Load(target + targets[1]), d1 = default;
        Vector256<T> c2 = Vector256.Load(target + targets[2]), d2 = default;
        Vector256<T> c3 = Vector256.Load(target + targets[3]), d3 = default;
        foreach (PointRun run in runs)
        {
            T* from = source + run.Source;
            T* a0 = from + points[0], a1 = from + points[1];
            T* a2 = from + points[2], a3 = from + points[3];
            T* b = weights + ((nint)run.Weight * half);
            nint k = 0, end = run.Count * step;
            for (; k < end - step; k += 2 * step, b += 2 * half)
            {
                Vector256<T> b0 = Vector256.Load(b);
                c0 = Lanes.Fma(Vector256.Create(a0[k]), b0, c0);
                c1 = Lanes.Fma(Vector256.Create(a1[k]), b0, c1);
                c2 = Lanes.Fma(Vector256.Create(a2[k]), b0, c2);
                c3 = Lanes.Fma(Vector256.Create(a3[k]), b0, c3);
                b0 = Vector256.Load(b + half);
                d0 = Lanes.Fma(Vector256.Create(a0[k + step]), b0, d0);
                d1 = Lanes.Fma(Vector256.Create(a1[k + step]), b0, d1);
                d2 = Lanes.Fma(Vector256.Create(a2[k + step]), b0, d2);
                d3 = Lanes.Fma(Vector256.Create(a3[k + step]), b0, d3);
            }

            if (k < end)
            {
                Vector256<T> b0 = Vector256.Load(b);
                c0 = Lanes.Fma(Vector256.Create(a0[k]), b0, c0);
                c1 = Lanes.Fma(Vector256.Create(a1[k]), b0, c1);
                c2 = Lanes.Fma(Vector256.Create(a2[k]), b0, c2);
                c3 = Lanes.Fma(Vector256.Create(a3[k]), b0, c3);
            }
        }

        (c0 + d0).Store(target + targets[0]);
        (c1 + d1).Store(target + targets[1]);
        (c2 + d2).Store(target + targets[2]);
        (c3 + d3).Store(target + targets[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* target, Vector256<T> lower, Vector256<T> upper)
        where T : unmanaged
    {
        lower.Store(target);
        upper.Store(target + Vector256<T>.Count);
    }
}
