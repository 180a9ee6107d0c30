using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The loops of <see cref="PointTiles"/> for a target or two, such as are left of windows of nine positions: several sums of each are kept,
/// so that none waits for another.
/// </summary>
internal static unsafe class PointPairTiles
{
    /// <summary>Two vectors of channels.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="points">Where each target's part of it begins.</param>
    /// <param name="runs">What each target meets.</param>
    /// <param name="step">From one element of a run to the next.</param>
    /// <param name="weights">The weights of a block of channels.</param>
    /// <param name="target">What the sums are added to.</param>
    /// <param name="targets">Where each target's sums stand.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Wide<T>(T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        T* to0 = target + targets[0], to1 = target + targets[1];
        Vector512<T> c00 = Vector512.Load(to0), c01 = Vector512.Load(to0 + lanes);
        Vector512<T> c10 = Vector512.Load(to1), c11 = Vector512.Load(to1 + lanes);
        foreach (PointRun run in runs)
        {
            T* a0 = source + run.Source + points[0], a1 = source + run.Source + points[1], b = weights + ((nint)run.Weight * 2 * lanes);
            nint k = 0, end = run.Count * step;
            for (; k < end; k += step, b += 2 * lanes)
            {
                Vector512<T> b0 = Vector512.Load(b), b1 = Vector512.Load(b + lanes), x = Vector512.Create(a0[k]);
                c00 = Lanes.Fma(x, b0, c00);
                c01 = Lanes.Fma(x, b1, c01);
                x = Vector512.Create(a1[k]);
                c10 = Lanes.Fma(x, b0, c10);
                c11 = Lanes.Fma(x, b1, c11);
            }
        }

        c00.Store(to0);
        c01.Store(to0 + lanes);
        c10.Store(to1);
        c11.Store(to1 + lanes);
    }

    /// <summary>A vector of channels.</summary>
    /// <inheritdoc cref="Wide"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Whole<T>(T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        T* to0 = target + targets[0], to1 = target + targets[1];
        Vector512<T> c00 = Vector512.Load(to0), c10 = Vector512.Load(to1);
        Vector512<T> c01 = default, c11 = default;
        foreach (PointRun run in runs)
        {
            T* a0 = source + run.Source + points[0], a1 = source + run.Source + points[1], b = weights + ((nint)run.Weight * lanes);
            nint k = 0, end = run.Count * step;
            for (; k < end - step; k += 2 * step, b += 2 * lanes)
            {
                Vector512<T> x = Vector512.Load(b);
                c00 = Lanes.Fma(Vector512.Create(a0[k]), x, c00);
                c10 = Lanes.Fma(Vector512.Create(a1[k]), x, c10);
                x = Vector512.Load(b + lanes);
                c01 = Lanes.Fma(Vector512.Create(a0[k + step]), x, c01);
                c11 = Lanes.Fma(Vector512.Create(a1[k + step]), x, c11);
            }

            for (; k < end; k += step, b += lanes)
            {
                Vector512<T> x = Vector512.Load(b);
                c00 = Lanes.Fma(Vector512.Create(a0[k]), x, c00);
                c10 = Lanes.Fma(Vector512.Create(a1[k]), x, c10);
            }
        }

        (c00 + c01).Store(to0);
        (c10 + c11).Store(to1);
    }

    /// <summary>Half a vector of channels.</summary>
    /// <inheritdoc cref="Wide"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Half<T>(T* source, int* points, ReadOnlySpan<PointRun> runs, nint step, T* weights, T* target, int* targets)
        where T : unmanaged
    {
        int lanes = Vector256<T>.Count;
        T* to0 = target + targets[0], to1 = target + targets[1];
        Vector256<T> c00 = Vector256.Load(to0), c10 = Vector256.Load(to1);
        Vector256<T> c01 = default, c11 = default, c02 = default, c12 = default, c03 = default, c13 = default;
        foreach (PointRun run in runs)
        {
            T* a0 = source + run.Source + points[0], a1 = source + run.Source + points[1], b = weights + ((nint)run.Weight * lanes);
            nint k = 0, end = run.Count * step;
            for (; k < end - (3 * step); k += 4 * step, b += 4 * lanes)
            {
                Vector256<T> x = Vector256.Load(b);
                c00 = Lanes.Fma(Vector256.Create(a0[k]), x, c00);
                c10 = Lanes.Fma(Vector256.Create(a1[k]), x, c10);
                x = Vector256.Load(b + lanes);
                c01 = Lanes.Fma(Vector256.Create(a0[k + step]), x, c01);
                c11 = Lanes.Fma(Vector256.Create(a1[k + step]), x, c11);
                x = Vector256.Load(b + (2 * lanes));
                c02 = Lanes.Fma(Vector256.Create(a0[k + (2 * step)]), x, c02);
                c12 = Lanes.Fma(Vector256.Create(a1[k + (2 * step)]), x, c12);
                x = Vector256.Load(b + (3 * lanes));
                c03 = Lanes.Fma(Vector256.Create(a0[k + (3 * step)]), x, c03);
                c13 = Lanes.Fma(Vector256.Create(a1[k + (3 * step)]), x, c13);
            }

            for (; k < end; k += step, b += lanes)
            {
                Vector256<T> x = Vector256.Load(b);
                c00 = Lanes.Fma(Vector256.Create(a0[k]), x, c00);
                c10 = Lanes.Fma(Vector256.Create(a1[k]), x, c10);
            }
        }

        ((c00 + c01) + (c02 + c03)).Store(to0);
        ((c10 + c11) + (c12 + c13)).Store(to1);
    }
}
