using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// Joins two affine maps into one: <c>W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2)</c>. The joined entries are rounded to double,
/// and the radii of the result enclose the true ones, rounding and the radii of both parts included; they are null where nothing rounded.
/// </summary>
internal static class AffineJoin
{
    /// <summary>The map <c>outer(inner(x))</c>.</summary>
    /// <param name="outer">The map applied last.</param>
    /// <param name="inner">The map applied first.</param>
    /// <param name="cancellation">Ends a long product.</param>
    /// <exception cref="ArgumentException">The widths do not fit.</exception>
    /// <exception cref="OverflowException">An entry leaves the range of double, or there are too many entries.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static AffineMap Compose(AffineMap outer, AffineMap inner, CancellationToken cancellation = default)
    {
        if (outer.Inputs != inner.Outputs)
            throw new ArgumentException($"The outer map takes {outer.Inputs} values, the inner gives {inner.Outputs}.", nameof(outer));
        AffineMap joined = (outer.IsElementwise, inner.IsElementwise) switch
        {
            (true, _) => ScaleRows(outer, inner),
            (false, true) => ScaleColumns(outer, inner),
            _ => Multiply(outer, inner, cancellation),
        };
        RequireFinite(joined);
        return joined;
    }

    /// <summary>Refuses maps with entries beyond the range of double.</summary>
    /// <param name="map">The map.</param>
    /// <exception cref="OverflowException">An entry or a radius is not finite.</exception>
    public static void RequireFinite(AffineMap map)
    {
        foreach (double[]? values in (ReadOnlySpan<double[]?>)[map.Weights, map.Bias, map.WeightRadius, map.BiasRadius])
        {
            if (values is not null && Array.Exists(values, static v => !double.IsFinite(v)))
                throw new OverflowException("The joined weights leave the range of double.");
        }
    }

    /// <summary>An element-by-element map after any other: each row of weights times one factor.</summary>
    private static AffineMap ScaleRows(AffineMap outer, AffineMap inner)
    {
        int columns = inner.IsElementwise ? 1 : inner.Inputs;
        (double[] weights, double[]? weightRadius) = outer.IsShift
            ? (inner.Weights, inner.WeightRadius)
            : Products(inner, k => k / columns, outer);
        (double[] bias, double[] biasRadius) = (new double[outer.Outputs], new double[outer.Outputs]);
        for (int i = 0; i < bias.Length; i++)
        {
            ErrorFreeSum sum = default;
            sum.AddProduct(outer.Weights[i], At(outer.WeightRadius, i), inner.Bias[i], At(inner.BiasRadius, i));
            sum.Add(outer.Bias[i], At(outer.BiasRadius, i));
            (bias[i], biasRadius[i]) = (sum.Value, sum.Radius);
        }

        return inner.IsElementwise
            ? AffineMap.Elementwise(weights, bias, weightRadius, biasRadius)
            : AffineMap.Dense(weights, bias, inner.Outputs, inner.Inputs, weightRadius, biasRadius);
    }

    /// <summary>A dense map after an element-by-element one: each column of weights times one factor.</summary>
    private static AffineMap ScaleColumns(AffineMap outer, AffineMap inner)
    {
        (double[] weights, double[]? weightRadius) = inner.IsShift
            ? (outer.Weights, outer.WeightRadius)
            : Products(outer, k => k % outer.Inputs, inner);
        (double[] bias, double[] biasRadius) = JoinBias(outer, inner);
        return AffineMap.Dense(weights, bias, outer.Outputs, outer.Inputs, weightRadius, biasRadius);
    }

    /// <summary>Each weight of a map times the factor that an element-by-element map has for it.</summary>
    private static (double[] Products, double[] Radius) Products(AffineMap map, Func<int, int> factorOf, AffineMap factors)
    {
        (double[] products, double[] radius) = (new double[map.Weights.Length], new double[map.Weights.Length]);
        for (int k = 0; k < products.Length; k++)
        {
            int factor = factorOf(k);
            ErrorFreeSum sum = default;
            sum.AddProduct(map.Weights[k], At(map.WeightRadius, k), factors.Weights[factor], At(factors.WeightRadius, factor));
            (products[k], radius[k]) = (sum.Value, sum.Radius);
        }

        return (products, radius);
    }

    private static AffineMap Multiply(AffineMap outer, AffineMap inner, CancellationToken cancellation)
    {
        AffineMap.RequireSize(outer.Outputs, inner.Inputs);
        int columns = inner.Inputs;
        var weights = new double[outer.Outputs * columns];
        var weightRadius = new double[outer.Outputs * columns];
        double least = ErrorFreeRow.LeastOf(inner.Weights);
        void Row(int i)
        {
            var sums = new ErrorFreeRow(weights.AsSpan(i * columns, columns), weightRadius.AsSpan(i * columns, columns));
            for (int k = 0; k < outer.Inputs; k++)
            {
                ReadOnlySpan<double> radius = inner.WeightRadius is null ? default : inner.WeightRadius.AsSpan(k * columns, columns);
                int at = i * outer.Inputs + k;
                sums.AddProducts(outer.Weights[at], At(outer.WeightRadius, at), inner.Weights.AsSpan(k * columns, columns), radius, least);
            }

            sums.Finish();
        }

        RowBlocks.Run(
            outer.Outputs,
            (double)columns * outer.Inputs,
            (first, end) =>
            {
                for (int i = first; i < end; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Row(i);
                }
            },
            cancellation);

        (double[] bias, double[] biasRadius) = JoinBias(outer, inner);
        return AffineMap.Dense(weights, bias, outer.Outputs, columns, weightRadius, biasRadius);
    }

    private static (double[] Bias, double[] Radius) JoinBias(AffineMap outer, AffineMap inner)
    {
        (double[] bias, double[] radius) = (new double[outer.Outputs], new double[outer.Outputs]);
        for (int i = 0; i < bias.Length; i++)
        {
            ErrorFreeSum sum = default;
            for (int k = 0; k < outer.Inputs; k++)
            {
                int at = i * outer.Inputs + k;
                sum.AddProduct(outer.Weights[at], At(outer.WeightRadius, at), inner.Bias[k], At(inner.BiasRadius, k));
            }

            sum.Add(outer.Bias[i], At(outer.BiasRadius, i));
            (bias[i], radius[i]) = (sum.Value, sum.Radius);
        }

        return (bias, radius);
    }

    private static double At(double[]? radius, int index) => radius is null ? 0 : radius[index];
}
