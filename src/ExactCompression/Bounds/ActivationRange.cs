using System.Runtime.CompilerServices;
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
        return IsZero(weights) ? radius : radius + Rounding.Underflow;
    }

    /// <summary>
    /// What the rounding of a term's own weights can add to one element over this range, <c>sum_j R_ij m_j</c>, to an error so far. Rounded
    /// to nearest: callers allow for that.
    /// </summary>
    /// <param name="error">The error so far.</param>
    /// <param name="radius">The radii of the map, or null where its weights are exact.</param>
    /// <param name="element">0-based element of what the map gives.</param>
    /// <param name="row">A buffer.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double PlusRadius(double error, ILinearMap? radius, int element, SparseRow row)
    {
        if (radius is null)
            return error;
        radius.ReadRow(element, row);
        for (int k = 0; k < row.Count; k++)
            error += row.Weights[k] * Magnitude[row.Columns[k]];
        return IsZero(row.Weights) ? error : error + Rounding.Underflow;
    }

    /// <summary>Whether a row of radii has none: its neuron, such as one whose scale of normalisation is 0, may be 0 exactly.</summary>
    private static bool IsZero(ReadOnlySpan<double> radii) => radii.IndexOfAnyExcept(0.0) < 0;

    /// <summary>The size of an element of a map of these values at most, <c>sum_j |w_ij| m_j</c>, rounded to nearest.</summary>
    /// <param name="map">The map.</param>
    /// <param name="element">0-based element of what it gives.</param>
    /// <param name="row">A buffer.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double SizeOf(ILinearMap map, int element, SparseRow row)
    {
        double size = 0;
        if (map is DenseMap dense)
        {
            ReadOnlySpan<double> weights = dense.Row(element);
            for (int j = 0; j < weights.Length; j++)
                size += Math.Abs(weights[j]) * Magnitude[j];
            return size;
        }

        map.ReadRow(element, row);
        ReadOnlySpan<int> columns = row.Columns;
        ReadOnlySpan<double> entries = row.Weights;
        for (int k = 0; k < entries.Length; k++)
            size += Math.Abs(entries[k]) * Magnitude[columns[k]];
        return size;
    }

    /// <summary>The network's input over the domain.</summary>
    public static ActivationRange OfInput(InputDomain domain) => new(domain.Lower.ToArray(), domain.Upper.ToArray());

    /// <summary>Values with proven bounds.</summary>
    public static ActivationRange Of(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper) => new(lower.ToArray(), upper.ToArray());

    /// <summary>What a smooth function that grows gives of pre-activations with proven bounds.</summary>
    public static ActivationRange OfSmooth(SmoothFunction smooth, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        var from = new double[lower.Length];
        var to = new double[lower.Length];
        for (int i = 0; i < from.Length; i++)
        {
            from[i] = smooth.Enclose(lower[i]).Lower;
            to[i] = smooth.Enclose(upper[i]).Upper;
        }

        return new(from, to);
    }

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
