using System.Numerics.Tensors;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Rewriting;

/// <summary>
/// A <see cref="DraftNetwork"/> as it is stored: its new weights rounded, with a proven bound of its deviation from the original.
/// </summary>
/// <remarks>
/// <para><c>g~</c> is the draft, <c>g</c> the stored network, <c>W^ = W~ + D</c>. The error of an activation of <c>g</c> lies in an
/// interval, propagated layer by layer: <c>z^_i - z~_i = W^_i (a^ - a~) + D_i a~ + (b^_i - b~_i)</c>. The midpoint of the first two is
/// known before the bias is stored, so the bias absorbs it, and only the spread is propagated. A neuron that is linear over the domain
/// passes its interval on unchanged, one that is 0 passes nothing on, any other its hull with 0.</para>
/// <para>The difference of a double and its rounding to float is exact in double.</para>
/// </remarks>
internal static class StoredDraft
{
    /// <summary>
    /// Rounds the layers that have new weights; the others remain the file's own maps, which differ from their weights by no more than
    /// their radii.
    /// </summary>
    /// <param name="network">The draft.</param>
    /// <param name="precision">What new weights are rounded to; null for each layer's own precision.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static (AffineLayer[] Layers, double Deviation) Of(
        DraftNetwork network, WeightPrecision? precision, CancellationToken cancellation = default)
    {
        var layers = new AffineLayer[network.Layers.Count];
        double[] lower = new double[network.Layers[0].Columns], upper = new double[lower.Length];
        for (int l = 0; l < layers.Length; l++)
        {
            cancellation.ThrowIfCancellationRequested();
            DraftLayer layer = network.Layers[l];
            var errors = new Box(lower, upper);
            layers[l] = layer.IsNew
                ? Stored(layer, network.InputsOf(l), errors, precision, out lower, out upper, cancellation)
                : Kept(layer, ColumnsOf(network, l), network.InputsOf(l), errors, out lower, out upper, cancellation);
            if (l < network.Depth)
                Rectify(layer, lower, upper);
        }

        double deviation = 0;
        bool isOriginal = network.OnlyRemoved && layers.Zip(network.Layers).All(static l => l.Second.Source.IsExact || !l.First.IsExact);
        for (int i = 0; i < lower.Length && !isOriginal; i++)
            deviation = Math.Max(deviation, UpperBound.Add(network.Deviation[i], Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]))));
        return (layers, deviation);
    }

    /// <summary>How the layers came from the original's.</summary>
    /// <param name="network">The draft.</param>
    /// <param name="layers">Its layers as stored.</param>
    public static ChainEdit EditOf(DraftNetwork network, IReadOnlyList<AffineLayer> layers) => new(
    [
        .. layers.Select((stored, l) =>
        {
            DraftLayer draft = network.Layers[l];
            int[] rows = Array.ConvertAll(draft.Rows, static r => r.Neuron);
            bool areKept = Array.TrueForAll(rows, static r => r >= 0) && rows.Zip(rows.Skip(1)).All(static p => p.First < p.Second);
            bool isOwn = !draft.IsNew && IsStated(draft.Source, stored, rows, ColumnsOf(network, l));
            return new ChainLayer(draft.Number - 1, areKept ? rows : null, !isOwn);
        }),
    ]);

    /// <summary>Whether a layer that lost neurons is still what the file's operations say, rather than the centre of an enclosure, or one
    /// into whose biases a normalisation went.</summary>
    private static bool IsStated(AffineLayer source, AffineLayer stored, int[] rows, int[] columns) => source.Parts is { } parts
        ? stored.Parts is not null || AffineParts.Select(parts, rows, columns) is not null
        : stored.IsExact == source.IsExact;

    /// <summary>The neurons of the original layer before that a layer reads.</summary>
    private static int[] ColumnsOf(DraftNetwork network, int at) => at == 0
        ? [.. Enumerable.Range(0, network.Layers[0].Columns)]
        : Array.ConvertAll(network.Layers[at - 1].Rows, static r => r.Neuron);

    private static AffineLayer Stored(
        DraftLayer layer, Box inputs, Box errors, WeightPrecision? asked, out double[] lower, out double[] upper,
        CancellationToken cancellation)
    {
        AffineLayer source = layer.Source;
        lower = new double[layer.Count];
        upper = new double[layer.Count];
        WeightPrecision precision = WeightRounding.Fitting(layer.Weights, layer.Bias, layer.PrecisionOf(asked));
        double[] weights = WeightRounding.Rounded(layer.Weights, precision);
        double[] bias = [.. layer.Bias];
        var difference = new double[layer.Columns];
        for (int i = 0; i < layer.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<double> row = weights.AsSpan(i * layer.Columns, layer.Columns);
            TensorPrimitives.Subtract(row, layer.Row(i), difference);
            (double low, double high) = Sum(errors.Range(row, 0), inputs.Range(difference, 0));
            bias[i] = WeightRounding.Absorbed(bias[i], low, high, precision);
            (lower[i], upper[i]) = Sum((low, high), Difference(bias[i], layer.Bias[i]));
        }

        return new(weights, bias, layer.Count, layer.Columns, source.Activation, precision);
    }

    private static AffineLayer Kept(
        DraftLayer layer, int[] columns, Box inputs, Box errors, out double[] lower, out double[] upper, CancellationToken cancellation)
    {
        AffineLayer kept = layer.Source.Select(Array.ConvertAll(layer.Rows, static r => r.Neuron), columns);
        kept = kept.IsDefinite ? kept : kept.Centre();
        lower = new double[layer.Count];
        upper = new double[layer.Count];
        if (kept.IsExact && errors.Magnitude.AsSpan().IndexOfAnyExcept(0.0) < 0)
            return kept; // the draft's own layer, on the draft's own activations
        for (int i = 0; i < layer.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            double radius = LayerRadius.Of(kept, i, inputs, errors.Magnitude);
            (lower[i], upper[i]) = Sum(errors.Range(kept.Row(i), 0), (-radius, radius));
        }

        return kept;
    }

    /// <summary>The errors of the activations, from those of the pre-activations.</summary>
    private static void Rectify(DraftLayer layer, double[] lower, double[] upper)
    {
        for (int i = 0; i < lower.Length; i++)
        {
            if (layer.Rows[i].Lower >= Math.Max(0, -lower[i]))
                continue; // linear, and stays so despite its error
            (lower[i], upper[i]) = layer.Rows[i].Upper <= Math.Min(0, -upper[i])
                ? (0, 0) // 0, likewise
                : (Math.Min(0, lower[i]), Math.Max(0, upper[i]));
        }
    }

    /// <summary>
    /// Bounds of a sum; exactly the other summand where one is 0. At least one of its terms has been stepped outward by more than the sum
    /// rounds, or is a radius that the draft's own distance counts once more.
    /// </summary>
    private static (double Lower, double Upper) Sum((double Lower, double Upper) a, (double Lower, double Upper) b)
    {
        if (a == (0, 0))
            return b;
        return b == (0, 0) ? a : (Rounding.AddDown(a.Lower, b.Lower), Rounding.AddUp(a.Upper, b.Upper));
    }

    /// <summary>
    /// Bounds of a difference: that of a double and its rounding is exact, but the bias may also have absorbed the midpoint of an error.
    /// Where it is exact, the step outward covers the rounding of the sum that it enters, which has a step of its own: either would suffice
    /// there.
    /// </summary>
    private static (double Lower, double Upper) Difference(double after, double before)
    {
        double difference = after - before;
        return after == before ? (0, 0) : (Math.BitDecrement(difference), Math.BitIncrement(difference));
    }
}
