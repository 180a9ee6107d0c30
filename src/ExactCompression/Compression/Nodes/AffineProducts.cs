using ExactCompression.Compression.Channels;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Nodes;

/// <summary>An affine operator that does what two did, up to a proven distance.</summary>
/// <param name="Operator">A convolution or a matrix.</param>
/// <param name="Moved">For each of its outputs, how far it may be from what the two gave.</param>
internal sealed record AffineProduct(Operator Operator, double[] Moved);

/// <summary>
/// Products of affine operators in a row: weights in double, with the rounding of each bounded by what it multiplies.
/// </summary>
/// <param name="ranges">Ranges of the values.</param>
internal sealed class AffineProducts(ValueRanges ranges)
{
    /// <summary>A normalisation behind a convolution or matrix.</summary>
    /// <param name="op">The convolution or matrix.</param>
    /// <param name="value">What it takes.</param>
    /// <param name="scale">A factor and a term for each of its outputs.</param>
    public AffineProduct Behind(Operator op, int value, AffineMap scale)
    {
        double[] weights = FilterWeights.WeightsOf(op), bias = FilterWeights.BiasOf(op);
        var rows = AffineMap.Dense(weights, bias, bias.Length, weights.Length / bias.Length);
        AffineMap joined = AffineJoin.Compose(scale, rows);
        return new(With(op, joined.Weights, joined.Bias), Lost(joined, row => ranges.Patch(op, value, row).Magnitude));
    }

    /// <summary>
    /// A normalisation in front of a convolution or matrix; null where its terms would be missing in the padding.
    /// </summary>
    /// <param name="op">The convolution or matrix.</param>
    /// <param name="scale">Factors and terms.</param>
    /// <param name="entry">For a row and a column of the weights, the factor that belongs to it.</param>
    /// <param name="magnitude">For a row and a column, the largest magnitude of what the normalisation takes there.</param>
    public static AffineProduct? Before(
        Operator op, AffineMap scale, Func<int, int, int> entry, Func<int, int, double> magnitude)
    {
        double[] weights = [.. FilterWeights.WeightsOf(op)], bias = [.. FilterWeights.BiasOf(op)];
        bool pads = op is ConvolutionOperator { Geometry.HasPadding: true };
        int columns = weights.Length / bias.Length;
        var moved = new double[bias.Length];
        for (int o = 0; o < bias.Length; o++)
        {
            ErrorFreeSum sum = default;
            sum.Add(bias[o]);
            for (int c = 0; c < columns; c++)
            {
                int at = (o * columns) + c, k = entry(o, c);
                double weight = weights[at], shift = scale.BiasRadius?[k] ?? 0;
                if (weight == 0)
                    continue;
                if (pads && (scale.Bias[k] != 0 || shift != 0))
                    return null;
                sum.AddProduct(weight, 0, scale.Bias[k], shift);
                ErrorFreeSum product = default;
                product.AddProduct(weight, 0, scale.IsShift ? 1 : scale.Weights[k], scale.WeightRadius?[k] ?? 0);
                weights[at] = product.Value;
                if (product.Radius > 0)
                    moved[o] = UpperBound.Add(moved[o], UpperBound.Multiply(product.Radius, magnitude(o, c)));
            }

            (bias[o], moved[o]) = (sum.Value, UpperBound.Add(moved[o], sum.Radius));
        }

        return new(With(op, weights, bias), moved);
    }

    /// <summary>Two matrices.</summary>
    /// <param name="first">The first.</param>
    /// <param name="value">What it takes.</param>
    /// <param name="second">The second.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public AffineProduct Of(DenseOperator first, int value, DenseOperator second, CancellationToken cancellation)
    {
        AffineMap joined = AffineJoin.Compose(Map(second.Weights, second.Bias), Map(first.Weights, first.Bias), cancellation);
        return new(new DenseOperator(joined.Weights, joined.Bias, first.Inputs, second.Stored),
            Lost(joined, row => ranges.Patch(first, value, row).Magnitude));
    }

    /// <summary>Two convolutions without groups; null where no convolution does the same.</summary>
    /// <param name="first">The first.</param>
    /// <param name="value">What it takes.</param>
    /// <param name="second">The second.</param>
    /// <param name="windows">Their windows together.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public AffineProduct? Of(
        ConvolutionOperator first, int value, ConvolutionOperator second, JoinedWindows windows, CancellationToken cancellation)
    {
        int taps = second.Geometry.Taps, middle = first.Channels, outputs = second.Channels;
        var rows = new double[second.Filters.Length]; // a row for each output and tap
        for (int at = 0; at < rows.Length; at++)
            rows[(((at / taps / middle * taps) + (at % taps)) * middle) + (at / taps % middle)] = second.Filters[at];
        AffineMap joined = AffineJoin.Compose(
            Map(rows, new double[outputs * taps]), Map(first.Filters, first.Bias), cancellation);
        if (second.Geometry.HasPadding && (joined.BiasRadius is not null || joined.Bias.AsSpan().IndexOfAnyExcept(0.0) >= 0))
            return null;
        double[] magnitude = ranges.Patch(first, value, 0).Magnitude, lost = Lost(joined, _ => magnitude);
        (double[] filters, double[] moved) = windows.Filters(
            outputs, magnitude.Length / first.Geometry.Taps,
            (o, t) => joined.Weights[(((o * taps) + t) * joined.Inputs)..(((o * taps) + t + 1) * joined.Inputs)], magnitude);
        double[] bias = FilterWeights.Absorbed(second.Bias, joined.Bias, lost, moved);
        return new(new ConvolutionOperator(filters, bias, windows.Geometry, 1, second.Stored), moved);
    }

    /// <summary>A convolution without groups, and a matrix that reads all of its elements.</summary>
    /// <param name="first">The convolution.</param>
    /// <param name="value">What it takes.</param>
    /// <param name="input">Shape of that.</param>
    /// <param name="output">Shape of what the convolution gives.</param>
    /// <param name="second">The matrix.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public AffineProduct Of(
        ConvolutionOperator first, int value, MapShape input, MapShape output, DenseOperator second, CancellationToken cancellation)
    {
        ConvolutionShape geometry = first.Geometry;
        double[] weights = new double[second.Outputs * input.Count], bias = new double[second.Outputs], moved = new double[bias.Length];
        double[] magnitude = new Box(ranges.Lower(value), ranges.Upper(value)).Magnitude;
        var sums = new ErrorFreeSum[input.Count];
        for (int o = 0; o < bias.Length; o++)
        {
            cancellation.ThrowIfCancellationRequested();
            Array.Clear(sums);
            ErrorFreeSum sum = default;
            sum.Add(second.Bias[o]);
            for (int e = 0; e < output.Count; e++)
            {
                double by = second.Weights[(o * second.Inputs) + e];
                if (by == 0)
                    continue;
                int channel = e / output.Plane, row = e % output.Plane / output.Width, column = e % output.Width;
                sum.AddProduct(by, 0, first.Bias[channel], 0);
                for (int at = 0; at < input.Channels * geometry.Taps; at++)
                {
                    int y = geometry.InputRow(row, at % geometry.Taps / geometry.KernelWidth);
                    int x = geometry.InputColumn(column, at % geometry.KernelWidth);
                    if (y >= 0 && y < input.Height && x >= 0 && x < input.Width)
                        sums[input.IndexOf(at / geometry.Taps, y, x)].AddProduct(
                            by, 0, first.Filters[(channel * input.Channels * geometry.Taps) + at], 0);
                }
            }

            for (int i = 0; i < sums.Length; i++)
            {
                weights[(o * sums.Length) + i] = sums[i].Value;
                if (sums[i].Radius is > 0 and var radius)
                    moved[o] = UpperBound.Add(moved[o], UpperBound.Multiply(radius, magnitude[i]));
            }

            (bias[o], moved[o]) = (sum.Value, UpperBound.Add(moved[o], sum.Radius));
        }

        return new(new DenseOperator(weights, bias, input.Count, second.Stored), moved);
    }

    private static AffineMap Map(double[] weights, double[] bias) =>
        AffineMap.Dense(weights, bias, bias.Length, weights.Length / bias.Length);

    private static Operator With(Operator op, double[] weights, double[] bias) => op is ConvolutionOperator convolution
        ? convolution with { Filters = weights, Bias = bias }
        : (DenseOperator)op with { Weights = weights, Bias = bias };

    /// <summary>For each row, what the radii of its weights and bias amount to.</summary>
    private static double[] Lost(AffineMap map, Func<int, double[]> magnitude)
    {
        var lost = new double[map.Outputs];
        for (int row = 0; row < lost.Length; row++)
        {
            lost[row] = map.BiasRadius?[row] ?? 0;
            if (map.WeightRadius is { } radii && radii.AsSpan(row * map.Inputs, map.Inputs) is var own && own.IndexOfAnyExcept(0.0) >= 0)
                lost[row] = UpperBound.Add(lost[row], UpperBound.MagnitudeDot(own, magnitude(row)));
        }

        return lost;
    }
}
