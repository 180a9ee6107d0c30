using System.Numerics.Tensors;

namespace ExactCompression.Numerics;

/// <summary>
/// A box of vectors <c>a</c>, <c>lower &lt;= a &lt;= upper</c>, held by centre and radius, over which affine functions are bounded
/// rigorously.
/// </summary>
internal sealed class Box
{
    private readonly double[] center;
    private readonly double[] radius;

    /// <summary>Makes a box from its ends; an end that is not finite means that no bound is known.</summary>
    public Box(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        int size = lower.Length;
        double gamma = UpperBound.Gamma(size + 3);
        center = new double[size];
        radius = new double[size];
        Magnitude = new double[size];
        for (int i = 0; i < size; i++)
        {
            double middle = lower[i] + (0.5 * (upper[i] - lower[i]));
            center[i] = double.IsFinite(middle) ? middle : 0;
            Magnitude[i] = UpperBound.Known(Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i])));
            if (lower[i] != upper[i] || !double.IsFinite(lower[i]))
                radius[i] = UpperBound.Known(Math.BitIncrement(Math.Max(upper[i] - center[i], center[i] - lower[i])));

            // The rounding error of the dot product with the centre, included in the radius so that one product bounds both.
            radius[i] = UpperBound.Add(radius[i], UpperBound.Multiply(gamma, Math.Abs(center[i])));
        }
    }

    /// <summary>Upper bounds of <c>|a_i|</c>.</summary>
    public double[] Magnitude { get; }

    /// <summary>Rigorous bounds of <c>row . a + constant</c> over the box; infinite where nothing is known.</summary>
    public (double Lower, double Upper) Range(ReadOnlySpan<double> row, double constant)
    {
        double middle = TensorPrimitives.Dot(row, center) + constant;
        double spread = UpperBound.MagnitudeDot(row, radius);
        if (spread == 0)
            return (constant, constant); // only zero weights, or only zero inputs
        spread = UpperBound.Add(spread, Math.Abs(middle) * UpperBound.Gamma(2));
        return double.IsFinite(middle) && double.IsFinite(spread)
            ? (Math.BitDecrement(middle - spread), Math.BitIncrement(middle + spread))
            : (double.NegativeInfinity, double.PositiveInfinity);
    }

    /// <summary>An upper bound of <c>|row . a + constant|</c> over the box.</summary>
    public double Largest(ReadOnlySpan<double> row, double constant)
    {
        (double lower, double upper) = Range(row, constant);
        return Math.Max(Math.Abs(lower), Math.Abs(upper));
    }
}
