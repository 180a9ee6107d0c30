using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ExactCompression.Numerics;

/// <summary>
/// A depthwise convolution with a kernel of 3 x 3, or its transpose, with a stride of 1 or 2. Sources are read as they lie, without a copy
/// with zeros around it: there is so little work for each element that the copy would take longer than the sums.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class DepthwisePass<T> : ConvolutionPass<T>
    where T : unmanaged
{
    /// <summary>Elements of channels, and targets, that are processed at a time: they stay in the first-level cache.</summary>
    private const int Cached = 2048;

    /// <summary>Prepares a pass.</summary>
    /// <param name="weights">The weights, packed for it.</param>
    /// <param name="windows">The rows and windows.</param>
    public DepthwisePass(ConvolutionWeights<T> weights, BatchWindows windows)
        : base(weights, windows)
    {
    }

    /// <summary>Columns of targets computed at a time: two vectors of them where they meet a single vector of the source.</summary>
    private int Columns => Weights.RowAxis is { Stride: 2, IsTransposed: true } ? 2 * Vector256<T>.Count : Vector256<T>.Count;

    /// <summary>Whether there is a pass for a convolution, on this processor.</summary>
    /// <param name="rowAxis">The axis of rows.</param>
    /// <param name="columnAxis">The axis of columns.</param>
    /// <param name="sources">Source channels of a group.</param>
    /// <param name="targets">Target channels of a group.</param>
    public static bool Suits(ConvolutionAxis rowAxis, ConvolutionAxis columnAxis, int sources, int targets) =>
        Avx2.IsSupported && sources == 1 && targets == 1 && Suits(rowAxis) && Suits(columnAxis) && rowAxis.Stride == columnAxis.Stride;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<T> source, ReadOnlySpan<T> bias, Span<T> target, bool add)
    {
        (int width, int height) = (Windows.Horizontal.Targets, Windows.Vertical.Targets);
        int plane = Windows.TargetPlane, sourcePlane = Windows.SourcePlane;
        int groups = Weights.Groups, channels, lanes = Vector256<T>.Count, columns = Columns;
        int most = width <= columns ? groups : Math.Clamp(Cached / (sourcePlane + plane), 1, groups);
        T[] sums = ArrayPool<T>.Shared.Rent(most * height * columns);
        fixed (T* pSource = source, pTarget = target, pBias = bias, pSums = sums)
        {
            T* into = pTarget;
            var planes = new DepthwisePlanes<T> { Rows = Windows.Vertical, Columns = Windows.Horizontal, Source = pSource };

            // Vectors may reach into the channels that follow, which are computed later; at the end there are none.
            int all = Windows.Rows * groups, followed = all - 1 - ((columns - 1) / plane);
            for (int c = 0; c < all; c += channels, into += (nint)channels * plane)
            {
                int group = c % groups;
                bool direct = !add && pBias == null && c < followed;
                planes.Channels = channels = Math.Min(Math.Min(most, groups - group), direct ? followed - c : all);
                planes.Weights = Weights.Values + ((nint)group * Weights.GroupSize);
                T* begin = add ? into : pBias == null ? null : pBias + ((nint)group * plane);
                (planes.Pitch, planes.Stride) = direct ? (width, plane) : (columns, height * columns);
                for (int column = (width - 1) / columns * columns; column >= 0; column -= columns)
                {
                    planes.Target = direct ? into + column : pSums;
                    Compute(planes, column);
                    if (!direct)
                        Write(planes, column, columns, begin, into);
                }

                planes.Source += (nint)channels * sourcePlane;
            }
        }

        ArrayPool<T>.Shared.Return(sums);
        GC.KeepAlive(this);
    }

    /// <summary>Writes a column of vectors to where it belongs, and adds what is to be added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(in DepthwisePlanes<T> planes, int column, int columns, T* begin, T* target)
    {
        (int height, int width) = (planes.Rows.Targets, planes.Columns.Targets);
        int plane = height * width, valid = Math.Min(columns, width - column);
        T* sums = planes.Target;
        for (int c = 0; c < planes.Channels; c++, sums += planes.Stride, target += plane, begin += begin == null ? 0 : plane)
        {
            T* first = begin == null ? null : begin + column;
            PlaneWriter.Write(sums, columns, height, valid, first, width, target + column, width, target + plane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(in DepthwisePlanes<T> planes, int column)
    {
        if (Weights.RowAxis.Stride == 1)
            DepthwiseTiles.Unit(planes, column, Weights.RowAxis.IsTransposed);
        else if (Weights.RowAxis.IsTransposed)
            DepthwiseTiles.Doubling(planes, column);
        else
            DepthwiseTiles.Halving(planes, column);
    }

    private static bool Suits(ConvolutionAxis axis) => axis.Taps == DepthwiseTiles.Taps && axis.Dilation == 1 && axis.Stride <= 2;
}
