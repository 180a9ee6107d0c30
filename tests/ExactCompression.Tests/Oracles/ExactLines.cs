using ExactCompression.Bounds;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// What a row over the rectifiers of one layer comes to at most over the input box, with the very lines that a relaxation holds, and
/// without any rounding.
/// </summary>
internal static class ExactLines
{
    /// <summary>
    /// The maximum of <c>constant + sum_i a_i line_i(W_i x + b_i)</c>, for the worst layer within the radii at the point where it is
    /// reached.
    /// </summary>
    public static Dyadic Maximum(
        double constant, ReadOnlySpan<double> row, LayerRelaxation relaxation, ReadOnlySpan<double> slopes, InputDomain domain)
    {
        AffineLayer layer = relaxation.Affine();
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        Dyadic sum = constant;
        var coefficients = new Dyadic[layer.Inputs];
        var sizes = new Dyadic[row.Length];
        for (int i = 0; i < row.Length; i++)
        {
            Dyadic d = (Dyadic)row[i] * (row[i] > 0 ? relaxation.Lines.UpperSlope[i] : slopes[i]);
            if (row[i] > 0)
                sum += (Dyadic)row[i] * relaxation.Lines.UpperIntercept[i];
            sum += d * layer.Bias.Span[i];
            sizes[i] = d.Sign < 0 ? -d : d;
            if (!layer.BiasRadius.IsEmpty)
                sum += sizes[i] * layer.BiasRadius.Span[i];
            for (int j = 0; j < coefficients.Length; j++)
                coefficients[j] += d * layer.Row(i)[j];
        }

        for (int j = 0; j < coefficients.Length; j++)
        {
            double x = coefficients[j].Sign > 0 ? upper[j] : lower[j];
            sum += coefficients[j] * x;
            for (int i = 0; i < row.Length && !layer.WeightRadius.IsEmpty; i++)
                sum += sizes[i] * layer.WeightRadius.Span[(i * layer.Inputs) + j] * Math.Abs(x);
        }

        return sum;
    }

    /// <summary>
    /// Sum of the sizes of everything that is added up in <see cref="Maximum"/>, where all points of the box count: what rounding is
    /// measured by.
    /// </summary>
    public static double Size(double constant, ReadOnlySpan<double> row, LayerRelaxation relaxation, ReadOnlySpan<double> slopes)
    {
        AffineLayer layer = relaxation.Affine();
        double size = Math.Abs(constant);
        for (int i = 0; i < row.Length; i++)
        {
            double d = Math.Abs(row[i]) * (row[i] > 0 ? relaxation.Lines.UpperSlope[i] : slopes[i]);
            size += d * Math.Abs(layer.Bias.Span[i]);
            if (row[i] > 0)
                size += row[i] * relaxation.Lines.UpperIntercept[i];
            for (int j = 0; j < layer.Inputs; j++)
                size += d * Math.Abs(layer.Row(i)[j]) * relaxation.Sources[0].Range.Magnitude[j];
        }

        return size;
    }
}
