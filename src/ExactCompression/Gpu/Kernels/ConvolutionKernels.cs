using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>A convolution forward and backward, one column per point, without unrolling it to a matrix.</summary>
/// <remarks>
/// A thread computes four channels of one position for four points. Threads side by side have neighbouring points, so values are read and
/// written coalesced; all threads of a group read the same weights, and their positions overlap in what they read, so most reads come from
/// the cache. Four values and four weights give 16 multiply-adds, as in the dense products; and since only channels of one group and one
/// position share filters, few channels waste little, which larger tiles would not.
/// </remarks>
internal static class ConvolutionKernels
{
    /// <summary>Channels, and points, of a thread.</summary>
    public const int PerThread = 4;

    /// <summary><c>Z = W max(X, floor) + b</c>, or <c>Z += W max(X, floor)</c>.</summary>
    /// <param name="geometry">Targets are the results.</param>
    /// <param name="weights">Blocks of four target channels x taps x source channels x 4.</param>
    /// <param name="bias">One for each row of Z.</param>
    /// <param name="x">Inputs x points.</param>
    /// <param name="floor">What <paramref name="x"/> is clipped at from below.</param>
    /// <param name="add">Whether to add to Z instead of the biases: 0 or not.</param>
    /// <param name="z">Results x points.</param>
    public static void Apply(
        ConvolutionGeometry geometry, ArrayView<float> weights, ArrayView<float> bias, MatrixView x, float floor, int add, MatrixView z)
    {
        int places = (geometry.TargetPlane + Group.DimY - 1) / Group.DimY;
        int n = FirstPoint();
        for (int at = Grid.IdxY; at < places * geometry.Blocks; at += Grid.DimY)
        {
            int block = at / places;
            int place = ((at - (block * places)) * Group.DimY) + Group.IdxY;
            if (place >= geometry.TargetPlane)
                continue;
            RegisterBlock sum = Sum<ForwardWay>(geometry, weights, block, place, x, floor, n);
            int channels = ChannelsOf(geometry, block);
            int row = FirstRow(geometry, block, place);
            PutRow(bias, add, z, channels > 0, row, n, sum.R0);
            PutRow(bias, add, z, channels > 1, row + geometry.TargetPlane, n, sum.R1);
            PutRow(bias, add, z, channels > 2, row + (2 * geometry.TargetPlane), n, sum.R2);
            PutRow(bias, add, z, channels > 3, row + (3 * geometry.TargetPlane), n, sum.R3);
        }
    }

    /// <summary><c>G' = (Wᵀ G) ∘ [Z' &gt; floor]</c>, or that added to <c>G'</c>.</summary>
    /// <param name="geometry">Targets are the convolution's inputs.</param>
    /// <param name="weights">Blocks of four target channels x taps x source channels x 4.</param>
    /// <param name="gradient">Results x points.</param>
    /// <param name="below">Inputs x points.</param>
    /// <param name="floor">The value of <paramref name="below"/> above which the gradient passes.</param>
    /// <param name="add">Whether to add: 0 or not.</param>
    /// <param name="result">Inputs x points.</param>
    public static void Pull(
        ConvolutionGeometry geometry, ArrayView<float> weights, MatrixView gradient, MatrixView below, float floor, int add,
        MatrixView result)
    {
        int places = (geometry.TargetPlane + Group.DimY - 1) / Group.DimY;
        int n = FirstPoint();
        for (int at = Grid.IdxY; at < places * geometry.Blocks; at += Grid.DimY)
        {
            int block = at / places;
            int place = ((at - (block * places)) * Group.DimY) + Group.IdxY;
            if (place >= geometry.TargetPlane)
                continue;
            RegisterBlock sum = Sum<BackwardWay>(geometry, weights, block, place, gradient, float.NegativeInfinity, n);
            int channels = ChannelsOf(geometry, block);
            int row = FirstRow(geometry, block, place);
            GradientRow.Put(below, floor, add, result, channels > 0 ? row : -1, n, Group.DimX, sum.R0);
            GradientRow.Put(below, floor, add, result, channels > 1 ? row + geometry.TargetPlane : -1, n, Group.DimX, sum.R1);
            GradientRow.Put(below, floor, add, result, channels > 2 ? row + (2 * geometry.TargetPlane) : -1, n, Group.DimX, sum.R2);
            GradientRow.Put(below, floor, add, result, channels > 3 ? row + (3 * geometry.TargetPlane) : -1, n, Group.DimX, sum.R3);
        }
    }

    /// <summary><c>G'[k, n] = s_n W[t_n, k] [Z'[k, n] &gt; floor]</c>, or that added to <c>G'</c>.</summary>
    /// <param name="geometry">Targets are the results.</param>
    /// <param name="weights">Blocks of four target channels x taps x source channels x 4.</param>
    /// <param name="targets">Length N: results.</param>
    /// <param name="signs">Length N.</param>
    /// <param name="below">Inputs x points.</param>
    /// <param name="floor">The value of <paramref name="below"/> above which the gradient passes.</param>
    /// <param name="add">Whether to add: 0 or not.</param>
    /// <param name="result">Inputs x points.</param>
    public static void Seed(
        ConvolutionGeometry geometry, ArrayView<float> weights, ArrayView<int> targets, ArrayView<float> signs, MatrixView below,
        float floor, int add, MatrixView result)
    {
        int n = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (n >= result.IntExtent.Y)
            return;
        int channel = targets[n] / geometry.TargetPlane;
        int place = targets[n] - (channel * geometry.TargetPlane);
        int group = channel / geometry.TargetChannels;
        channel -= group * geometry.TargetChannels;
        int top = ((place / geometry.TargetWidth) * geometry.StrideRows) - geometry.PadTop;
        int left = ((place % geometry.TargetWidth) * geometry.StrideColumns) - geometry.PadLeft;
        int first = ((group * geometry.BlocksOfGroup) + (channel / PerThread)) * geometry.KernelHeight * geometry.KernelWidth;
        int plane = geometry.SourceHeight * geometry.SourceWidth;
        float sign = signs[n];
        for (int k = (Grid.IdxY * Group.DimY) + Group.IdxY; k < result.IntExtent.X; k += Grid.DimY * Group.DimY)
        {
            int source = k / plane;
            int at = k - (source * plane);
            source -= group * geometry.SourceChannels;
            int i = TapOf((at / geometry.SourceWidth) - top, geometry.DilationRows, geometry.KernelHeight);
            int j = TapOf((at % geometry.SourceWidth) - left, geometry.DilationColumns, geometry.KernelWidth);
            float weight = 0f;
            if (source >= 0 && source < geometry.SourceChannels && i >= 0 && j >= 0)
            {
                int tap = first + (i * geometry.KernelWidth) + j;
                weight = weights[(((tap * geometry.SourceChannels) + source) * PerThread) + (channel % PerThread)];
            }

            GradientRow.PutOne(below, floor, add, result, k, n, sign * weight);
        }
    }

    private static int FirstPoint() => (Grid.IdxX * Group.DimX * PerThread) + Group.IdxX;

    /// <summary>The row of a block's first channel.</summary>
    private static int FirstRow(ConvolutionGeometry geometry, int block, int place)
    {
        int group = block / geometry.BlocksOfGroup;
        int channel = (block - (group * geometry.BlocksOfGroup)) * PerThread;
        return (((group * geometry.TargetChannels) + channel) * geometry.TargetPlane) + place;
    }

    /// <summary>How many channels a block has, if not more than four.</summary>
    private static int ChannelsOf(ConvolutionGeometry geometry, int block) =>
        geometry.TargetChannels - ((block % geometry.BlocksOfGroup) * PerThread);

    /// <summary>Four channels of one position: rows of the block are channels, columns points.</summary>
    private static RegisterBlock Sum<TWay>(
        ConvolutionGeometry geometry, ArrayView<float> weights, int block, int place, MatrixView x, float floor, int n)
        where TWay : struct, IConvolutionWay
    {
        // Points beyond the last are computed with it, and not stored.
        int last = x.IntExtent.Y - 1;
        int n0 = IntrinsicMath.Min(n, last);
        int n1 = IntrinsicMath.Min(n + Group.DimX, last);
        int n2 = IntrinsicMath.Min(n + (2 * Group.DimX), last);
        int n3 = IntrinsicMath.Min(n + (3 * Group.DimX), last);
        int row = place / geometry.TargetWidth;
        int column = place - (row * geometry.TargetWidth);
        int plane = geometry.SourceHeight * geometry.SourceWidth;
        int sources = block / geometry.BlocksOfGroup * geometry.SourceChannels * plane;
        int at = block * geometry.KernelHeight * geometry.KernelWidth * geometry.SourceChannels * PerThread;

        var sum = default(RegisterBlock);
        for (int i = 0; i < geometry.KernelHeight; i++)
        {
            int h = default(TWay).Source(row, i, geometry.StrideRows, geometry.PadTop, geometry.DilationRows);
            for (int j = 0; j < geometry.KernelWidth; j++)
            {
                int w = default(TWay).Source(column, j, geometry.StrideColumns, geometry.PadLeft, geometry.DilationColumns);
                int tap = at + (((i * geometry.KernelWidth) + j) * geometry.SourceChannels * PerThread);
                if (h < 0 || h >= geometry.SourceHeight || w < 0 || w >= geometry.SourceWidth)
                    continue;
                int k = sources + (h * geometry.SourceWidth) + w;
                for (int c = 0; c < geometry.SourceChannels; c++)
                {
                    var a = Quad.Of(weights[tap], weights[tap + 1], weights[tap + 2], weights[tap + 3]);
                    var b = Quad.Of(
                        AffineKernel.Rectify(x[k, n0], floor), AffineKernel.Rectify(x[k, n1], floor),
                        AffineKernel.Rectify(x[k, n2], floor), AffineKernel.Rectify(x[k, n3], floor));
                    sum = RegisterBlock.AddOuterProduct(sum, a, b);
                    tap += PerThread;
                    k += plane;
                }
            }
        }

        return sum;
    }

    /// <summary>The tap that meets an offset; -1 if none does.</summary>
    private static int TapOf(int offset, int dilation, int taps) =>
        offset >= 0 && offset % dilation == 0 && offset / dilation < taps ? offset / dilation : -1;

    private static void PutRow(ArrayView<float> bias, int add, MatrixView z, bool exists, int row, int n, Quad values)
    {
        if (!exists)
            return;
        float shift = add != 0 ? 0f : bias[row];
        Put(add, z, row, n, values.E0 + shift);
        Put(add, z, row, n + Group.DimX, values.E1 + shift);
        Put(add, z, row, n + (2 * Group.DimX), values.E2 + shift);
        Put(add, z, row, n + (3 * Group.DimX), values.E3 + shift);
    }

    private static void Put(int add, MatrixView z, int row, int n, float value)
    {
        if (n < z.IntExtent.Y)
            z[row, n] = add != 0 ? z[row, n] + value : value;
    }
}
