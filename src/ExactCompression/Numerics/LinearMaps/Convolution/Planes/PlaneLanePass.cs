using System.Buffers;
using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>
/// A convolution, or its transpose, where vectors have neighbouring targets of one channel in their lanes. Nothing is transposed: the
/// source's channels are laid out with zeros around them, if they are not already so. That suits maps with little work for each element
/// (depthwise ones, 1 x 1) and those with too few channels to fill vectors, whatever the number of rows.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class PlaneLanePass<T> : ConvolutionPass<T>
    where T : unmanaged
{
    /// <summary>The most channels of a block.</summary>
    private const int MostChannels = 4;

    private readonly PlaneLayout layout;
    private readonly bool inRows;
    private readonly int slack;

    /// <summary>Prepares a pass.</summary>
    /// <param name="weights">The weights, packed for it.</param>
    /// <param name="windows">The rows and windows.</param>
    public PlaneLanePass(ConvolutionWeights<T> weights, BatchWindows windows)
        : base(weights, windows)
    {
        layout = PlaneLayout.Of(weights, windows);
        inRows = PlaneRowTiles.Suit<T>(layout);
        foreach (ChannelBlock block in weights.Blocks)
        {
            foreach (PlaneGrid grid in layout.Grids)
            {
                if (grid.TermCount > 0)
                    slack = Math.Max(slack, PlaneTiles.ReadBeyond<T>(block.Width, layout.PlacesOf(grid, layout.Stack)));
            }

            if (block.Width == 1 && inRows)
                slack = Math.Max(slack, PlaneTiles.Slack<T>() + (PlaneRowTiles.MostRowsBeyond * layout.Width));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<T> source, ReadOnlySpan<T> bias, Span<T> target, bool add)
    {
        int rows = Windows.Rows, plane = Windows.SourcePlane;
        int groups = Weights.Groups, sourceSize = Weights.Sources * plane, targetSize = Weights.Targets * Windows.TargetPlane;
        int laidOut = (Weights.Sources * layout.Channel) + slack, stride = (layout.Stack * layout.Plane) + PlaneTiles.Slack<T>();
        int size = laidOut + (MostChannels * layout.Grids.Length * stride);
        T[] scratch = ArrayPool<T>.Shared.Rent(size);

        // Padding is 0 from the beginning. Vectors of the last row may be laid out, or read, beyond the slack, where results come to stand
        // later: what is laid out there is 0.
        if (!layout.IsPlain)
            scratch.AsSpan(0, laidOut).Clear();
        fixed (T* pSource = source, pTarget = target, pScratch = scratch, pBias = bias)
        {
            for (int row = 0; row < rows; row += layout.Stack)
            {
                int windows = Math.Min(layout.Stack, rows - row);
                for (int group = 0; group < groups; group++)
                {
                    nint first = (((nint)row * groups) + group) * sourceSize;
                    T* planes = pSource + first;
                    if (!layout.IsPlain || first + sourceSize + slack > source.Length)
                    {
                        planes = pScratch;
                        PlaneReader.Read(layout, pSource + first, Weights.Sources, plane, windows, (nint)groups * sourceSize, planes);
                    }

                    nint channel = (nint)group * targetSize;
                    T* into = pTarget + ((nint)row * groups * targetSize) + channel;
                    T* begin = add ? into : pBias == null ? null : pBias + channel;
                    Compute(planes, group, windows, pScratch + laidOut, stride, begin, add, into);
                }
            }
        }

        GC.KeepAlive(this);
        ArrayPool<T>.Shared.Return(scratch);
    }

    /// <summary>Computes a group of channels in some windows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(T* planes, int group, int windows, T* result, nint stride, T* begin, bool add, T* into)
    {
        int size = Weights.Sources * Weights.Taps, plane = Windows.TargetPlane;
        nint rowSize = (nint)Weights.Groups * Weights.Targets * plane, beginSize = add ? rowSize : 0;
        T* at = Weights.Values + ((nint)group * Weights.GroupSize);
        ReadOnlySpan<PlaneGrid> grids = layout.Grids;
        foreach (ChannelBlock block in Weights.Blocks)
        {
            if (block.Width == 1 && inRows)
                PlaneRowTiles.Run(planes, layout.Width, layout.TermsOf(grids[0]), at, layout.TargetHeight, layout.TargetWidth, begin, into);
            else if (layout.IsTarget && begin == null && block.Count == block.Width)
                PlaneTiles.Run(planes, layout.TermsOf(grids[0]), at, block.Width, plane, into, plane);
            else
            {
                for (int g = 0; g < grids.Length; g++)
                {
                    if (grids[g].TermCount == 0)
                        continue;
                    PlaneTiles.Run(
                        planes,
                        layout.TermsOf(grids[g]),
                        at,
                        block.Width,
                        layout.PlacesOf(grids[g], windows),
                        result + (g * stride),
                        grids.Length * stride);
                }

                for (int c = 0; c < block.Count; c++)
                {
                    T* computed = result + ((nint)c * grids.Length * stride);
                    for (int n = 0; n < windows; n++, computed += layout.Plane)
                    {
                        PlaneWriter.Write(
                            layout,
                            computed,
                            stride,
                            begin == null ? null : begin + (n * beginSize) + ((nint)c * plane),
                            into + (n * rowSize) + ((nint)c * plane));
                    }
                }
            }

            at += (nint)block.Width * size;
            into += (nint)block.Count * plane;
            begin += begin == null ? 0 : (nint)block.Count * plane;
        }
    }
}
