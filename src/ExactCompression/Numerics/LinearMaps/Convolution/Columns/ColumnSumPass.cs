using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// A convolution with a stride of 1, or its transpose, that gives a channel or two, such as gradients of images: each element of the
/// source meets so few weights that a copy with zeros around it would take as long as the sums. So sources are read as they lie: targets
/// are summed for each column of the kernel apart, where the source stands, and these sums are added with shifts.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class ColumnSumPass<T> : ConvolutionPass<T>
    where T : unmanaged
{
    private readonly int top;
    private readonly int left;
    private readonly int before;
    private readonly int pitch;

    /// <summary>Prepares a pass.</summary>
    /// <param name="weights">The weights, packed for it.</param>
    /// <param name="windows">The rows and windows.</param>
    public ColumnSumPass(ConvolutionWeights<T> weights, BatchWindows windows)
        : base(weights, windows)
    {
        top = FirstOf(weights.RowAxis, windows.Vertical);
        left = FirstOf(weights.ColumnAxis, windows.Horizontal);

        // What is added with a shift reaches beyond the source's window on both sides, where there are zeros.
        before = Math.Max(0, -left);
        int end = Math.Max(windows.Horizontal.Length, left + weights.ColumnAxis.Taps - 1 + windows.Horizontal.Targets);
        pitch = before + end + Vector256<T>.Count;
    }

    /// <summary>Whether there is a pass for a convolution and windows.</summary>
    /// <param name="rowAxis">The axis of rows.</param>
    /// <param name="columnAxis">The axis of columns.</param>
    /// <param name="targets">Target channels of a group.</param>
    /// <param name="windows">The rows and windows.</param>
    public static bool Suits(ConvolutionAxis rowAxis, ConvolutionAxis columnAxis, int targets, BatchWindows windows) =>
        targets < 3 && Suits(rowAxis, windows.Vertical) && Suits(columnAxis, windows.Horizontal)
        && windows.Horizontal.Length >= ColumnSumTiles.Columns<T>();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<T> source, ReadOnlySpan<T> bias, Span<T> target, bool add)
    {
        int channels = Weights.Groups * Weights.Targets, plane = Windows.TargetPlane, taps = Weights.ColumnAxis.Taps;
        int band = ColumnSumTiles.Rows * pitch;
        T[] scratch = ArrayPool<T>.Shared.Rent((taps + 1) * band);
        scratch.AsSpan(0, taps * band).Clear();
        fixed (T* pSource = source, pTarget = target, pScratch = scratch, pBias = bias)
        {
            for (int row = 0; row < Windows.Rows; row++)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    (int group, int t) = Math.DivRem(channel, Weights.Targets);
                    T* from = pSource + ((((nint)row * Weights.Groups) + group) * Weights.Sources * Windows.SourcePlane);
                    T* at = Weights.Values + ((nint)group * Weights.GroupSize) + ((nint)t * Weights.Sources * Weights.Taps);
                    T* into = pTarget + ((((nint)row * channels) + channel) * plane);
                    Compute(from, at, add ? into : pBias == null ? null : pBias + ((nint)channel * plane), into, pScratch);
                }
            }
        }

        GC.KeepAlive(this);
        ArrayPool<T>.Shared.Return(scratch);
    }

    /// <summary>Computes a channel, band of rows after band.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(T* source, T* weights, T* begin, T* target, T* sums)
    {
        (int height, int width) = (Windows.Vertical.Targets, Windows.Horizontal.Targets);
        int taps = Weights.ColumnAxis.Taps, band = ColumnSumTiles.Rows * pitch;
        T* added = sums + ((nint)taps * band), end = target + ((nint)height * width);
        var rows = new ColumnSumRows<T>
        {
            Source = source,
            Height = Windows.Vertical.Length,
            Width = Windows.Horizontal.Length,
            Channels = Weights.Sources,
            Taps = Weights.RowAxis.Taps,
            WeightStep = (nint)taps * Weights.Sources,
            Pitch = pitch,
        };
        for (int y = 0; y < height; y += ColumnSumTiles.Rows)
        {
            rows.First = top + y;
            int step;
            for (int j = 0; j < taps; j += step)
            {
                rows.Weights = weights + ((nint)j * Weights.Sources);
                rows.Sums = sums + ((nint)j * band) + before;
                bool three = ColumnTripleTiles.IsSupported && j + ColumnTripleTiles.Taps <= taps && ColumnSumTiles.IsInside(rows);
                step = three ? ColumnTripleTiles.Taps : 1;
                if (three)
                    ColumnTripleTiles.Run(rows, band);
                else
                    ColumnSumTiles.Run(rows);
            }

            int count = Math.Min(ColumnSumTiles.Rows, height - y);
            Add(sums + before + left, taps, band, count, width, added);
            nint place = (nint)y * width;
            PlaneWriter.Write(
                added, pitch, count, width, begin == null ? null : begin + place, width, target + place, width, end);
        }
    }

    /// <summary>Adds up the sums of the kernel's columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(T* sums, int taps, nint band, int rows, int width, T* added)
    {
        nint lanes = Vector256<T>.Count;
        for (; rows > 0; rows--, sums += pitch, added += pitch)
        {
            for (nint x = 0; x < width; x += lanes)
            {
                T* at = sums + x;
                Vector256<T> sum = Vector256.Load(at);
                for (int j = 1; j < taps; j++)
                {
                    at += band + 1;
                    sum += Vector256.Load(at);
                }

                sum.Store(added + x);
            }
        }
    }

    private static bool Suits(ConvolutionAxis axis, AxisWindows windows) => axis is { Stride: 1, Dilation: 1 } && windows.Length > 0;

    /// <summary>The element of the source that the first target meets with the first of the packed weights.</summary>
    private static int FirstOf(ConvolutionAxis axis, AxisWindows windows) =>
        axis.IsTransposed ? windows.Shift - axis.Taps + 1 : windows.Shift;
}
