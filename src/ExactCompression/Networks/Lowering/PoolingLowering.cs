using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>Poolings as linear maps and, for the maximum, rectifiers: <c>max(x, y) = x + max(0, y - x)</c>, column by column and then row
/// by row.</summary>
/// <param name="layers">Where the layers go.</param>
internal sealed class PoolingLowering(LoweringLayers layers)
{
    /// <summary>The largest element of each window.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="geometry">The windows.</param>
    /// <param name="operand">What is pooled.</param>
    public AffineExpression Maximum(string name, ConvolutionShape geometry, AffineExpression operand)
    {
        MapShape input = operand.Shape;
        int height = geometry.OutputHeight(input.Height), width = geometry.OutputWidth(input.Width);
        int[] channels = All(input.Channels);
        int[][] columns = Taps(geometry.KernelWidth, width, input.Width, geometry.InputColumn);
        int[][] rows = Taps(geometry.KernelHeight, height, input.Height, geometry.InputRow);
        AffineExpression wide = Largest(name, operand, columns, tap => new SelectionMap(input, channels, All(input.Height), tap));
        MapShape middle = wide.Shape;
        return Largest(name, wide, rows, tap => new SelectionMap(middle, channels, tap, All(width)));
    }

    /// <summary>The mean of each window.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="pool">The windows, and what counts in them.</param>
    /// <param name="operand">What is pooled.</param>
    public AffineExpression Mean(string name, AveragePoolOperator pool, AffineExpression operand)
    {
        MapShape input = operand.Shape;
        ConvolutionShape geometry = pool.Geometry;
        int height = geometry.OutputHeight(input.Height), width = geometry.OutputWidth(input.Width);
        int[] tall = Counts(
            geometry.KernelHeight, height, input.Height, geometry.PadTop, pool.Padded.Bottom, pool.CountsPadding, geometry.InputRow);
        int[] wide = Counts(
            geometry.KernelWidth, width, input.Width, geometry.PadLeft, pool.Padded.Right, pool.CountsPadding, geometry.InputColumn);
        var filters = new double[input.Channels * geometry.KernelHeight * geometry.KernelWidth];
        int count = tall[0] * wide[0];
        bool uniform = Array.TrueForAll(tall, n => n == tall[0]) && Array.TrueForAll(wide, n => n == wide[0]) && int.IsPow2(count);
        Array.Fill(filters, uniform ? 1.0 / count : 1);
        AffineExpression sums = layers.Apply(
            name, new ConvolutionMap(filters, input.Channels, input, geometry, input.Channels), operand);
        return uniform ? sums : Quotient(name, sums, i => tall[i / width % height] * wide[i % width]);
    }

    /// <summary>Each element divided by a number.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="operand">What is divided.</param>
    /// <param name="divisor">The number for each element.</param>
    public AffineExpression Quotient(string name, AffineExpression operand, Func<int, int> divisor)
    {
        var (factors, radii) = (new double[operand.Shape.Count], new double[operand.Shape.Count]);
        for (int i = 0; i < factors.Length; i++)
            (factors[i], radii[i]) = RoundedQuotient.Reciprocal(divisor(i));
        bool exact = radii.AsSpan().IndexOfAnyExcept(0.0) < 0;
        return layers.Apply(name, new DiagonalMap(operand.Shape, factors, exact ? null : radii), operand);
    }

    private AffineExpression Largest(string name, AffineExpression operand, int[][] taps, Func<int[], SelectionMap> select)
    {
        AffineExpression largest = layers.Apply(name, select(taps[0]), operand);
        foreach (int[] tap in taps.Skip(1))
        {
            AffineExpression next = layers.Apply(name, select(tap), operand);
            AffineExpression difference = layers.Sum(name, next.Shape, (next, 1, true), (largest, -1, false));
            AffineExpression excess = layers.Rectify(name, difference, once: true, 0, 0);
            largest = layers.Sum(name, next.Shape, (largest, 1, false), (excess, 1, false));
        }

        return largest;
    }

    /// <summary>
    /// For each tap of the kernel, which element of the axis it meets at each position; in the padding, one that the window has anyway.
    /// </summary>
    private static int[][] Taps(int kernel, int positions, int length, Func<int, int, int> meet)
    {
        var taps = new int[kernel][];
        for (int k = 0; k < kernel; k++)
        {
            taps[k] = new int[positions];
            for (int p = 0; p < positions; p++)
            {
                int at = meet(p, k);
                taps[k][p] = at >= 0 && at < length
                    ? at
                    : Enumerable.Range(0, kernel).Select(other => meet(p, other)).First(other => other >= 0 && other < length);
            }
        }

        return taps;
    }

    private static int[] Counts(
        int kernel, int positions, int length, int before, int after, bool countsPadding, Func<int, int, int> meet)
    {
        (int least, int most) = countsPadding ? (-before, length + after) : (0, length);
        return
        [
            .. Enumerable.Range(0, positions)
                .Select(p => Enumerable.Range(0, kernel).Count(k => meet(p, k) >= least && meet(p, k) < most)),
        ];
    }

    private static int[] All(int count) => [.. Enumerable.Range(0, count)];
}
