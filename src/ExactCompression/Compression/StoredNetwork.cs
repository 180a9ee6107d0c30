using System.Numerics.Tensors;
using ExactCompression.Numerics;

namespace ExactCompression.Compression;

/// <summary>The compressed network as it is stored: its new weights rounded, with a proven bound of all that has moved.</summary>
internal static class StoredNetwork
{
    /// <summary>
    /// Rounds the layers that have new weights, and those that reading the file made (a joined normalisation) and that its precision cannot
    /// store, so that the bound holds for the written file too; the others stay as they were.
    /// </summary>
    /// <param name="state">Compression at its end: all layers are done.</param>
    /// <remarks>
    /// <c>g</c> is the stored network, <c>g~</c> the one before rounding, <c>W^ = W~ + D</c>, <c>b^ = b~ + e</c>, and <c>eta</c> bounds
    /// <c>|z^ - z~|</c>: <c>eta_l = |W^_l| eta_(l-1) + max |D a~ + e|</c>, as the rectifier moves by no more than its argument. The difference of
    /// a double and its rounding is exact in double. The outputs of <c>f</c> and <c>g</c> differ by at most <c>delta + eta</c>.
    /// </remarks>
    public static (AffineLayer[] Layers, double Deviation) Of(CompressionState state)
    {
        var layers = new AffineLayer[state.Done.Count];
        double[] eta = new double[state.Done[0].Layer.Columns];
        for (int number = 0; number < layers.Length; number++)
        {
            (WorkingLayer layer, Box inputs) = state.Done[number];
            bool rounds = layer.HasNewWeights || !WeightRounding.AreStored(layer, layer.Source.SourcePrecision);
            layers[number] = Stored(state, layer, rounds);
            eta = Moved(layer, layers[number], rounds, inputs, eta);
        }

        double deviation = 0;
        double[] delta = state.Done[^1].Layer.Delta;
        for (int i = 0; i < eta.Length; i++)
            deviation = Math.Max(deviation, UpperBound.Add(delta[i], eta[i]));
        return (layers, deviation);
    }

    private static AffineLayer Stored(CompressionState state, WorkingLayer layer, bool rounds)
    {
        AffineLayer source = layer.Source;
        if (!rounds && layer.Rows == source.Outputs && layer.Columns == source.Inputs && source.IsExact)
            return source;
        if (!rounds)
            return new(layer.Weights, layer.Bias, layer.Rows, layer.Columns, source.Activation, source.SourcePrecision);
        WeightPrecision precision = state.PrecisionOf(source);
        if (!WeightRounding.Fits(layer.Weights, precision) || !WeightRounding.Fits(layer.Bias, precision))
            precision = WeightPrecision.Float64;
        return new(WeightRounding.Rounded(layer.Weights, precision), WeightRounding.Rounded(layer.Bias, precision), layer.Rows, layer.Columns, source.Activation, precision);
    }

    private static double[] Moved(WorkingLayer before, AffineLayer after, bool rounds, Box inputs, double[] eta)
    {
        var moved = new double[before.Rows];
        var difference = new double[before.Columns];
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = UpperBound.MagnitudeDot(after.Row(i), eta);
            if (!rounds)
                continue;
            TensorPrimitives.Subtract(after.Row(i), before.Row(i), difference);
            moved[i] = UpperBound.Add(moved[i], inputs.Largest(difference, after.Bias.Span[i] - before.Bias[i]));
        }

        return moved;
    }
}
