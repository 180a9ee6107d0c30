using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// Everything that bound propagation needs to know about the inputs of one layer: their range, and the rounding error of sums over them.
/// </summary>
internal sealed class ActivationRange
{
    private ActivationRange(double[] lower, double[] upper)
    {
        Lower = lower;
        Upper = upper;
        Magnitude = new double[lower.Length];
        double sum = 0;
        for (int i = 0; i < lower.Length; i++)
        {
            Magnitude[i] = Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]));
            sum += Magnitude[i];
        }

        Sum = sum;
    }

    /// <summary>Lower ends.</summary>
    public double[] Lower { get; }

    /// <summary>Upper ends.</summary>
    public double[] Upper { get; }

    /// <summary>Largest absolute value of each.</summary>
    public double[] Magnitude { get; }

    /// <summary>Sum of the magnitudes, rounded to nearest: for error terms that have slack.</summary>
    public double Sum { get; }

    /// <summary>
    /// What the rounding of a layer's own weights can add to one of its pre-activations over this range, <c>sum_j R_ij m_j + r_i</c>; 0 for
    /// exact weights. Rounded to nearest: callers allow for that.
    /// </summary>
    /// <param name="layer">A layer whose inputs these are.</param>
    /// <param name="row">0-based neuron.</param>
    public double RadiusOf(AffineLayer layer, int row)
    {
        double radius = layer.BiasRadius.IsEmpty ? 0 : layer.BiasRadius.Span[row];
        if (layer.WeightRadius.IsEmpty)
            return radius;
        ReadOnlySpan<double> weights = layer.WeightRadius.Span.Slice(row * layer.Inputs, layer.Inputs);
        for (int j = 0; j < weights.Length; j++)
            radius += weights[j] * Magnitude[j];
        return radius + Rounding.Underflow;
    }

    /// <summary>The network's input over the domain.</summary>
    public static ActivationRange OfInput(InputDomain domain) => new(domain.Lower.ToArray(), domain.Upper.ToArray());

    /// <summary>The outputs of rectifiers whose pre-activations have proven bounds.</summary>
    public static ActivationRange OfRectified(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        var from = new double[lower.Length];
        var to = new double[lower.Length];
        for (int i = 0; i < from.Length; i++)
        {
            from[i] = Math.Max(0, lower[i]);
            to[i] = Math.Max(0, upper[i]);
        }

        return new(from, to);
    }
}
