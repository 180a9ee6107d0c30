using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// A convolution, or its transpose, of a few rows, too few to fill vectors: here vectors have a channel of the target in each lane.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class ChannelLanePass<T> : ConvolutionPass<T>
    where T : unmanaged
{
    /// <summary>Elements of rows, turned, and of results that are held at a time: they stay in the second-level cache.</summary>
    private const int CachedElements = 1 << 15;

    /// <summary>The fewest channels that it is worth while to transpose as vectors.</summary>
    private const int FewestTransposed = 6;

    /// <summary>
    /// The most positions of a channel that are read as they lie, not turned: they take a line of the cache or a few in each channel, which
    /// stay in the first-level cache until they have been read for all targets.
    /// </summary>
    public const int MostAsTheyLie = 50;

    private readonly bool isTurned;
    private readonly PointSums sums;
    private readonly PointSums lastSums;

    /// <summary>Prepares a pass.</summary>
    /// <param name="weights">The weights, packed for it.</param>
    /// <param name="windows">The rows and windows.</param>
    public ChannelLanePass(ConvolutionWeights<T> weights, BatchWindows windows)
        : base(weights, windows)
    {
        int held = (windows.SourcePlane * weights.Sources) + (windows.TargetPlane * weights.PaddedTargets) + 1;
        int rows = Math.Clamp(CachedElements / held, 1, windows.Rows), last = windows.Rows % rows;
        int plane = windows.SourcePlane, depth = weights.Sources;
        isTurned = plane > MostAsTheyLie;
        PointStrides strides = isTurned ? new(1, depth, depth * plane) : new(plane, 1, weights.Groups * depth * plane);
        sums = PointSums.Of(weights, windows with { Rows = rows }, strides);
        lastSums = last == 0 ? sums : PointSums.Of(weights, windows with { Rows = last }, strides);
    }

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<T> source, ReadOnlySpan<T> bias, Span<T> target, bool add)
    {
        int sourceSize = Windows.SourcePlane * Weights.Sources * Weights.Groups;
        int targetSize = Windows.TargetPlane * Weights.Targets * Weights.Groups;
        for (int row = 0; row < Windows.Rows; row += sums.Rows)
        {
            PointSums some = Windows.Rows - row < sums.Rows ? lastSums : sums;
            RunRows(some, source[(row * sourceSize)..], bias, target[(row * targetSize)..], add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunRows(PointSums some, ReadOnlySpan<T> source, ReadOnlySpan<T> bias, Span<T> target, bool add)
    {
        int depth = Weights.Sources, groups = Weights.Groups, lanes = Vector512<T>.Count, rows = some.Rows;
        int from = Windows.SourcePlane, to = Windows.TargetPlane;
        int size = rows * to * Weights.PaddedTargets, resultSize = size + (lanes * Weights.PaddedTargets);
        T[] scratch = ArrayPool<T>.Shared.Rent(resultSize + (isTurned ? rows * from * depth : 0) + (2 * lanes));
        fixed (T* pSource = source, pTarget = target, pScratch = scratch, pBias = bias)
        {
            T* result = (T*)(((nint)pScratch + 63) & ~63), turned = result + resultSize;
            for (int group = 0; group < groups; group++)
            {
                for (int r = 0; r < rows && isTurned; r++)
                {
                    nint first = (((nint)r * groups) + group) * depth * from;
                    Turn(pSource + first, from, depth, turned + ((nint)r * from * depth));
                }

                new Span<T>(result, size).Clear();
                T* read = isTurned ? turned : pSource + ((nint)group * depth * from);
                Compute(some, read, Weights.Values + ((nint)group * Weights.GroupSize), result);
                for (int r = 0; r < rows; r++)
                {
                    nint channel = (nint)group * Weights.Targets * to;
                    T* into = pTarget + ((nint)r * groups * Weights.Targets * to) + channel;
                    T* begin = add ? into : pBias == null ? null : pBias + channel;
                    Store(result + ((nint)r * to * Weights.PaddedTargets), to, begin, into);
                }
            }
        }

        GC.KeepAlive(this);
        ArrayPool<T>.Shared.Return(scratch);
    }

    /// <summary>Puts the channels of each position side by side.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn(T* source, int plane, int depth, T* turned)
    {
        int lanes = Vector512<T>.Count;
        if (depth < FewestTransposed)
        {
            for (int c = 0; c < depth; c++, source += plane)
            {
                for (int p = 0; p < plane; p++)
                    turned[((nint)p * depth) + c] = source[p];
            }

            return;
        }

        // Whole vectors are stored, also beyond the last channel of a position, where what belongs there is stored later.
        T* some = stackalloc T[lanes * lanes];
        for (int c = (depth - 1) / lanes * lanes; c >= 0; c -= lanes)
        {
            int channels = Math.Min(lanes, depth - c);
            T* from = source + ((nint)c * plane), to = turned + c;
            for (int p = 0; p < plane; p += lanes, to += (nint)lanes * depth)
            {
                int positions = Math.Min(lanes, plane - p);
                if (channels == lanes && positions == lanes)
                    LaneTranspose.Read(from + p, plane, lanes, lanes, to, depth);
                else
                {
                    LaneTranspose.Read(from + p, plane, channels, positions, some, lanes);
                    for (int e = 0; e < positions; e++)
                        Vector512.Load(some + (e * lanes)).Store(to + ((nint)e * depth));
                }
            }
        }
    }

    /// <summary>The sums of all targets, block of channels after block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(PointSums some, T* source, T* at, T* result)
    {
        fixed (int* sources = some.Sources, targets = some.Targets)
        {
            foreach (ChannelBlock block in Weights.Blocks)
            {
                foreach (PointClass alike in some.Classes)
                {
                    ReadOnlySpan<PointRun> runs = some.RunsOf(alike);
                    for (int tile = 0, size; tile < alike.Count; tile += size)
                    {
                        size = Math.Min(PointTiles.Most, alike.Count - tile);
                        int place = alike.First + tile;
                        T* into = result + block.First;
                        PointTiles.Run(source, sources + place, size, runs, some.Step, at, block.Width, into, targets + place);
                    }
                }

                at += (nint)block.Width * Weights.Sources * Weights.Taps;
            }
        }
    }

    /// <summary>Writes a row's results of a group, channel after channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store(T* result, int plane, T* begin, T* target)
    {
        int lanes = Vector512<T>.Count;
        for (int c = 0; c < Weights.Targets; c += lanes)
        {
            for (int p = 0; p < plane; p += LaneTranspose.MostWritten * lanes)
            {
                nint at = ((nint)c * plane) + p;
                LaneTranspose.Write(
                    result + ((nint)p * Weights.PaddedTargets) + c,
                    Weights.PaddedTargets,
                    Math.Min(LaneTranspose.MostWritten * lanes, plane - p),
                    begin == null ? null : begin + at,
                    plane,
                    target + at,
                    plane,
                    Math.Min(lanes, Weights.Targets - c));
            }
        }
    }
}
