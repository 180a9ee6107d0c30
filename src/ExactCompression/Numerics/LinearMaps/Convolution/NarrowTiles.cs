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
        switch (channels)
        {
            case ChannelBlock.Widest:
                Eight(sweep);
                break;
            case 4:
                Four(sweep);
                break;
            default:
                One(sweep);
                break;
        }
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
            Vector512<T> c00 = default, c10 = default, c20 = default, c30 = default, c40 = default, c50 = default;
            Vector512<T> c60 = default, c70 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    T* weights = sweep->Weights + ((((nint)row->Tap * sweep->Taps) + run->Tap - run->Source) * sweep->Depth * 8);
                    T* values = sweep->Values + ((nint)n * lanes);
                    for (; n < end; n++, values += lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 8);
                        Vector512<T> x0 = Vector512.Load(values);
                        c00 = Lanes.Fma(Vector512.Create(w[0]), x0, c00);
                        c10 = Lanes.Fma(Vector512.Create(w[1]), x0, c10);
                        c20 = Lanes.Fma(Vector512.Create(w[2]), x0, c20);
                        c30 = Lanes.Fma(Vector512.Create(w[3]), x0, c30);
                        c40 = Lanes.Fma(Vector512.Create(w[4]), x0, c40);
                        c50 = Lanes.Fma(Vector512.Create(w[5]), x0, c50);
                        c60 = Lanes.Fma(Vector512.Create(w[6]), x0, c60);
                        c70 = Lanes.Fma(Vector512.Create(w[7]), x0, c70);
                    }
                }
            }

            c00.Store(result);
            c10.Store(result + sweep->ChannelStride);
            c20.Store(result + (2 * sweep->ChannelStride));
            c30.Store(result + (3 * sweep->ChannelStride));
            c40.Store(result + (4 * sweep->ChannelStride));
            c50.Store(result + (5 * sweep->ChannelStride));
            c60.Store(result + (6 * sweep->ChannelStride));
            c70.Store(result + (7 * sweep->ChannelStride));
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
            Vector512<T> c120 = default, c130 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    T* weights = sweep->Weights + ((((nint)row->Tap * sweep->Taps) + run->Tap - run->Source) * sweep->Depth * 4);
                    T* values = sweep->Values + ((nint)n * lanes);
                    for (; n < end - 1; n += 2, values += 2 * lanes)
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

            (c000 + c100).Store(result);
            (c010 + c110).Store(result + sweep->ChannelStride);
            (c020 + c120).Store(result + (2 * sweep->ChannelStride));
            (c030 + c130).Store(result + (3 * sweep->ChannelStride));
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
                    T* weights = sweep->Weights + ((((nint)row->Tap * sweep->Taps) + run->Tap - run->Source) * sweep->Depth);
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
