using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// A convolution, or its transpose, of a block of rows. Each vector of the computation has a row in each lane: rows are transposed on the
/// way in, row after row of the source, as far as they are needed at a time, and so are results on the way out. What is 0 in all lanes is
/// left out.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class RowLanePass<T> : ConvolutionPass<T>
    where T : unmanaged
{
    /// <summary>Targets of a block of channels that are held before they are transposed: they stay in the first-level cache.</summary>
    private const int BandTargets = 48;

    private readonly AxisTable rowTable;
    private readonly AxisTable columnTable;
    private readonly TapRun[][]? single;
    private readonly int band;
    private readonly int ring;
    private readonly int[] needed;
    private readonly bool[] used;

    /// <summary>Prepares a pass.</summary>
    /// <param name="weights">The packed weights.</param>
    /// <param name="windows">The rows and windows.</param>
    public RowLanePass(ConvolutionWeights<T> weights, BatchWindows windows)
        : base(weights, windows)
    {
        rowTable = new(weights.RowAxis, weights.RowOrder, windows.Vertical, merge: false);
        columnTable = new(weights.ColumnAxis, weights.ColumnOrder, windows.Horizontal, merge: true);
        if (IsSingle(weights.Targets, weights.Taps))
            single = TapRun.Of(new(weights.ColumnAxis, weights.ColumnOrder, windows.Horizontal, merge: false), windows.Horizontal.Length);
        band = Math.Min(windows.Vertical.Targets, Math.Max(1, BandTargets / windows.Horizontal.Targets));
        (needed, used) = (new int[windows.Vertical.Targets], new bool[windows.Vertical.Length]);
        ring = RowsAtHand(rowTable, windows.Vertical.Targets, band, needed, used);
    }

    private static int MostVectors => Vector512.IsHardwareAccelerated ? 2 : 1;

    /// <summary>Whether leaving a value out saves more than it takes to find it.</summary>
    private bool IsCompactionWorthwhile => IsWorthwhile(Weights.Targets, Weights.Taps);

    /// <summary>Whether target channels are computed by themselves, from all that there is of the source.</summary>
    /// <param name="targets">Target channels of a group.</param>
    /// <param name="taps">Elements of a kernel.</param>
    public static bool IsSingle(int targets, int taps) => targets < 3 && !IsWorthwhile(targets, taps);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<T> source, ReadOnlySpan<T> bias, Span<T> target, bool add)
    {
        (int rows, int height, int width) = (Windows.Rows, Windows.Vertical.Targets, Windows.Horizontal.Targets);
        int lanes = Vector512<T>.Count, vectors = rows > lanes ? MostVectors : 1, plane = Windows.TargetPlane;
        int rowSize = Weights.Groups * Weights.Sources * Windows.SourcePlane, resultSize = Weights.Groups * Weights.Targets * plane;
        using var held =
            new LaneSource<T>(Weights.Groups, Weights.Sources, Windows, ring, vectors, IsCompactionWorthwhile, isNumbered: single == null);
        int resultVectors = ChannelBlock.Widest * band * width;
        T[] scratch = ArrayPool<T>.Shared.Rent(((resultVectors + lanes) * vectors * lanes) + lanes);
        fixed (T* pSource = source, pTarget = target, pScratch = scratch, pBias = bias)
        fixed (AxisRun* rowRuns = rowTable.Runs, columnRuns = columnTable.Runs)
        fixed (int* columnStarts = columnTable.Starts)
        {
            T* result = (T*)(((nint)pScratch + 63) & ~63);
            var sweep = new ConvolutionSweep<T>
            {
                Columns = columnRuns,
                ColumnStarts = columnStarts,
                Width = width,
                Taps = Weights.ColumnAxis.Taps,
                Depth = Weights.Sources,
            };
            for (int row = 0; row < rows; row += vectors * lanes)
            {
                int count = Math.Min(vectors * lanes, rows - row);
                held.Begin(pSource + ((nint)row * rowSize), rowSize, count);
                for (int top = 0; top < height; top += band)
                {
                    int bottom = Math.Min(height, top + band);
                    held.Load(needed[bottom - 1], used);
                    for (int group = 0; group < Weights.Groups; group++)
                    {
                        held.Describe(ref sweep, group);
                        sweep.Weights = Weights.Values + ((nint)group * Weights.GroupSize);
                        foreach (ChannelBlock block in Weights.Blocks)
                        {
                            int channel = (group * Weights.Targets) + block.First;
                            sweep.ChannelStride = (nint)(bottom - top) * width * vectors * lanes;
                            for (int y = top; y < bottom; y++)
                            {
                                sweep.Rows = rowRuns + rowTable.Starts[y];
                                sweep.RowCount = rowTable.Starts[y + 1] - rowTable.Starts[y];
                                sweep.Result = result + ((nint)(y - top) * width * vectors * lanes);
                                if (single != null)
                                    SingleTiles.Run(&sweep, vectors, single);
                                else if (vectors == 1)
                                    NarrowTiles.Run(&sweep, block.Width);
                                else
                                    WideTiles.Run(&sweep, block.Width);
                            }

                            sweep.Weights += (nint)block.Width * Weights.Sources * Weights.Taps;
                            nint at = ((nint)channel * plane) + ((nint)top * width);
                            T* into = pTarget + ((nint)row * resultSize) + at;
                            T* begin = add ? into : pBias == null ? null : pBias + at;
                            int beginStride = add ? resultSize : 0;
                            int length = (bottom - top) * width;
                            Store(result, vectors, block.Count, length, begin, beginStride, into, plane, resultSize, count);
                        }
                    }
                }
            }
        }

        GC.KeepAlive(this);
        ArrayPool<T>.Shared.Return(scratch);
    }

    private static bool IsWorthwhile(int targets, int taps) => targets * taps >= 48;

    /// <summary>Writes the results of a block of channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store(
        T* result, int vectors, int channels, int length, T* begin, int beginStride, T* target, int plane, int rowSize, int rows)
    {
        int lanes = Vector512<T>.Count;
        if (length == plane)
            (channels, length) = (1, channels * length);
        for (int c = 0; c < channels; c++, target += plane, begin += begin == null ? 0 : plane)
        {
            for (int at = 0; at < length; at += LaneTranspose.MostWritten * lanes)
            {
                int count = Math.Min(LaneTranspose.MostWritten * lanes, length - at);
                for (int v = 0; v < vectors; v++)
                {
                    int first = v * lanes;
                    LaneTranspose.Write(
                        result + (((((nint)c * length) + at) * vectors) + v) * lanes,
                        vectors * lanes,
                        count,
                        begin == null ? null : begin + at + ((nint)first * beginStride),
                        beginStride,
                        target + at + ((nint)first * rowSize),
                        rowSize,
                        Math.Min(lanes, rows - first));
                }
            }
        }
    }

    /// <summary>
    /// How many rows of the source must be at hand at a time, if bands of targets are computed downwards and rows are loaded downwards.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int RowsAtHand(AxisTable table, int targets, int band, int[] needed, bool[] used)
    {
        int most = 0, ring = 1;
        for (int t = 0; t < targets; t++)
        {
            foreach (AxisRun run in table.Of(t))
            {
                most = Math.Max(most, run.Source + 1);
                used[run.Source] = true;
            }

            needed[t] = most;
        }

        int least = int.MaxValue;
        for (int top = (targets - 1) / band * band; top >= 0; top -= band)
        {
            int bottom = Math.Min(targets, top + band);
            foreach (AxisRun run in table.Runs.AsSpan(table.Starts[top]..table.Starts[bottom]))
                least = Math.Min(least, run.Source);
            if (least < needed[bottom - 1])
                ring = Math.Max(ring, needed[bottom - 1] - least);
        }

        foreach (ref AxisRun run in table.Runs.AsSpan())
            run = run with { Source = run.Source % ring };
        return ring;
    }
}
