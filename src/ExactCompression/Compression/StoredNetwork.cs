using System.Numerics.Tensors;
using ExactCompression.Numerics;

namespace ExactCompression.Compression;

/// <summary>The compressed network as it is stored: its new weights rounded, with a proven bound of all that has moved.</summary>
internal static class StoredNetwork
{
    /// <summary>
    /// Rounds the layers that have new weights; the others stay the file's own maps, with the radii and operations of their rows and
    /// columns. Where these operations are not known, or cannot say what is left, the stored weights take their place.
    /// </summary>
    /// <param name="state">Compression at its end: all layers are done.</param>
    /// <remarks>
    /// <para><c>g</c> is the stored network, <c>g~</c> the one before rounding, <c>W^ = W~ + D</c>, <c>b^ = b~ + e</c>, and <c>eta</c>
    /// bounds <c>|z^ - z~|</c>: <c>eta_l = |W^_l| eta_(l-1) + max |D a~ + e|</c>, as the rectifier moves by no more than its argument. The
    /// difference of a double and its rounding is exact in double. A layer of <c>g</c> that is the file's own map is known to its radius
    /// alone: there, in place of the last term, stands <c>R (|a~| + eta) + r</c>. The outputs of <c>f</c> and <c>g</c> differ by at most
    /// <c>delta + eta</c>.</para>
    /// <para>Where all layers are the file's own maps, <c>g</c> is <c>f</c> without neurons that are 0 over the domain or that nothing
    /// reads: the same function over the real numbers.</para>
    /// </remarks>
    public static (AffineLayer[] Layers, double Deviation) Of(CompressionState state)
    {
        var layers = new AffineLayer[state.Done.Count];
        double[] eta = new double[state.Done[0].Layer.Columns];
        bool isOriginal = true;
        for (int number = 0; number < layers.Length; number++)
        {
            (WorkingLayer layer, Box inputs) = state.Done[number];
            layers[number] = layer.HasNewWeights ? Stored(state, layer) : Kept(layer, ColumnsOf(state, number));
            isOriginal &= !layer.HasNewWeights && (layer.Source.IsExact || !layers[number].IsExact);
            eta = Moved(layer, layers[number], inputs, eta);
        }

        if (isOriginal)
            return (layers, 0);
        double deviation = 0;
        double[] delta = state.Done[^1].Layer.Delta;
        for (int i = 0; i < eta.Length; i++)
            deviation = Math.Max(deviation, UpperBound.Add(delta[i], eta[i]));
        return (layers, deviation);
    }

    private static int[] ColumnsOf(CompressionState state, int number) =>
        number == 0 ? [.. Enumerable.Range(0, state.Done[0].Layer.Columns)] : state.Done[number - 1].Layer.Neurons;

    private static AffineLayer Kept(WorkingLayer layer, int[] columns) =>
        layer.Source.Select(layer.Neurons, columns) is var kept && kept.IsDefinite ? kept : kept.Centre();

    private static AffineLayer Stored(CompressionState state, WorkingLayer layer)
    {
        AffineLayer source = layer.Source;
        WeightPrecision precision = state.PrecisionOf(source);
        if (!WeightRounding.Fits(layer.Weights, precision) || !WeightRounding.Fits(layer.Bias, precision))
            precision = WeightPrecision.Float64;
        return new(
            WeightRounding.Rounded(layer.Weights, precision), WeightRounding.Rounded(layer.Bias, precision), layer.Rows, layer.Columns,
            source.Activation, precision);
    }

    private static double[] Moved(WorkingLayer before, AffineLayer after, Box inputs, double[] eta)
    {
        var moved = new double[before.Rows];
        var difference = new double[before.Columns];
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = UpperBound.MagnitudeDot(after.Row(i), eta);
            if (!before.HasNewWeights)
            {
                moved[i] = UpperBound.Add(moved[i], LayerRadius.Of(after, i, inputs, eta));
                continue;
            }

            TensorPrimitives.Subtract(after.Row(i), before.Row(i), difference);
            moved[i] = UpperBound.Add(moved[i], inputs.Largest(difference, after.Bias.Span[i] - before.Bias[i]));
        }

        return moved;
    }
}
