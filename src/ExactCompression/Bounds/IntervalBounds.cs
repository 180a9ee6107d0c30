using System.Runtime.CompilerServices;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// Interval arithmetic through one layer, rounded outward. Exact at ties: where every product at an end is 0 (weights and inputs that are
/// not negative, say), the end is exact.
/// </summary>
internal static class IntervalBounds
{
    /// <summary>Bounds of the pre-activations of a dense layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">Range of its inputs.</param>
    /// <param name="lower">Receives a value not above each pre-activation's minimum; NaN or minus infinity where nothing is proven.</param>
    /// <param name="upper">Receives a value not below each pre-activation's maximum.</param>
    public static void Propagate(AffineLayer layer, ActivationRange input, double[] lower, double[] upper) =>
        Propagate(LoweredLayer.Of(layer, 1), [SourceRange.Of(input, layer.Outputs)], lower, upper);

    /// <summary>Bounds of the pre-activations of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="sources">Range of the value that each of its terms takes.</param>
    /// <param name="lower">Receives a value not above each pre-activation's minimum; NaN or minus infinity where nothing is proven.</param>
    /// <param name="upper">Receives a value not below each pre-activation's maximum.</param>
    public static void Propagate(LoweredLayer layer, ReadOnlySpan<SourceRange> sources, double[] lower, double[] upper) =>
        Propagate(layer, sources, 0, layer.Width, lower, upper);

    /// <summary>The same on several threads.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="sources">Range of the value that each of its terms takes.</param>
    /// <param name="lower">Receives a value not above each pre-activation's minimum; NaN or minus infinity where nothing is proven.</param>
    /// <param name="upper">Receives a value not below each pre-activation's maximum.</param>
    /// <param name="parallel">Threads, and the token to stop on; null for the calling thread alone.</param>
    public static void Propagate(
        LoweredLayer layer, SourceRange[] sources, double[] lower, double[] upper, ParallelOptions? parallel) => RowBlocks.Run(
        parallel, layer.Width, (double)layer.Weights / layer.Width, (first, end) => Propagate(layer, sources, first, end, lower, upper));

    /// <summary>Bounds of some elements of a layer: from the first up to, not including, the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Propagate(
        LoweredLayer layer, ReadOnlySpan<SourceRange> sources, int first, int end, double[] lower, double[] upper)
    {
        double gamma = Rounding.Gamma(layer.Terms.Sum(static term => (long)term.Map.FanIn) + 1);
        ReadOnlySpan<double> bias = layer.Bias.Span;
        var row = new SparseRow();
        for (int i = first; i < end; i++)
        {
            var ends = new IntervalEnds(bias[i]);
            double radius = layer.BiasRadius.IsEmpty ? 0 : layer.BiasRadius.Span[i];
            for (int k = 0; k < sources.Length; k++)
            {
                ILinearMap map = layer.Terms[k].Map;
                if (map is DenseMap dense)
                {
                    ends.Add(dense.Row(i), sources[k].Range);
                }
                else
                {
                    map.ReadRow(i, row);
                    ends.Add(row, sources[k].Range);
                }

                radius = sources[k].Range.PlusRadius(radius, map.Radius, i, row);
            }

            radius *= 1 + 1e-9;
            double size = Math.Abs(bias[i]);
            lower[i] = End(
                layer, i, sources, ends.Low, (gamma * (ends.LowSize + size)) + Rounding.Underflow + radius, radius == 0, below: true);
            upper[i] = End(
                layer, i, sources, ends.High, (gamma * (ends.HighSize + size)) + Rounding.Underflow + radius, radius == 0, below: false);
        }
    }

    /// <summary>
    /// One end, widened by its error. Where only the error keeps the sign open, the sum is evaluated again without rounding, so that ties
    /// at 0 are decided.
    /// </summary>
    private static double End(
        LoweredLayer layer, int element, ReadOnlySpan<SourceRange> sources, double sum, double error, bool exactWeights, bool below)
    {
        if (!double.IsFinite(sum))
            return below ? double.NegativeInfinity : double.PositiveInfinity; // overflow may give the wrong sign
        double end = below ? sum - error : sum + error;
        bool open = below ? end < 0 && sum + error >= 0 : end > 0 && sum - error <= 0;
        if (!open || !exactWeights || !double.IsFinite(end))
            return end;
        Dyadic exact = layer.Bias.Span[element];
        var row = new SparseRow();
        for (int k = 0; k < sources.Length; k++)
        {
            layer.Terms[k].Map.ReadRow(element, row);
            ActivationRange input = sources[k].Range;
            for (int e = 0; e < row.Count; e++)
            {
                (int j, double weight) = (row.Columns[e], row.Weights[e]);
                if (weight != 0) // the end of its input may be infinite
                    exact += (Dyadic)weight * (weight > 0 == below ? input.Lower[j] : input.Upper[j]);
            }
        }

        return below ? (exact.Sign >= 0 ? 0 : end) : (exact.Sign <= 0 ? 0 : end);
    }

    /// <summary>The sums of an element at both ends, and the sizes of all that was added to them.</summary>
    private struct IntervalEnds(double bias)
    {
        public double Low = bias;
        public double High = bias;
        public double LowSize;
        public double HighSize;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(ReadOnlySpan<double> weights, ActivationRange input)
        {
            IntervalEnds ends = this; // in registers
            double[] lower = input.Lower, upper = input.Upper;
            for (int j = 0; j < weights.Length; j++)
                ends.Add(weights[j], lower[j], upper[j]);
            this = ends;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(SparseRow row, ActivationRange input)
        {
            IntervalEnds ends = this;
            double[] lower = input.Lower, upper = input.Upper;
            ReadOnlySpan<int> columns = row.Columns;
            ReadOnlySpan<double> weights = row.Weights;
            for (int k = 0; k < weights.Length; k++)
                ends.Add(weights[k], lower[columns[k]], upper[columns[k]]);
            this = ends;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Add(double w, double lower, double upper)
        {
            if (w == 0)
                return;
            double atLower = w * lower, atUpper = w * upper;
            (double least, double most) = w > 0 ? (atLower, atUpper) : (atUpper, atLower);
            Low += least;
            High += most;
            LowSize += Math.Abs(least);
            HighSize += Math.Abs(most);
        }
    }
}
