using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
        int slack = PlaneTiles.Slack<T>(), taps = rowAxis.Taps * columnAxis.Taps;
        using var layout = new PlaneLayout(
            new(rowAxis, weights.RowOrder, from.Top, from.Height, to.Top, to.Height),
            new(columnAxis, weights.ColumnOrder, from.Left, from.Width, to.Left, to.Width),
            (rowAxis.Taps, columnAxis.Taps),
            weights.Sources);
        int sourceSize = weights.Sources * from.Plane, targetSize = weights.Targets * to.Plane;
        int laidOut = (weights.Sources * layout.Channel) + slack;
        int stride = (layout.Grids[0].Height * layout.Width) + slack;
        T[] scratch = ArrayPool<T>.Shared.Rent(laidOut + (4 * stride));
        scratch.AsSpan(0, laidOut).Clear();
        fixed (T* pSource = source, pTarget = target, pScratch = scratch, pBias = bias)
        {
            for (int part = 0; part < rows * weights.Groups; part++)
            {
                int group = part % weights.Groups;
                nint first = (nint)part * sourceSize;
                T* planes = pSource + first;
                if (!layout.IsPlain || first + sourceSize + slack > source.Length)
                    LayOut(planes, from.Plane, layout, planes = pScratch);
                T* at = weights.Values + ((nint)group * weights.GroupSize);
                foreach (ChannelBlock block in weights.Blocks)
                {
                    T* into = pTarget + ((nint)part * targetSize) + ((nint)block.First * to.Plane);
                    nint plane = ((nint)group * targetSize) + ((nint)block.First * to.Plane);
                    T* begin = add ? into : pBias == null ? null : pBias + plane;
                    foreach (PlaneGrid grid in layout.Grids)
                    {
                        int count = grid.Height == 0 || grid.Width == 0 ? 0 : ((grid.Height - 1) * layout.Width) + grid.Width;
                        T* result = pScratch + laidOut;
                        PlaneTiles.Run(planes, layout.TermsOf(grid), at, block.Width, count, result, stride);
                        nint offset = grid.Offset;
                        for (int c = 0; c < block.Count && count > 0; c++, result += stride, offset += to.Plane)
                            Write(layout, grid, result, begin == null ? null : begin + offset, into + offset);
                    }

                    at += (nint)block.Width * weights.Sources * taps;
                }
            }
        }

        GC.KeepAlive(this);
        ArrayPool<T>.Shared.Return(scratch);
    }

    /// <summary>Lays out the channels of a group; what lies around them is 0 already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LayOut(T* source, int plane, in PlaneLayout layout, T* planes)
    {
        int width = layout.Width, step = layout.Step, rowStep = layout.RowStep;
        for (int c = 0; c < weights.Sources; c++, source += plane, planes += layout.Channel)
        {
            foreach (PlanePart part in layout.Parts)
            {
                T* read = source + part.Source, write = planes + part.Place;
                for (int y = 0; y < part.Height; y++, read += rowStep, write += width)
                    Copy(read, step, part.Width, write);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(T* read, int step, int count, T* write)
    {
        int e = 0, lanes = Vector256<T>.Count;
        if (step == 1)
        {
            for (; e <= count - lanes; e += lanes)
                Vector256.Load(read + e).Store(write + e);
        }
        else if (step == 2 && Avx2.IsSupported)
        {
            // Two vectors reach one element further than what is needed of them.
            for (; e < count - lanes; e += lanes)
                EveryOther(read + (2 * e)).Store(write + e);
        }

        for (; e < count; e++)
            write[e] = read[(nint)e * step];
    }

    /// <summary>Of two vectors, the elements at even places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> EveryOther(T* from)
    {
        Vector256<T> a = Vector256.Load(from), b = Vector256.Load(from + Vector256<T>.Count);
        Vector256<double> mixed = typeof(T) == typeof(double)
            ? Avx.UnpackLow(a.AsDouble(), b.AsDouble())
            : Avx.Shuffle(a.AsSingle(), b.AsSingle(), 0x88).AsDouble();
        return Avx2.Permute4x64(mixed, 0xd8).As<double, T>();
    }

    /// <summary>Writes a channel's targets of a grid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(in PlaneLayout layout, in PlaneGrid grid, T* result, T* begin, T* target)
    {
        (int height, int width, int step, nint rowStep) = (grid.Height, grid.Width, layout.TargetStep, layout.TargetRowStep);
        if (step == 1 && width == layout.Width && rowStep == width)
            (width, height) = (width * height, 1);
        for (int y = 0; y < height; y++, result += layout.Width, target += rowStep, begin += begin == null ? 0 : rowStep)
        {
            int e = 0, lanes = Vector256<T>.Count;
            for (; step == 1 && e <= width - lanes; e += lanes)
            {
                Vector256<T> value = Vector256.Load(result + e);
                (begin == null ? value : value + Vector256.Load(begin + e)).Store(target + e);
            }

            for (; e < width; e++)
            {
                nint to = (nint)e * step;
                Vector128<T> value = Vector128.CreateScalar(result[e]);
                target[to] = (begin == null ? value : value + Vector128.CreateScalar(begin[to])).ToScalar();
            }
        }
    }
}
