using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// A convolution, or its transpose, of a few rows, too few to fill vectors: here vectors have a channel of the target in each lane.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class ChannelLanePass<T> : IConvolutionPass<T>
    where T : unmanaged
{
    /// <summary>Elements of rows, turned, and of results that are held at a time.</summary>
    private const int CachedElements = 1 << 15;

    private readonly ConvolutionWeights<T> weights;
    private readonly ConvolutionAxis rowAxis;
    private readonly ConvolutionAxis columnAxis;

    /// <summary>Prepares passes.</summary>
    /// <param name="weights">The weights, packed for it.</param>
    /// <param name="rowAxis">The axis of rows.</param>
    /// <param name="columnAxis">The axis of columns.</param>
    public ChannelLanePass(ConvolutionWeights<T> weights, ConvolutionAxis rowAxis, ConvolutionAxis columnAxis) =>
        (this.weights, this.rowAxis, this.columnAxis) = (weights, rowAxis, columnAxis);

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<T> source, Window from, int rows, ReadOnlySpan<T> bias, Span<T> target, Window to, bool add)
    {
        // As many rows at a time as stay in the second-level cache.
        int sourceSize = from.Plane * weights.Sources * weights.Groups, targetSize = to.Plane * weights.Targets * weights.Groups;
        int most = Math.Max(1, CachedElements / ((from.Plane * weights.Sources) + (to.Plane * weights.PaddedTargets) + 1));
        for (int row = 0; row < rows; row += most)
        {
            int count = Math.Min(most, rows - row);
            RunRows(source[(row * sourceSize)..], from, count, bias, target[(row * targetSize)..], to, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunRows(ReadOnlySpan<T> source, Window from, int rows, ReadOnlySpan<T> bias, Span<T> target, Window to, bool add)
    {
        int depth = weights.Sources, groups = weights.Groups, lanes = Vector512<T>.Count, points = rows * to.Plane;
        using AxisTable rowTable = new(rowAxis, weights.RowOrder, from.Top, from.Height, to.Top, to.Height, merge: false);
        using AxisTable columnTable = new(columnAxis, weights.ColumnOrder, from.Left, from.Width, to.Left, to.Width, merge: true);
        using AxisClasses rowsTogether = new(rowTable, to.Height, apart: false), rowsApart = new(rowTable, to.Height, apart: true);
        using AxisClasses columns = new(columnTable, to.Width, apart: false);
        AxisClasses classes = TimeOf(rowsApart, columns, rows) < TimeOf(rowsTogether, columns, rows) ? rowsApart : rowsTogether;
        int resultSize = (points + lanes) * weights.PaddedTargets, half = points + PointTiles.Most;
        T[] scratch = ArrayPool<T>.Shared.Rent((rows * from.Plane * depth) + resultSize + lanes);
        int[] places = ArrayPool<int>.Shared.Rent(2 * half);
        PointRun[] runs = ArrayPool<PointRun>.Shared.Rent(rowAxis.Taps * columnAxis.Taps);
        fixed (T* pSource = source, pTarget = target, pScratch = scratch, pBias = bias)
        fixed (int* pPlaces = places)
        {
            T* result = (T*)(((nint)pScratch + 63) & ~63), turned = result + resultSize;
            for (int group = 0; group < groups; group++)
            {
                for (int r = 0; r < rows; r++)
                {
                    nint first = (((nint)r * groups) + group) * depth * from.Plane;
                    Turn(pSource + first, from.Plane, depth, turned + ((nint)r * from.Plane * depth));
                }

                T* at = weights.Values + ((nint)group * weights.GroupSize);
                new Span<T>(result, points * weights.PaddedTargets).Clear();
                for (int i = 0; i < classes.Count; i++)
                {
                    for (int j = 0; j < columns.Count; j++)
                    {
                        (int y, int x) = (classes.First(i), columns.First(j));
                        int runCount = Runs(classes.RunsOf(y), columns.RunsOf(x), from.Width, runs), count = 0;
                        for (int r = 0; r < rows; r++)
                        {
                            for (y = classes.First(i); y >= 0; y = classes.Next(y))
                            {
                                int top = (r * from.Height) + classes.FirstSource(y), row = (r * to.Height) + classes.TargetOf(y);
                                for (x = columns.First(j); x >= 0; x = columns.Next(x), count++)
                                {
                                    pPlaces[count] = ((top * from.Width) + columns.FirstSource(x)) * depth;
                                    pPlaces[half + count] = ((row * to.Width) + columns.TargetOf(x)) * weights.PaddedTargets;
                                }
                            }
                        }

                        // A tile that is not full computes its last target more than once.
                        new Span<int>(pPlaces + count, PointTiles.Most - 1).Fill(pPlaces[count - 1]);
                        new Span<int>(pPlaces + half + count, PointTiles.Most - 1).Fill(pPlaces[half + count - 1]);
                        Compute(turned, pPlaces, half, count, runs.AsSpan(0, runCount), at, result);
                    }
                }

                for (int r = 0; r < rows; r++)
                {
                    nint channel = (nint)group * weights.Targets * to.Plane;
                    T* into = pTarget + ((nint)r * groups * weights.Targets * to.Plane) + channel;
                    T* begin = add ? into : pBias == null ? null : pBias + channel;
                    Store(result + ((nint)r * to.Plane * weights.PaddedTargets), to.Plane, begin, into);
                }
            }
        }

        GC.KeepAlive(this);
        ArrayPool<T>.Shared.Return(scratch);
        ArrayPool<int>.Shared.Return(places);
        ArrayPool<PointRun>.Shared.Return(runs);
    }

    /// <summary>An estimate of the time that classes of sums take, in multiply-adds of a target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double TimeOf(AxisClasses rowClasses, AxisClasses columnClasses, int rows)
    {
        double time = 0;
        for (int j = 0; j < columnClasses.Count; j++)
        {
            int met = 0;
            foreach (AxisRun run in columnClasses.RunsOf(columnClasses.First(j)))
                met += run.Count;
            for (int i = 0; i < rowClasses.Count; i++)
            {
                int targets = rows * rowClasses.SizeOf(i) * columnClasses.SizeOf(j), length = rowClasses.RunsOf(rowClasses.First(i)).Length;
                time += PointTiles.PlacesOf(targets) * ((length * (double)met * weights.Sources) + PointTiles.Begun);
            }
        }

        return time;
    }

    /// <summary>Puts the channels of each position side by side.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn(T* source, int plane, int depth, T* turned)
    {
        int lanes = Vector512<T>.Count;
        if (depth % lanes != 0)
        {
            for (int c = 0; c < depth; c++, source += plane)
            {
                for (int p = 0; p < plane; p++)
                    turned[((nint)p * depth) + c] = source[p];
            }

            return;
        }

        T* last = stackalloc T[lanes * lanes];
        for (int c = 0; c < depth; c += lanes, source += (nint)lanes * plane, turned += lanes)
        {
            int p = 0;
            for (; p + lanes <= plane; p += lanes)
                LaneTranspose.Read(source + p, plane, lanes, lanes, turned + ((nint)p * depth), depth);
            if (p < plane)
                LaneTranspose.Read(source + p, plane, lanes, plane - p, last, lanes);
            for (int e = 0; p < plane; p++, e++)
                Vector512.Load(last + (e * lanes)).Store(turned + ((nint)p * depth));
        }
    }

    /// <summary>What the targets of a class meet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Runs(ReadOnlySpan<AxisRun> rows, ReadOnlySpan<AxisRun> columns, int width, PointRun[] runs)
    {
        int count = 0, depth = weights.Sources;
        foreach (AxisRun row in rows)
        {
            foreach (AxisRun column in columns)
            {
                int source = ((row.Source - rows[0].Source) * width) + column.Source - columns[0].Source;
                runs[count++] = new(source * depth, ((row.Tap * columnAxis.Taps) + column.Tap) * depth, column.Count * depth);
            }
        }

        return count;
    }

    /// <summary>The sums of some targets, block of channels after block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(T* source, int* places, int half, int count, ReadOnlySpan<PointRun> runs, T* at, T* result)
    {
        int taps = rowAxis.Taps * columnAxis.Taps;
        foreach (ChannelBlock block in weights.Blocks)
        {
            for (int tile = 0, size; tile < count; tile += size)
            {
                size = Math.Min(PointTiles.Most, count - tile);
                PointTiles.Run(
                    source,
                    places + tile,
                    size,
                    runs,
                    at,
                    block.Width / Vector512<T>.Count,
                    result + block.First,
                    places + half + tile);
            }

            at += (nint)block.Width * weights.Sources * taps;
        }
    }

    /// <summary>Writes a row's results of a group, channel after channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store(T* result, int plane, T* begin, T* target)
    {
        int lanes = Vector512<T>.Count;
        for (int c = 0; c < weights.Targets; c += lanes)
        {
            for (int p = 0; p < plane; p += LaneTranspose.MostWritten * lanes)
            {
                nint at = ((nint)c * plane) + p;
                LaneTranspose.Write(
                    result + ((nint)p * weights.PaddedTargets) + c,
                    weights.PaddedTargets,
                    Math.Min(LaneTranspose.MostWritten * lanes, plane - p),
                    begin == null ? null : begin + at,
                    plane,
                    target + at,
                    plane,
                    Math.Min(lanes, weights.Targets - c));
            }
        }
    }
}
