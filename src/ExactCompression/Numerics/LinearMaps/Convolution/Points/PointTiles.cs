using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The innermost loops of convolutions where vectors have a channel in each lane: some targets are held in registers while what they meet
/// in the source is broadcast.
/// </summary>
internal static unsafe class PointTiles
{
    /// <summary>The most targets of a tile.</summary>
    public static int Most => Vector512.IsHardwareAccelerated ? 8 : Vector256.IsHardwareAccelerated ? 6 : 4;

    /// <summary>How many multiply-adds of a target it takes to begin and end a tile, about.</summary>
    public const int Begun = 6;

    /// <summary>How many places the tiles of some targets have.</summary>
    /// <param name="targets">Number of targets.</param>
    public static int PlacesOf(int targets)
    {
        (int whole, int left) = Math.DivRem(targets, Most);
        return (whole * Most) + (left == 0 ? 0 : left <= 2 && Vector512.IsHardwareAccelerated ? 2 : left <= 4 ? 4 : Most);
    }

    /// <summary>Computes a tile.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="points">Where each target's part of it begins; as many as the tile has places.</param>
    /// <param name="count">Number of targets, at most <see cref="Most"/>: up to 4 take a tile of 4 or 2 places.</param>
    /// <param name="runs">What each target meets.</param>
    /// <param name="step">From one element of a run to the next.</param>
    /// <param name="weights">The weights of a block of channels.</param>
    /// <param name="width">The block's width: a vector or, where they have 512 bits, half a one or two.</param>
    /// <param name="target">What the sums are added to.</param>
    /// <param name="targets">Where each target's sums stand; as many as the tile has places.</param>
    public static void Run<T>(
        T* source, int* points, int count, ReadOnlySpan<PointRun> runs, nint step, T* weights, int width, T* target, int* targets)
        where T : unmanaged
    {
        if (!Vector512.IsHardwareAccelerated && count > 4)
            HalfTiles.SixPoints(source, points, runs, step, weights, target, targets);
        else if (!Vector512.IsHardwareAccelerated)
            HalfTiles.FourPoints(source, points, runs, step, weights, target, targets);
        else if (count <= 2 && width < Vector512<T>.Count)
            PointPairTiles.Half(source, points, runs, step, weights, target, targets);
        else if (count <= 2 && width == Vector512<T>.Count)
            PointPairTiles.Whole(source, points, runs, step, weights, target, targets);
        else if (count <= 2)
            PointPairTiles.Wide(source, points, runs, step, weights, target, targets);
        else if (width < Vector512<T>.Count && count > 4)
            HalfTiles.EightHalfPoints(source, points, runs, step, weights, target, targets);
        else if (width < Vector512<T>.Count)
            HalfTiles.FourHalfPoints(source, points, runs, step, weights, target, targets);
        else if (width > Vector512<T>.Count && count > 4)
            EightWide(source, points, runs, step, weights, target, targets);
        else if (width > Vector512<T>.Count)
            FourWide(source, points, runs, step, weights, target, targets);
        else if (count > 4)
            Eight(source, points, runs, step, weights, target, targets);
        else
            Four(source, points, runs, step, weights, target, targets);
    }

    /// <summary>Eight targets of two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightWide<T>(T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        Vector512<T> c00 = Vector512.Load(target + targets[0]), c01 = Vector512.Load(target + targets[0] + lanes);
        Vector512<T> c10 = Vector512.Load(target + targets[1]), c11 = Vector512.Load(target + targets[1] + lanes);
        Vector512<T> c20 = Vector512.Load(target + targets[2]), c21 = Vector512.Load(target + targets[2] + lanes);
        Vector512<T> c30 = Vector512.Load(target + targets[3]), c31 = Vector512.Load(target + targets[3] + lanes);
        Vector512<T> c40 = Vector512.Load(target + targets[4]), c41 = Vector512.Load(target + targets[4] + lanes);
        Vector512<T> c50 = Vector512.Load(target + targets[5]), c51 = Vector512.Load(target + targets[5] + lanes);
        Vector512<T> c60 = Vector512.Load(target + targets[6]), c61 = Vector512.Load(target + targets[6] + lanes);
        Vector512<T> c70 = Vector512.Load(target + targets[7]), c71 = Vector512.Load(target + targets[7] + lanes);
        foreach (PointRun run in runs)
        {
            T* from = source + run.Source;
            T* a0 = from + points[0], a1 = from + points[1];
            T* a2 = from + points[2], a3 = from + points[3];
            T* a4 = from + points[4], a5 = from + points[5];
            T* a6 = from + points[6], a7 = from + points[7];
            T* b = weights + ((nint)run.Weight * 2 * lanes);
            for (nint k = 0, end = run.Count * step; k < end; k += step, b += 2 * lanes)
            {
                Vector512<T> b0 = Vector512.Load(b), b1 = Vector512.Load(b + lanes);
                Vector512<T> x = Vector512.Create(a0[k]);
                c00 = Lanes.Fma(x, b0, c00);
                c01 = Lanes.Fma(x, b1, c01);
                x = Vector512.Create(a1[k]);
                c10 = Lanes.Fma(x, b0, c10);
                c11 = Lanes.Fma(x, b1, c11);
                x = Vector512.Create(a2[k]);
                c20 = Lanes.Fma(x, b0, c20);
                c21 = Lanes.Fma(x, b1, c21);
                x = Vector512.Create(a3[k]);
                c30 = Lanes.Fma(x, b0, c30);
                c31 = Lanes.Fma(x, b1, c31);
                x = Vector512.Create(a4[k]);
                c40 = Lanes.Fma(x, b0, c40);
                c41 = Lanes.Fma(x, b1, c41);
                x = Vector512.Create(a5[k]);
                c50 = Lanes.Fma(x, b0, c50);
                c51 = Lanes.Fma(x, b1, c51);
                x = Vector512.Create(a6[k]);
                c60 = Lanes.Fma(x, b0, c60);
                c61 = Lanes.Fma(x, b1, c61);
                x = Vector512.Create(a7[k]);
                c70 = Lanes.Fma(x, b0, c70);
                c71 = Lanes.Fma(x, b1, c71);
            }
        }

        c00.Store(target + targets[0]);
        c01.Store(target + targets[0] + lanes);
        c10.Store(target + targets[1]);
        c11.Store(target + targets[1] + lanes);
        c20.Store(target + targets[2]);
        c21.Store(target + targets[2] + lanes);
        c30.Store(target + targets[3]);
        c31.Store(target + targets[3] + lanes);
        c40.Store(target + targets[4]);
        c41.Store(target + targets[4] + lanes);
        c50.Store(target + targets[5]);
        c51.Store(target + targets[5] + lanes);
        c60.Store(target + targets[6]);
        c61.Store(target + targets[6] + lanes);
        c70.Store(target + targets[7]);
        c71.Store(target + targets[7] + lanes);
    }

    /// <summary>Four targets of two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourWide<T>(T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        Vector512<T> c00 = Vector512.Load(target + targets[0]), c01 = Vector512.Load(target + targets[0] + lanes);
        Vector512<T> c10 = Vector512.Load(target + targets[1]), c11 = Vector512.Load(target + targets[1] + lanes);
        Vector512<T> c20 = Vector512.Load(target + targets[2]), c21 = Vector512.Load(target + targets[2] + lanes);
        Vector512<T> c30 = Vector512.Load(target + targets[3]), c31 = Vector512.Load(target + targets[3] + lanes);
        foreach (PointRun run in runs)
        {
            T* from = source + run.Source;
            T* a0 = from + points[0], a1 = from + points[1];
            T* a2 = from + points[2], a3 = from + points[3];
            T* b = weights + ((nint)run.Weight * 2 * lanes);
            for (nint k = 0, end = run.Count * step; k < end; k += step, b += 2 * lanes)
            {
                Vector512<T> b0 = Vector512.Load(b), b1 = Vector512.Load(b + lanes);
                Vector512<T> x = Vector512.Create(a0[k]);
                c00 = Lanes.Fma(x, b0, c00);
                c01 = Lanes.Fma(x, b1, c01);
                x = Vector512.Create(a1[k]);
                c10 = Lanes.Fma(x, b0, c10);
                c11 = Lanes.Fma(x, b1, c11);
                x = Vector512.Create(a2[k]);
                c20 = Lanes.Fma(x, b0, c20);
                c21 = Lanes.Fma(x, b1, c21);
                x = Vector512.Create(a3[k]);
                c30 = Lanes.Fma(x, b0, c30);
                c31 = Lanes.Fma(x, b1, c31);
            }
        }

        c00.Store(target + targets[0]);
        c01.Store(target + targets[0] + lanes);
        c10.Store(target + targets[1]);
        c11.Store(target + targets[1] + lanes);
        c20.Store(target + targets[2]);
        c21.Store(target + targets[2] + lanes);
        c30.Store(target + targets[3]);
        c31.Store(target + targets[3] + lanes);
    }

    /// <summary>Eight targets of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight<T>(T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        Vector512<T> c00 = Vector512.Load(target + targets[0]);
        Vector512<T> c10 = Vector512.Load(target + targets[1]);
        Vector512<T> c20 = Vector512.Load(target + targets[2]);
        Vector512<T> c30 = Vector512.Load(target + targets[3]);
        Vector512<T> c40 = Vector512.Load(target + targets[4]);
        Vector512<T> c50 = Vector512.Load(target + targets[5]);
        Vector512<T> c60 = Vector512.Load(target + targets[6]);
        Vector512<T> c70 = Vector512.Load(target + targets[7]);
        foreach (PointRun run in runs)
        {
            T* from = source + run.Source;
            T* a0 = from + points[0], a1 = from + points[1];
            T* a2 = from + points[2], a3 = from + points[3];
            T* a4 = from + points[4], a5 = from + points[5];
            T* a6 = from + points[6], a7 = from + points[7];
            T* b = weights + ((nint)run.Weight * lanes);
            for (nint k = 0, end = run.Count * step; k < end; k += step, b += lanes)
            {
                Vector512<T> b0 = Vector512.Load(b);
                c00 = Lanes.Fma(Vector512.Create(a0[k]), b0, c00);
                c10 = Lanes.Fma(Vector512.Create(a1[k]), b0, c10);
                c20 = Lanes.Fma(Vector512.Create(a2[k]), b0, c20);
                c30 = Lanes.Fma(Vector512.Create(a3[k]), b0, c30);
                c40 = Lanes.Fma(Vector512.Create(a4[k]), b0, c40);
                c50 = Lanes.Fma(Vector512.Create(a5[k]), b0, c50);
                c60 = Lanes.Fma(Vector512.Create(a6[k]), b0, c60);
                c70 = Lanes.Fma(Vector512.Create(a7[k]), b0, c70);
            }
        }

        c00.Store(target + targets[0]);
        c10.Store(target + targets[1]);
        c20.Store(target + targets[2]);
        c30.Store(target + targets[3]);
        c40.Store(target + targets[4]);
        c50.Store(target + targets[5]);
        c60.Store(target + targets[6]);
        c70.Store(target + targets[7]);
    }

    /// <summary>Four targets of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T>(T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        Vector512<T> c00 = Vector512.Load(target + targets[0]);
        Vector512<T> c10 = Vector512.Load(target + targets[1]);
        Vector512<T> c20 = Vector512.Load(target + targets[2]);
        Vector512<T> c30 = Vector512.Load(target + targets[3]);
        foreach (PointRun run in runs)
        {
            T* from = source + run.Source;
            T* a0 = from + points[0], a1 = from + points[1];
            T* a2 = from + points[2], a3 = from + points[3];
            T* b = weights + ((nint)run.Weight * lanes);
            for (nint k = 0, end = run.Count * step; k < end; k += step, b += lanes)
            {
                Vector512<T> b0 = Vector512.Load(b);
                c00 = Lanes.Fma(Vector512.Create(a0[k]), b0, c00);
                c10 = Lanes.Fma(Vector512.Create(a1[k]), b0, c10);
                c20 = Lanes.Fma(Vector512.Create(a2[k]), b0, c20);
                c30 = Lanes.Fma(Vector512.Create(a3[k]), b0, c30);
            }
        }

        c00.Store(target + targets[0]);
        c10.Store(target + targets[1]);
        c20.Store(target + targets[2]);
        c30.Store(target + targets[3]);
    }
}
