using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The loops of <see cref="NarrowTiles"/> with two vectors for each element: each weight that is broadcast is used twice.
/// </summary>
internal static unsafe class WideTiles
{
    /// <summary>Computes a row of targets.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="sweep">The row.</param>
    /// <param name="channels">The block's width.</param>
    public static void Run<T>(ConvolutionSweep<T>* sweep, int channels)
        where T : unmanaged
    {
        if (channels == 1)
            One(sweep);
        else if (channels == 3)
            TripleTiles.Wide(sweep);
        else if (channels == 4)
            Four(sweep);
        else
            Eight(sweep);
    }

    /// <summary>Eight channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight<T>(ConvolutionSweep<T>* sweep)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        int* entries = sweep->Entries;
        T* result = sweep->Result;
        for (int x = 0; x < sweep->Width; x++, result += 2 * lanes)
        {
            Vector512<T> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
            Vector512<T> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
            Vector512<T> c60 = default, c61 = default, c70 = default, c71 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    nint tap = ((nint)row->Tap * sweep->Taps) + run->Tap - run->Source;
                    T* weights = sweep->Weights + (tap * sweep->Depth * 8);
                    T* values = sweep->Values + ((nint)n * 2 * lanes);
                    for (; n < end; n++, values += 2 * lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 8);
                        Vector512<T> x0 = Vector512.Load(values);
                        Vector512<T> x1 = Vector512.Load(values + lanes);
                        Vector512<T> b = Vector512.Create(w[0]);
                        c00 = Lanes.Fma(b, x0, c00);
                        c01 = Lanes.Fma(b, x1, c01);
                        b = Vector512.Create(w[1]);
                        c10 = Lanes.Fma(b, x0, c10);
                        c11 = Lanes.Fma(b, x1, c11);
                        b = Vector512.Create(w[2]);
                        c20 = Lanes.Fma(b, x0, c20);
                        c21 = Lanes.Fma(b, x1, c21);
                        b = Vector512.Create(w[3]);
                        c30 = Lanes.Fma(b, x0, c30);
                        c31 = Lanes.Fma(b, x1, c31);
                        b = Vector512.Create(w[4]);
                        c40 = Lanes.Fma(b, x0, c40);
                        c41 = Lanes.Fma(b, x1, c41);
                        b = Vector512.Create(w[5]);
                        c50 = Lanes.Fma(b, x0, c50);
                        c51 = Lanes.Fma(b, x1, c51);
                        b = Vector512.Create(w[6]);
                        c60 = Lanes.Fma(b, x0, c60);
                        c61 = Lanes.Fma(b, x1, c61);
                        b = Vector512.Create(w[7]);
                        c70 = Lanes.Fma(b, x0, c70);
                        c71 = Lanes.Fma(b, x1, c71);
                    }
                }
            }

            c00.Store(result);
            c01.Store(result + lanes);
            c10.Store(result + sweep->ChannelStride);
            c11.Store(result + sweep->ChannelStride + lanes);
            c20.Store(result + (2 * sweep->ChannelStride));
            c21.Store(result + (2 * sweep->ChannelStride) + lanes);
            c30.Store(result + (3 * sweep->ChannelStride));
            c31.Store(result + (3 * sweep->ChannelStride) + lanes);
            c40.Store(result + (4 * sweep->ChannelStride));
            c41.Store(result + (4 * sweep->ChannelStride) + lanes);
            c50.Store(result + (5 * sweep->ChannelStride));
            c51.Store(result + (5 * sweep->ChannelStride) + lanes);
            c60.Store(result + (6 * sweep->ChannelStride));
            c61.Store(result + (6 * sweep->ChannelStride) + lanes);
            c70.Store(result + (7 * sweep->ChannelStride));
            c71.Store(result + (7 * sweep->ChannelStride) + lanes);
        }
    }

    /// <summary>Four channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T>(ConvolutionSweep<T>* sweep)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        int* entries = sweep->Entries;
        T* result = sweep->Result;
        for (int x = 0; x < sweep->Width; x++, result += 2 * lanes)
        {
            Vector512<T> c000 = default, c001 = default, c010 = default, c011 = default, c020 = default, c021 = default;
            Vector512<T> c030 = default, c031 = default, c100 = default, c101 = default, c110 = default, c111 = default;
            Vector512<T> c120 = default, c121 = default, c130 = default, c131 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    nint tap = ((nint)row->Tap * sweep->Taps) + run->Tap - run->Source;
                    T* weights = sweep->Weights + (tap * sweep->Depth * 4);
                    T* values = sweep->Values + ((nint)n * 2 * lanes);
                    for (; n < end - 1; n += 2, values += 4 * lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 4);
                        Vector512<T> x0 = Vector512.Load(values);
                        Vector512<T> x1 = Vector512.Load(values + lanes);
                        Vector512<T> b = Vector512.Create(w[0]);
                        c000 = Lanes.Fma(b, x0, c000);
                        c001 = Lanes.Fma(b, x1, c001);
                        b = Vector512.Create(w[1]);
                        c010 = Lanes.Fma(b, x0, c010);
                        c011 = Lanes.Fma(b, x1, c011);
                        b = Vector512.Create(w[2]);
                        c020 = Lanes.Fma(b, x0, c020);
                        c021 = Lanes.Fma(b, x1, c021);
                        b = Vector512.Create(w[3]);
                        c030 = Lanes.Fma(b, x0, c030);
                        c031 = Lanes.Fma(b, x1, c031);
                        w = weights + ((nint)entries[n + 1] * 4);
                        x0 = Vector512.Load(values + (2 * lanes));
                        x1 = Vector512.Load(values + (3 * lanes));
                        b = Vector512.Create(w[0]);
                        c100 = Lanes.Fma(b, x0, c100);
                        c101 = Lanes.Fma(b, x1, c101);
                        b = Vector512.Create(w[1]);
                        c110 = Lanes.Fma(b, x0, c110);
                        c111 = Lanes.Fma(b, x1, c111);
                        b = Vector512.Create(w[2]);
                        c120 = Lanes.Fma(b, x0, c120);
                        c121 = Lanes.Fma(b, x1, c121);
                        b = Vector512.Create(w[3]);
                        c130 = Lanes.Fma(b, x0, c130);
                        c131 = Lanes.Fma(b, x1, c131);
                    }
                    for (; n < end; n++, values += 2 * lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 4);
                        Vector512<T> x0 = Vector512.Load(values);
                        Vector512<T> x1 = Vector512.Load(values + lanes);
                        Vector512<T> b = Vector512.Create(w[0]);
                        c000 = Lanes.Fma(b, x0, c000);
                        c001 = Lanes.Fma(b, x1, c001);
                        b = Vector512.Create(w[1]);
                        c010 = Lanes.Fma(b, x0, c010);
                        c011 = Lanes.Fma(b, x1, c011);
                        b = Vector512.Create(w[2]);
                        c020 = Lanes.Fma(b, x0, c020);
                        c021 = Lanes.Fma(b, x1, c021);
                        b = Vector512.Create(w[3]);
                        c030 = Lanes.Fma(b, x0, c030);
                        c031 = Lanes.Fma(b, x1, c031);
                    }
                }
            }

            (c000 + c100).Store(result);
            (c001 + c101).Store(result + lanes);
            (c010 + c110).Store(result + sweep->ChannelStride);
            (c011 + c111).Store(result + sweep->ChannelStride + lanes);
            (c020 + c120).Store(result + (2 * sweep->ChannelStride));
            (c021 + c121).Store(result + (2 * sweep->ChannelStride) + lanes);
            (c030 + c130).Store(result + (3 * sweep->ChannelStride));
            (c031 + c131).Store(result + (3 * sweep->ChannelStride) + lanes);
        }
    }

    /// <summary>A single channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<T>(ConvolutionSweep<T>* sweep)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        int* entries = sweep->Entries;
        T* result = sweep->Result;
        for (int x = 0; x < sweep->Width; x++, result += 2 * lanes)
        {
            Vector512<T> c000 = default, c001 = default, c100 = default, c101 = default, c200 = default, c201 = default;
            Vector512<T> c300 = default, c301 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    nint tap = ((nint)row->Tap * sweep->Taps) + run->Tap - run->Source;
                    T* weights = sweep->Weights + (tap * sweep->Depth);
                    T* values = sweep->Values + ((nint)n * 2 * lanes);
                    for (; n < end - 3; n += 4, values += 8 * lanes)
                    {
                        Vector512<T> x0 = Vector512.Load(values);
                        Vector512<T> x1 = Vector512.Load(values + lanes);
                        Vector512<T> b = Vector512.Create(weights[entries[n]]);
                        c000 = Lanes.Fma(b, x0, c000);
                        c001 = Lanes.Fma(b, x1, c001);
                        x0 = Vector512.Load(values + (2 * lanes));
                        x1 = Vector512.Load(values + (3 * lanes));
                        b = Vector512.Create(weights[entries[n + 1]]);
                        c100 = Lanes.Fma(b, x0, c100);
                        c101 = Lanes.Fma(b, x1, c101);
                        x0 = Vector512.Load(values + (4 * lanes));
                        x1 = Vector512.Load(values + (5 * lanes));
                        b = Vector512.Create(weights[entries[n + 2]]);
                        c200 = Lanes.Fma(b, x0, c200);
                        c201 = Lanes.Fma(b, x1, c201);
                        x0 = Vector512.Load(values + (6 * lanes));
                        x1 = Vector512.Load(values + (7 * lanes));
                        b = Vector512.Create(weights[entries[n + 3]]);
                        c300 = Lanes.Fma(b, x0, c300);
                        c301 = Lanes.Fma(b, x1, c301);
                    }
                    for (; n < end; n++, values += 2 * lanes)
                    {
                        Vector512<T> x0 = Vector512.Load(values);
                        Vector512<T> x1 = Vector512.Load(values + lanes);
                        Vector512<T> b = Vector512.Create(weights[entries[n]]);
                        c000 = Lanes.Fma(b, x0, c000);
                        c001 = Lanes.Fma(b, x1, c001);
                    }
                }
            }

            ((c000 + c100) + (c200 + c300)).Store(result);
            ((c001 + c101) + (c201 + c301)).Store(result + lanes);
        }
    }
}
