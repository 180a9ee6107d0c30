using System.Runtime.CompilerServices;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// Interval arithmetic through one affine map, rounded outward. Exact at ties: where every product at an end is 0 (weights and inputs that
/// are not negative, say), the end is exact.
/// </summary>
internal static class IntervalBounds
{
    /// <summary>Bounds of the pre-activations of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">Range of its inputs.</param>
    /// <param name="lower">Receives a value not above each pre-activation's minimum; NaN or minus infinity where nothing is proven.</param>
    /// <param name="upper">Receives a value not below each pre-activation's maximum.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Propagate(AffineLayer layer, ActivationRange input, Span<double> lower, Span<double> upper)
    {
        double gamma = Rounding.Gamma(layer.Inputs + 1);
        ReadOnlySpan<double> bias = layer.Bias.Span;
        for (int i = 0; i < layer.Outputs; i++)
        {
            ReadOnlySpan<double> row = layer.Row(i);
            double low = bias[i], high = bias[i], lowSize = 0, highSize = 0;
            for (int j = 0; j < row.Length; j++)
            {
                double w = row[j];
                if (w == 0)
                    continue;
                double atLower = w * input.Lower[j], atUpper = w * input.Upper[j];
                (double least, double most) = w > 0 ? (atLower, atUpper) : (atUpper, atLower);
                low += least;
                high += most;
                lowSize += Math.Abs(least);
                highSize += Math.Abs(most);
            }

            double radius = input.RadiusOf(layer, i) * (1 + 1e-9);
            lower[i] = End(
                layer, i, input, low, (gamma * (lowSize + Math.Abs(bias[i]))) + Rounding.Underflow + radius, radius == 0, below: true);
            upper[i] = End(
                layer, i, input, high, (gamma * (highSize + Math.Abs(bias[i]))) + Rounding.Underflow + radius, radius == 0, below: false);
        }
    }

    /// <summary>
    /// One end, widened by its error. Where only the error keeps the sign open, the sum is evaluated again without rounding, so that ties
    /// at 0 are decided.
    /// </summary>
    private static double End(AffineLayer layer, int row, ActivationRange input, double sum, double error, bool exactWeights, bool below)
    {
        if (!double.IsFinite(sum))
            return below ? double.NegativeInfinity : double.PositiveInfinity; // overflow may give the wrong sign
        double end = below ? sum - error : sum + error;
        bool open = below ? end < 0 && sum + error >= 0 : end > 0 && sum - error <= 0;
        if (!open || !exactWeights || !double.IsFinite(end))
            return end;
        Dyadic exact = layer.Bias.Span[row];
        ReadOnlySpan<double> weights = layer.Row(row);
        for (int j = 0; j < weights.Length; j++)
        {
            if (weights[j] != 0) // the end of its input may be infinite
                exact += (Dyadic)weights[j] * (weights[j] > 0 == below ? input.Lower[j] : input.Upper[j]);
        }

        return below ? (exact.Sign >= 0 ? 0 : end) : (exact.Sign <= 0 ? 0 : end);
    }
}
