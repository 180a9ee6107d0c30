using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The loops of <see cref="RowLanePass{T}"/> for a single channel: what is loaded of the source serves several targets, to which the sums
/// over channels are added then.
/// </summary>
internal static unsafe class SingleTiles
{
    /// <summary>Computes a row of targets.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="sweep">The row.</param>
    /// <param name="vectors">Vectors of an element, one or two.</param>
    /// <param name="runs">For each column of the source, what it meets.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(ConvolutionSweep<T>* sweep, int vectors, TapRun[][] runs)
        where T : unmanaged
    {
        nint size = (nint)vectors * Vector512<T>.Count, depth = sweep->Depth;
        new Span<T>(sweep->Result, (int)(sweep->Width * size)).Clear();
        for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
        {
            T* values = sweep->Values + (row->Source * runs.Length * depth * size);
            T* weights = sweep->Weights + (row->Tap * sweep->Taps * depth);
            for (int s = 0; s < runs.Length; s++, values += depth * size)
            {
                foreach (TapRun run in runs[s])
                {
                    if (vectors == 1)
                        Narrow(values, weights, depth, run, sweep->Result);
                    else
                        Wide(values, weights, depth, run, sweep->Result);
                }
            }
        }
    }

    /// <summary>A vector for each element; even and odd channels are summed apart, so that no sum waits for another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow<T>(T* values, T* weights, nint depth, in TapRun run, T* result)
        where T : unmanaged
    {
        nint lanes = Vector512<T>.Count, c = 0;
        T* w0 = weights + (run.Tap0 * depth), w1 = weights + (run.Tap1 * depth), w2 = weights + (run.Tap2 * depth);
        Vector512<T> c00 = default, c10 = default, c20 = default, c01 = default, c11 = default, c21 = default;
        for (; c < depth - 1; c += 2, values += 2 * lanes)
        {
            Vector512<T> x = Vector512.Load(values);
            c00 = Lanes.Fma(Vector512.Create(w0[c]), x, c00);
            c10 = Lanes.Fma(Vector512.Create(w1[c]), x, c10);
            c20 = Lanes.Fma(Vector512.Create(w2[c]), x, c20);
            x = Vector512.Load(values + lanes);
            c01 = Lanes.Fma(Vector512.Create(w0[c + 1]), x, c01);
            c11 = Lanes.Fma(Vector512.Create(w1[c + 1]), x, c11);
            c21 = Lanes.Fma(Vector512.Create(w2[c + 1]), x, c21);
        }

        if (c < depth)
        {
            Vector512<T> x = Vector512.Load(values);
            c00 = Lanes.Fma(Vector512.Create(w0[c]), x, c00);
            c10 = Lanes.Fma(Vector512.Create(w1[c]), x, c10);
            c20 = Lanes.Fma(Vector512.Create(w2[c]), x, c20);
        }

        Add(result + (run.Target0 * lanes), c00 + c01);
        if (run.Target1 >= 0)
            Add(result + (run.Target1 * lanes), c10 + c11);
        if (run.Target2 >= 0)
            Add(result + (run.Target2 * lanes), c20 + c21);
    }

    /// <summary>Two vectors for each element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide<T>(T* values, T* weights, nint depth, in TapRun run, T* result)
        where T : unmanaged
    {
        nint lanes = Vector512<T>.Count;
        T* w0 = weights + (run.Tap0 * depth), w1 = weights + (run.Tap1 * depth), w2 = weights + (run.Tap2 * depth);
        Vector512<T> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        for (nint c = 0; c < depth; c++, values += 2 * lanes)
        {
            Vector512<T> x0 = Vector512.Load(values), x1 = Vector512.Load(values + lanes), w = Vector512.Create(w0[c]);
            c00 = Lanes.Fma(w, x0, c00);
            c01 = Lanes.Fma(w, x1, c01);
            w = Vector512.Create(w1[c]);
            c10 = Lanes.Fma(w, x0, c10);
            c11 = Lanes.Fma(w, x1, c11);
            w = Vector512.Create(w2[c]);
            c20 = Lanes.Fma(w, x0, c20);
            c21 = Lanes.Fma(w, x1, c21);
        }

        T* to = result + (run.Target0 * 2 * lanes);
        Add(to, c00);
        Add(to + lanes, c01);
        if (run.Target1 >= 0)
        {
            to = result + (run.Target1 * 2 * lanes);
            Add(to, c10);
            Add(to + lanes, c11);
        }

        if (run.Target2 >= 0)
        {
            to = result + (run.Target2 * 2 * lanes);
            Add(to, c20);
            Add(to + lanes, c21);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T>(T* to, Vector512<T> sum)
        where T : unmanaged => (Vector512.Load(to) + sum).Store(to);
}
