using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The innermost loops of convolutions where a row's elements take a single vector: a block of channels of one target is held in registers
/// while weights are broadcast. Blocks with few channels keep several sums of each, so that these do not wait for one another.
/// </summary>
internal static unsafe class NarrowTiles
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
        else if (!Vector512.IsHardwareAccelerated)
            HalfTiles.FourChannels(sweep);
        else if (channels == 3)
            TripleTiles.Narrow(sweep);
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
        for (int x = 0; x < sweep->Width; x++, result += lanes)
        {
            Vector512<T> c000 = default, c010 = default, c020 = default, c030 = default, c040 = default, c050 = default;
            Vector512<T> c060 = default, c070 = default, c100 = default, c110 = default, c120 = default, c130 = default;
            Vector512<T> c140 = default, c150 = default, c160 = default, c170 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    nint tap = ((nint)row->Tap * sweep->Taps) + run->Tap - run->Source;
                    T* weights = sweep->Weights + (tap * sweep->Depth * 8);
                    T* values = sweep->Values + ((nint)n * lanes);
                    for (; n < end - 1; n += 2, values += 2 * lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 8);
                        Vector512<T> x0 = Vector512.Load(values);
                        c000 = Lanes.Fma(Vector512.Create(w[0]), x0, c000);
                        c010 = Lanes.Fma(Vector512.Create(w[1]), x0, c010);
                        c020 = Lanes.Fma(Vector512.Create(w[2]), x0, c020);
                        c030 = Lanes.Fma(Vector512.Create(w[3]), x0, c030);
                        c040 = Lanes.Fma(Vector512.Create(w[4]), x0, c040);
                        c050 = Lanes.Fma(Vector512.Create(w[5]), x0, c050);
                        c060 = Lanes.Fma(Vector512.Create(w[6]), x0, c060);
                        c070 = Lanes.Fma(Vector512.Create(w[7]), x0, c070);
                        w = weights + ((nint)entries[n + 1] * 8);
                        x0 = Vector512.Load(values + lanes);
                        c100 = Lanes.Fma(Vector512.Create(w[0]), x0, c100);
                        c110 = Lanes.Fma(Vector512.Create(w[1]), x0, c110);
                        c120 = Lanes.Fma(Vector512.Create(w[2]), x0, c120);
                        c130 = Lanes.Fma(Vector512.Create(w[3]), x0, c130);
                        c140 = Lanes.Fma(Vector512.Create(w[4]), x0, c140);
                        c150 = Lanes.Fma(Vector512.Create(w[5]), x0, c150);
                        c160 = Lanes.Fma(Vector512.Create(w[6]), x0, c160);
                        c170 = Lanes.Fma(Vector512.Create(w[7]), x0, c170);
                    }
                    for (; n < end; n++, values += lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 8);
                        Vector512<T> x0 = Vector512.Load(values);
                        c000 = Lanes.Fma(Vector512.Create(w[0]), x0, c000);
                        c010 = Lanes.Fma(Vector512.Create(w[1]), x0, c010);
                        c020 = Lanes.Fma(Vector512.Create(w[2]), x0, c020);
                        c030 = Lanes.Fma(Vector512.Create(w[3]), x0, c030);
                        c040 = Lanes.Fma(Vector512.Create(w[4]), x0, c040);
                        c050 = Lanes.Fma(Vector512.Create(w[5]), x0, c050);
                        c060 = Lanes.Fma(Vector512.Create(w[6]), x0, c060);
                        c070 = Lanes.Fma(Vector512.Create(w[7]), x0, c070);
                    }
                }
            }

            (c000 + c100).Store(result);
            (c010 + c110).Store(result + sweep->ChannelStride);
            (c020 + c120).Store(result + (2 * sweep->ChannelStride));
            (c030 + c130).Store(result + (3 * sweep->ChannelStride));
            (c040 + c140).Store(result + (4 * sweep->ChannelStride));
            (c050 + c150).Store(result + (5 * sweep->ChannelStride));
            (c060 + c160).Store(result + (6 * sweep->ChannelStride));
            (c070 + c170).Store(result + (7 * sweep->ChannelStride));
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
        for (int x = 0; x < sweep->Width; x++, result += lanes)
        {
            Vector512<T> c000 = default, c010 = default, c020 = default, c030 = default, c100 = default, c110 = default;
            Vector512<T> c120 = default, c130 = default, c200 = default, c210 = default, c220 = default, c230 = default;
            Vector512<T> c300 = default, c310 = default, c320 = default, c330 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    nint tap = ((nint)row->Tap * sweep->Taps) + run->Tap - run->Source;
                    T* weights = sweep->Weights + (tap * sweep->Depth * 4);
                    T* values = sweep->Values + ((nint)n * lanes);
                    for (; n < end - 3; n += 4, values += 4 * lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 4);
                        Vector512<T> x0 = Vector512.Load(values);
                        c000 = Lanes.Fma(Vector512.Create(w[0]), x0, c000);
                        c010 = Lanes.Fma(Vector512.Create(w[1]), x0, c010);
                        c020 = Lanes.Fma(Vector512.Create(w[2]), x0, c020);
                        c030 = Lanes.Fma(Vector512.Create(w[3]), x0, c030);
                        w = weights + ((nint)entries[n + 1] * 4);
                        x0 = Vector512.Load(values + lanes);
                        c100 = Lanes.Fma(Vector512.Create(w[0]), x0, c100);
                        c110 = Lanes.Fma(Vector512.Create(w[1]), x0, c110);
                        c120 = Lanes.Fma(Vector512.Create(w[2]), x0, c120);
                        c130 = Lanes.Fma(Vector512.Create(w[3]), x0, c130);
                        w = weights + ((nint)entries[n + 2] * 4);
                        x0 = Vector512.Load(values + (2 * lanes));
                        c200 = Lanes.Fma(Vector512.Create(w[0]), x0, c200);
                        c210 = Lanes.Fma(Vector512.Create(w[1]), x0, c210);
                        c220 = Lanes.Fma(Vector512.Create(w[2]), x0, c220);
                        c230 = Lanes.Fma(Vector512.Create(w[3]), x0, c230);
                        w = weights + ((nint)entries[n + 3] * 4);
                        x0 = Vector512.Load(values + (3 * lanes));
                        c300 = Lanes.Fma(Vector512.Create(w[0]), x0, c300);
                        c310 = Lanes.Fma(Vector512.Create(w[1]), x0, c310);
                        c320 = Lanes.Fma(Vector512.Create(w[2]), x0, c320);
                        c330 = Lanes.Fma(Vector512.Create(w[3]), x0, c330);
                    }
                    for (; n < end; n++, values += lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 4);
                        Vector512<T> x0 = Vector512.Load(values);
                        c000 = Lanes.Fma(Vector512.Create(w[0]), x0, c000);
                        c010 = Lanes.Fma(Vector512.Create(w[1]), x0, c010);
                        c020 = Lanes.Fma(Vector512.Create(w[2]), x0, c020);
                        c030 = Lanes.Fma(Vector512.Create(w[3]), x0, c030);
                    }
                }
            }

            ((c000 + c100) + (c200 + c300)).Store(result);
            ((c010 + c110) + (c210 + c310)).Store(result + sweep->ChannelStride);
            ((c020 + c120) + (c220 + c320)).Store(result + (2 * sweep->ChannelStride));
            ((c030 + c130) + (c230 + c330)).Store(result + (3 * sweep->ChannelStride));
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
        for (int x = 0; x < sweep->Width; x++, result += lanes)
        {
            Vector512<T> c000 = default, c100 = default, c200 = default, c300 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    nint tap = ((nint)row->Tap * sweep->Taps) + run->Tap - run->Source;
                    T* weights = sweep->Weights + (tap * sweep->Depth);
                    T* values = sweep->Values + ((nint)n * lanes);
                    for (; n < end - 3; n += 4, values += 4 * lanes)
                    {
                        Vector512<T> x0 = Vector512.Load(values);
                        c000 = Lanes.Fma(Vector512.Create(weights[entries[n]]), x0, c000);
                        x0 = Vector512.Load(values + lanes);
                        c100 = Lanes.Fma(Vector512.Create(weights[entries[n + 1]]), x0, c100);
                        x0 = Vector512.Load(values + (2 * lanes));
                        c200 = Lanes.Fma(Vector512.Create(weights[entries[n + 2]]), x0, c200);
                        x0 = Vector512.Load(values + (3 * lanes));
                        c300 = Lanes.Fma(Vector512.Create(weights[entries[n + 3]]), x0, c300);
                    }
                    for (; n < end; n++, values += lanes)
                    {
                        Vector512<T> x0 = Vector512.Load(values);
                        c000 = Lanes.Fma(Vector512.Create(weights[entries[n]]), x0, c000);
                    }
                }
            }

            ((c000 + c100) + (c200 + c300)).Store(result);
        }
    }
}
