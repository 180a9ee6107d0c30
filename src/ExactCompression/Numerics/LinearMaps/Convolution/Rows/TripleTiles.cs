using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The loops of <see cref="NarrowTiles"/> and <see cref="WideTiles"/> for three channels, as of colours: a fourth one of zeros would take
/// as long as these.
/// </summary>
internal static unsafe class TripleTiles
{
    /// <summary>A vector for each element: four sums of each channel are kept, so that none waits for another.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="sweep">The row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow<T>(ConvolutionSweep<T>* sweep)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        int* entries = sweep->Entries;
        T* result = sweep->Result;
        for (int x = 0; x < sweep->Width; x++, result += lanes)
        {
            Vector512<T> c00 = default, c01 = default, c02 = default;
            Vector512<T> c10 = default, c11 = default, c12 = default;
            Vector512<T> c20 = default, c21 = default, c22 = default;
            Vector512<T> c30 = default, c31 = default, c32 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    nint tap = ((nint)row->Tap * sweep->Taps) + run->Tap - run->Source;
                    T* weights = sweep->Weights + (tap * sweep->Depth * 3), values = sweep->Values + ((nint)n * lanes);
                    for (; n < end - 3; n += 4, values += 4 * lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 3);
                        Vector512<T> x0 = Vector512.Load(values);
                        c00 = Lanes.Fma(Vector512.Create(w[0]), x0, c00);
                        c01 = Lanes.Fma(Vector512.Create(w[1]), x0, c01);
                        c02 = Lanes.Fma(Vector512.Create(w[2]), x0, c02);
                        w = weights + ((nint)entries[n + 1] * 3);
                        x0 = Vector512.Load(values + lanes);
                        c10 = Lanes.Fma(Vector512.Create(w[0]), x0, c10);
                        c11 = Lanes.Fma(Vector512.Create(w[1]), x0, c11);
                        c12 = Lanes.Fma(Vector512.Create(w[2]), x0, c12);
                        w = weights + ((nint)entries[n + 2] * 3);
                        x0 = Vector512.Load(values + (2 * lanes));
                        c20 = Lanes.Fma(Vector512.Create(w[0]), x0, c20);
                        c21 = Lanes.Fma(Vector512.Create(w[1]), x0, c21);
                        c22 = Lanes.Fma(Vector512.Create(w[2]), x0, c22);
                        w = weights + ((nint)entries[n + 3] * 3);
                        x0 = Vector512.Load(values + (3 * lanes));
                        c30 = Lanes.Fma(Vector512.Create(w[0]), x0, c30);
                        c31 = Lanes.Fma(Vector512.Create(w[1]), x0, c31);
                        c32 = Lanes.Fma(Vector512.Create(w[2]), x0, c32);
                    }

                    for (; n < end; n++, values += lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 3);
                        Vector512<T> x0 = Vector512.Load(values);
                        c00 = Lanes.Fma(Vector512.Create(w[0]), x0, c00);
                        c01 = Lanes.Fma(Vector512.Create(w[1]), x0, c01);
                        c02 = Lanes.Fma(Vector512.Create(w[2]), x0, c02);
                    }
                }
            }

            ((c00 + c10) + (c20 + c30)).Store(result);
            ((c01 + c11) + (c21 + c31)).Store(result + sweep->ChannelStride);
            ((c02 + c12) + (c22 + c32)).Store(result + (2 * sweep->ChannelStride));
        }
    }

    /// <summary>Two vectors for each element, with two sums of each channel.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="sweep">The row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Wide<T>(ConvolutionSweep<T>* sweep)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        int* entries = sweep->Entries;
        T* result = sweep->Result;
        for (int x = 0; x < sweep->Width; x++, result += 2 * lanes)
        {
            Vector512<T> c000 = default, c001 = default, c010 = default, c011 = default, c020 = default, c021 = default;
            Vector512<T> c100 = default, c101 = default, c110 = default, c111 = default, c120 = default, c121 = default;
            AxisRun* last = sweep->Columns + sweep->ColumnStarts[x + 1];
            for (AxisRun* row = sweep->Rows; row < sweep->Rows + sweep->RowCount; row++)
            {
                int* starts = sweep->Starts + ((nint)row->Source * sweep->StartStride);
                for (AxisRun* run = sweep->Columns + sweep->ColumnStarts[x]; run < last; run++)
                {
                    int n = starts[run->Source], end = starts[run->Source + run->Count];
                    nint tap = ((nint)row->Tap * sweep->Taps) + run->Tap - run->Source;
                    T* weights = sweep->Weights + (tap * sweep->Depth * 3), values = sweep->Values + ((nint)n * 2 * lanes);
                    for (; n < end - 1; n += 2, values += 4 * lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 3);
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
                        w = weights + ((nint)entries[n + 1] * 3);
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
                    }

                    for (; n < end; n++, values += 2 * lanes)
                    {
                        T* w = weights + ((nint)entries[n] * 3);
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
                    }
                }
            }

            (c000 + c100).Store(result);
            (c001 + c101).Store(result + lanes);
            (c010 + c110).Store(result + sweep->ChannelStride);
            (c011 + c111).Store(result + sweep->ChannelStride + lanes);
            (c020 + c120).Store(result + (2 * sweep->ChannelStride));
            (c021 + c121).Store(result + (2 * sweep->ChannelStride) + lanes);
        }
    }
}
