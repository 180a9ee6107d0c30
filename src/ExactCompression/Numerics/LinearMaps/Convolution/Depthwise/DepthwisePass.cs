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
internal sealed unsafe class DepthwisePass<T> : IConvolutionPass<T>
    where T : unmanaged
{
    /// <summary>Elements of channels, and targets, that are processed at a time: they stay in the first-level cache.</summary>
    private const int Cached = 2048;

    private readonly ConvolutionWeights<T> weights;
    private readonly ConvolutionAxis rowAxis;
    private readonly ConvolutionAxis columnAxis;

    /// <summary>Prepares passes.</summary>
    /// <param name="weights">The weights, packed for it.</param>
    /// <param name="rowAxis">The axis of rows.</param>
    /// <param name="columnAxis">The axis of columns.</param>
    public DepthwisePass(ConvolutionWeights<T> weights, ConvolutionAxis rowAxis, ConvolutionAxis columnAxis) =>
        (this.weights, this.rowAxis, this.columnAxis) = (weights, rowAxis, columnAxis);

    /// <summary>Whether there is a pass for a convolution, on this processor.</summary>
    /// <param name="rowAxis">The axis of rows.</param>
    /// <param name="columnAxis">The axis of columns.</param>
    /// <param name="sources">Source channels of a group.</param>
    /// <param name="targets">Target channels of a group.</param>
    public static bool Suits(ConvolutionAxis rowAxis, ConvolutionAxis columnAxis, int sources, int targets) =>
        Avx2.IsSupported && sources == 1 && targets == 1 && Suits(rowAxis) && Suits(columnAxis) && rowAxis.Stride == columnAxis.Stride;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(ReadOnlySpan<T> source, Window from, int rows, ReadOnlySpan<T> bias, Span<T> target, Window to, bool add)
    {
        int groups = weights.Groups, channels, lanes = Vector256<T>.Count;
        int most = to.Width <= lanes ? groups : Math.Clamp(Cached / (from.Plane + to.Plane), 1, groups);
        T[] sums = ArrayPool<T>.Shared.Rent(most * to.Height * lanes);
        fixed (T* pSource = source, pTarget = target, pBias = bias, pSums = sums)
        {
            T* into = pTarget;
            var planes = new DepthwisePlanes<T>
            {
                Rows = new(rowAxis, from.Top, from.Height, to.Top, to.Height),
                Columns = new(columnAxis, from.Left, from.Width, to.Left, to.Width),
                Source = pSource,
            };
            // Vectors may reach into the channels that follow, which are computed later; at the end there are none.
            int all = rows * groups, followed = all - 1 - ((lanes - 1) / to.Plane);
            for (int c = 0; c < all; c += channels, into += (nint)channels * to.Plane)
            {
                int group = c % groups;
                bool direct = !add && pBias == null && c < followed;
                planes.Channels = channels = Math.Min(Math.Min(most, groups - group), direct ? followed - c : all);
                planes.Weights = weights.Values + ((nint)group * weights.GroupSize);
                T* begin = add ? into : pBias == null ? null : pBias + ((nint)group * to.Plane);
                (planes.Pitch, planes.Stride) = direct ? (to.Width, to.Plane) : (lanes, to.Height * lanes);
                for (int column = (to.Width - 1) / lanes * lanes; column >= 0; column -= lanes)
                {
                    planes.Target = direct ? into + column : pSums;
                    Compute(planes, column);
                    if (!direct)
                        Write(planes, column, to, begin, into);
                }

                planes.Source += (nint)channels * from.Plane;
            }
        }

        ArrayPool<T>.Shared.Return(sums);
        GC.KeepAlive(this);
    }

    /// <summary>Writes a column of vectors to where it belongs, and adds what is to be added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(in DepthwisePlanes<T> planes, int column, Window to, T* begin, T* target)
    {
        int lanes = Vector256<T>.Count, valid = Math.Min(lanes, to.Width - column);
        T* sums = planes.Target;
        for (int c = 0; c < planes.Channels; c++, sums += planes.Stride, target += to.Plane, begin += begin == null ? 0 : to.Plane)
        {
            T* first = begin == null ? null : begin + column;
            PlaneWriter.Write(sums, lanes, to.Height, valid, first, to.Width, target + column, to.Width, target + to.Plane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(in DepthwisePlanes<T> planes, int column)
    {
        if (rowAxis.Stride == 1)
            DepthwiseTiles.Unit(planes, column);
        else if (rowAxis.IsTransposed)
            DepthwiseTiles.Doubling(planes, column);
        else
            DepthwiseTiles.Halving(planes, column);
    }

    private static bool Suits(ConvolutionAxis axis) => axis.Taps == DepthwiseAxis.Taps && axis.Dilation == 1 && axis.Stride <= 2;
}
