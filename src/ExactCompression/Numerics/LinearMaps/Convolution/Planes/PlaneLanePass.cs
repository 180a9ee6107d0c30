using System.Buffers;
using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>
/// A convolution, or its transpose, where vectors have neighbouring targets of one channel in their lanes. Nothing is transposed: the
/// source's channels are laid out with zeros around them, if they are not already so. That suits maps with little work for each element
/// (depthwise ones, 1 x 1) and those with too few channels to fill vectors, whatever the number of rows.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class PlaneLanePass<T> : IConvolutionPass<T>
    where T : unmanaged
{
    /// <summary>The most channels of a block.</summary>
    private const int MostChannels = 4;

    private readonly ConvolutionWeights<T> weights;
    private readonly ConvolutionAxis rowAxis;
    private readonly ConvolutionAxis columnAxis;

    /// <summary>Prepares passes.</summary>
    /// <param name="weights">The weights, packed for it.</param>
    /// <param name="rowAxis">The axis of rows.</param>
    /// <param name="columnAxis">The axis of columns.</param>
    public PlaneLanePass(ConvolutionWeights<T> weights, ConvolutionAxis rowAxis, ConvolutionAxis columnAxis) =>
        (this.weights, this.rowAxis, this.columnAxis) = (weights, rowAxis, columnAxis);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(ReadOnlySpan<T> source, Window from, int rows, ReadOnlySpan<T> bias, Span<T> target, Window to, bool add)
    {
        using var layout = new PlaneLayout(
            new(rowAxis, weights.RowOrder, from.Top, from.Height, to.Top, to.Height),
            new(columnAxis, weights.ColumnOrder, from.Left, from.Width, to.Left, to.Width),
            (rowAxis.Taps, columnAxis.Taps),
            weights.Sources,
            rows);
        bool inRows = PlaneRowTiles.Suit<T>(layout);
        int groups = weights.Groups, sourceSize = weights.Sources * from.Plane, targetSize = weights.Targets * to.Plane;
        int slack = PlaneTiles.Slack<T>() + (PlaneRowTiles.MostRowsBeyond * layout.Width);
        int laidOut = (weights.Sources * layout.Channel) + slack, stride = (layout.Stack * layout.Plane) + PlaneTiles.Slack<T>();
        int size = laidOut + (MostChannels * layout.Grids.Length * stride);
        T[] scratch = ArrayPool<T>.Shared.Rent(size);
        // Padding, and the targets of grids without terms, are 0 from the beginning.
        scratch.AsSpan(0, layout.HasEmptyGrids ? size : laidOut).Clear();
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
                        PlaneReader.Read(
                            layout, pSource + first, weights.Sources, from.Plane, windows, (nint)groups * sourceSize, planes);
                    }

                    nint channel = (nint)group * targetSize;
                    T* into = pTarget + ((nint)row * groups * targetSize) + channel;
                    T* begin = add ? into : pBias == null ? null : pBias + channel;
                    Compute(layout, planes, group, windows, pScratch + laidOut, stride, inRows, begin, add, into);
                }
            }
        }

        GC.KeepAlive(this);
        ArrayPool<T>.Shared.Return(scratch);
    }

    /// <summary>Computes a group of channels in some windows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(
        in PlaneLayout layout, T* planes, int group, int windows, T* result, nint stride, bool inRows, T* begin, bool add, T* into)
    {
        int size = weights.Sources * rowAxis.Taps * columnAxis.Taps, plane = layout.TargetHeight * layout.TargetWidth;
        nint rowSize = (nint)weights.Groups * weights.Targets * plane, beginSize = add ? rowSize : 0;
        T* at = weights.Values + ((nint)group * weights.GroupSize);
        ReadOnlySpan<PlaneGrid> grids = layout.Grids;
        foreach (ChannelBlock block in weights.Blocks)
        {
            if (block.Width == 1 && inRows)
                PlaneRowTiles.Run(planes, layout.Width, layout.TermsOf(grids[0]), at, layout.TargetHeight, layout.TargetWidth, begin, into);
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
