using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Nodes;

/// <summary>The windows of two convolutions, one after the other, as those of one.</summary>
/// <param name="Geometry">The windows.</param>
/// <param name="Taps">For each tap of the second and each of the first, the tap of the joined window: second-major.</param>
internal sealed record JoinedWindows(ConvolutionShape Geometry, int[] Taps)
{
    /// <summary>The joined windows; null where no convolution has them.</summary>
    /// <remarks>
    /// Row <c>r</c> of the second reads rows <c>s_2 r - p_2 + d_2 t_2</c> of the first, which reads rows <c>s_1 (...) - p_1 + d_1 t_1</c>:
    /// together <c>s_1 s_2 r - (p_1 + s_1 p_2) + s_1 d_2 t_2 + d_1 t_1</c>. In the second's padding the first gives 0, whereas the joined
    /// convolution computes something there. That is 0 without its bias where the first has one tap and no padding, for then it is outside
    /// of the input as well: the caller must know that no bias matters.
    /// </remarks>
    /// <param name="first">Windows of the first.</param>
    /// <param name="second">Windows of the second.</param>
    /// <param name="input">What the first takes.</param>
    /// <param name="output">What the second gives.</param>
    public static JoinedWindows? Of(ConvolutionShape first, ConvolutionShape second, TensorShape input, TensorShape output)
    {
        MapShape from = MapShapes.Of(input), to = MapShapes.Of(output);
        if (Axis.Rows(first).Then(Axis.Rows(second)) is not { } rows || Axis.Columns(first).Then(Axis.Columns(second)) is not { } columns
            || rows.Fitted(from.Height, to.Height) is not { } tall || columns.Fitted(from.Width, to.Width) is not { } wide)
            return null;
        ConvolutionShape geometry = Axis.Both(tall, wide);
        var taps = new int[second.Taps * first.Taps];
        for (int t = 0; t < second.Taps; t++)
        {
            for (int u = 0; u < first.Taps; u++)
            {
                int row = ((t / second.KernelWidth * second.DilationRows * first.StrideRows)
                    + (u / first.KernelWidth * first.DilationRows)) / tall.Dilation;
                int column = ((t % second.KernelWidth * second.DilationColumns * first.StrideColumns)
                    + (u % first.KernelWidth * first.DilationColumns)) / wide.Dilation;
                taps[(t * first.Taps) + u] = (row * geometry.KernelWidth) + column;
            }
        }

        return new(geometry, taps);
    }

    /// <summary>The filters of the joined windows.</summary>
    /// <param name="outputs">Channels of what the second gives.</param>
    /// <param name="channels">Channels of what the first takes.</param>
    /// <param name="row">For an output and a tap of the second, weights on each channel and tap of the first: channel-major.</param>
    /// <param name="magnitude">Of those, the largest magnitudes of what they may read.</param>
    /// <returns>The filters, and for each output how far summing several weights in one tap may move it.</returns>
    public (double[] Filters, double[] Moved) Filters(int outputs, int channels, Func<int, int, double[]> row, double[] magnitude)
    {
        int first = magnitude.Length / channels, second = Taps.Length / first, taps = Geometry.Taps;
        var (filters, moved) = (new double[outputs * channels * taps], new double[outputs]);
        var sums = new ErrorFreeSum[channels * taps];
        for (int o = 0; o < outputs; o++)
        {
            Array.Clear(sums);
            for (int t = 0; t < second; t++)
            {
                double[] weights = row(o, t);
                for (int c = 0; c < weights.Length; c++)
                    sums[(c / first * taps) + Taps[(t * first) + (c % first)]].Add(weights[c]);
            }

            for (int at = 0; at < sums.Length; at++)
            {
                filters[(o * sums.Length) + at] = sums[at].Value;
                if (sums[at].Radius is > 0 and var radius)
                    moved[o] = UpperBound.Add(moved[o], UpperBound.Multiply(radius, magnitude[at / taps * first]));
            }
        }

        return (filters, moved);
    }

    /// <summary>The windows along one axis.</summary>
    /// <param name="Kernel">Taps.</param>
    /// <param name="Stride">Step between windows.</param>
    /// <param name="Before">Zeros before the first element.</param>
    /// <param name="After">Zeros behind the last.</param>
    /// <param name="Dilation">Step between taps.</param>
    internal readonly record struct Axis(int Kernel, int Stride, int Before, int After, int Dilation)
    {
        /// <summary>Those of the rows.</summary>
        /// <param name="shape">Both.</param>
        public static Axis Rows(ConvolutionShape shape) =>
            new(shape.KernelHeight, shape.StrideRows, shape.PadTop, shape.PadBottom, shape.DilationRows);

        /// <summary>Those of the columns.</summary>
        /// <param name="shape">Both.</param>
        public static Axis Columns(ConvolutionShape shape) =>
            new(shape.KernelWidth, shape.StrideColumns, shape.PadLeft, shape.PadRight, shape.DilationColumns);

        /// <summary>Both together.</summary>
        /// <param name="rows">Those of the rows.</param>
        /// <param name="columns">Those of the columns.</param>
        public static ConvolutionShape Both(Axis rows, Axis columns) => new(
            rows.Kernel, columns.Kernel, rows.Stride, columns.Stride, rows.Before, columns.Before, rows.After, columns.After,
            rows.Dilation, columns.Dilation);

        /// <summary>Windows over these windows; null where padding between forbids it, or numbers become too large.</summary>
        /// <param name="second">The windows over what these give.</param>
        public Axis? Then(Axis second)
        {
            if (second.Before + second.After > 0 && (Kernel > 1 || Before + After > 0))
                return null;
            long step = (long)second.Dilation * Stride, stride = (long)Stride * second.Stride;
            long before = Before + ((long)Stride * second.Before);
            long dilation = Kernel == 1 ? step : second.Kernel == 1 ? Dilation : Divisor(step, Dilation);
            long kernel = ((((second.Kernel - 1) * step) + ((Kernel - 1L) * Dilation)) / dilation) + 1;
            const int Most = 1 << 20;
            return before < 0 || Math.Max(Math.Max(dilation, stride), Math.Max(before, kernel)) > Most
                ? null
                : new((int)kernel, (int)stride, (int)before, 0, (int)dilation);
        }

        /// <summary>The same windows with as few zeros behind as a number of windows needs; null where there are always more.</summary>
        /// <param name="length">Elements of what is read.</param>
        /// <param name="windows">How many windows there are to be.</param>
        public Axis? Fitted(int length, int windows)
        {
            long reach = ((long)(windows - 1) * Stride) + ((long)Dilation * (Kernel - 1)) + 1 - Before - length;
            Axis fitted = this with { After = (int)Math.Max(0, reach) };
            return (((long)length + Before + fitted.After - ((long)Dilation * (Kernel - 1)) - 1) / Stride) + 1 == windows ? fitted : null;
        }

        /// <summary>The same windows with as few taps as there can be, and the first tap that is kept.</summary>
        /// <param name="length">Elements of what is read.</param>
        /// <param name="windows">How many windows there are.</param>
        /// <param name="isNothing">Whether a tap does not matter; nor does one that meets nothing but padding.</param>
        public (Axis Axis, int First) Trimmed(int length, int windows, Func<int, bool> isNothing)
        {
            Axis axis = this;
            bool IsNothing(int tap) => isNothing(tap) || !Enumerable.Range(0, windows).Any(w => axis.Meets(w, tap, length));
            int first = 0, end = Kernel;
            while (end - first > 1 && Before >= (first + 1) * Dilation && IsNothing(first))
                first++;
            while (end - first > 1 && IsNothing(end - 1))
                end--;
            for (; end <= Kernel; end++)
            {
                Axis less = this with { Kernel = end - first, Before = Before - (first * Dilation) };
                if (less.Fitted(length, windows) is { } fitted)
                    return (end - first == Kernel ? this : fitted, first);
            }

            return (this, 0);
        }

        /// <summary>Whether a tap of a window meets an element, and not the padding.</summary>
        /// <param name="window">The window.</param>
        /// <param name="tap">The tap.</param>
        /// <param name="length">Elements of what is read.</param>
        public bool Meets(int window, int tap, int length) =>
            ((long)window * Stride) - Before + ((long)tap * Dilation) is var at && at >= 0 && at < length;

        private static long Divisor(long a, long b)
        {
            while (b != 0)
                (a, b) = (b, a % b);
            return a;
        }
    }
}
