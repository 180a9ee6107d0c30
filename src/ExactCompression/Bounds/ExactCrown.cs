using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// The backward pass of <see cref="CrownBounds"/> for one neuron without any rounding, for the rare rows whose sign is open only because of
/// the rounding error: ties at 0. The slopes are the same doubles; intercepts are their exact values.
/// </summary>
internal static class ExactCrown
{
    /// <summary>Whether the largest value of <c>sign z</c> that the relaxation allows is at most 0.</summary>
    /// <param name="domain">The input box.</param>
    /// <param name="below">The hidden layers below, first to last.</param>
    /// <param name="layer">The neuron's layer.</param>
    /// <param name="neuron">0-based.</param>
    /// <param name="above">True for the upper bound of <c>z</c>, false for that of <c>-z</c>.</param>
    /// <returns>True where that is proven; false also where a weight carries a radius or a bound is infinite.</returns>
    public static bool ProvesSign(InputDomain domain, ReluRelaxation[] below, AffineLayer layer, int neuron, bool above)
    {
        if (!layer.IsExact || Array.Exists(below, static r => !r.Layer.IsExact || !r.IsFinite))
            return false;
        Dyadic[] row = [.. layer.Row(neuron).ToArray().Select(w => (Dyadic)(above ? w : -w))];
        Dyadic constant = above ? layer.Bias.Span[neuron] : -layer.Bias.Span[neuron];
        for (int j = below.Length - 1; j >= 0; j--)
            row = PassLayer(below[j], row, ref constant);
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        for (int i = 0; i < row.Length; i++)
            constant += row[i] * (row[i].Sign > 0 ? upper[i] : lower[i]);
        return constant.Sign <= 0;
    }

    private static Dyadic[] PassLayer(ReluRelaxation relaxation, Dyadic[] row, ref Dyadic constant)
    {
        AffineLayer layer = relaxation.Layer;
        var next = new Dyadic[layer.Inputs];
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i].Sign == 0)
                continue;
            if (row[i].Sign > 0)
                constant += row[i] * relaxation.ExactUpperIntercept(i);
            Dyadic d = row[i] * (row[i].Sign > 0 ? relaxation.UpperSlope[i] : relaxation.LowerSlope[i]);
            if (d.Sign == 0)
                continue;
            constant += d * layer.Bias.Span[i];
            ReadOnlySpan<double> weights = layer.Row(i);
            for (int j = 0; j < weights.Length; j++)
            {
                if (weights[j] != 0)
                    next[j] += d * weights[j];
            }
        }

        return next;
    }
}
