using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// Inputs whose domain is a point are absorbed by the first layer's bias, so that rows which differ only in the weights on such inputs
/// become equal.
/// </summary>
internal static class PointInputs
{
    /// <summary>The network without weights on such inputs; null where nothing reads one.</summary>
    /// <remarks>
    /// The new bias is summed in double with an error of at most <c>gamma_n</c> of the magnitudes; its effect is bounded over the box as
    /// the difference of the layers.
    /// </remarks>
    public static DraftNetwork? Fix(DraftNetwork network, InputDomain domain)
    {
        DraftLayer layer = network.Layers[0];
        int[] points = [.. Enumerable.Range(0, layer.Columns).Where(j => domain.Lower.Span[j] == domain.Upper.Span[j] && IsRead(layer, j))];
        if (points.Length == 0)
            return null;
        double[] weights = [.. layer.Weights], bias = [.. layer.Bias], moved = new double[layer.Count];
        var values = Array.ConvertAll(points, j => domain.Lower.Span[j]);
        var gone = new double[points.Length];
        for (int i = 0; i < layer.Count; i++)
        {
            for (int k = 0; k < points.Length; k++)
            {
                gone[k] = layer.Row(i)[points[k]];
                weights[(i * layer.Columns) + points[k]] = 0;
                bias[i] = Math.FusedMultiplyAdd(gone[k], values[k], bias[i]);
            }

            if (gone.AsSpan().IndexOfAnyExcept(0.0) < 0)
                continue;
            // The last term is redundant here: a magnitude is never below 1e-300 a product, and gamma of that is more than underflow loses.
            // It is kept for uniformity.
            double magnitude = UpperBound.Add(UpperBound.MagnitudeDot(gone, Array.ConvertAll(values, Math.Abs)), Math.Abs(layer.Bias[i]));
            moved[i] = magnitude == 0
                ? 0
                : UpperBound.Add(UpperBound.Multiply(UpperBound.Gamma(points.Length + 3), magnitude), UpperBound.Underflows([1]));
        }

        if (!Array.TrueForAll(bias, double.IsFinite))
            return null;
        var step = new CompressionStep(
            CompressionStepKind.FixInputs, 0, [],
            $"{points.Length} are constant over the domain: they go into the first layer's bias.");
        return network.Replaced(0, 1, [layer.With(layer.Columns, weights, bias, true)], moved, step);
    }

    private static bool IsRead(DraftLayer layer, int input)
    {
        for (int i = 0; i < layer.Count; i++)
        {
            if (layer.Row(i)[input] != 0)
                return true;
        }

        return false;
    }
}
