using ExactCompression.Numerics;

namespace ExactCompression.Compression;

/// <summary>LEO++ case 1: where all neurons of a layer are stably inactive, the network is a constant over the domain.</summary>
internal static class NetworkCollapse
{
    /// <summary>The constant network, with a proven bound of how far it is from the original; null where the constant overflows.</summary>
    /// <remarks>
    /// The network becomes a single layer without hidden neurons, its weights zero, its bias the constant. Where that would have more
    /// connections than the original (a bottleneck between many inputs and many outputs) one hidden neuron of zero weights stays.
    /// </remarks>
    public static (AffineLayer[] Layers, double Deviation)? Of(CompressionState state)
    {
        ReluNetwork network = state.Table.Network;
        AffineLayer output = network.Layers[^1];
        if (Constant(network, state.Number, state.PrecisionOf(output)) is not var (bias, deviation))
            return null;
        WeightPrecision precision = state.PrecisionOf(output);
        int inputs = network.InputSize, outputs = network.OutputSize;
        if ((long)inputs * outputs <= network.ConnectionCount)
            return ([new(new double[(long)inputs * outputs], bias, outputs, inputs, output.Activation, precision)], deviation);
        AffineLayer hidden = new(new double[inputs], [0], 1, inputs, Activation.Relu, network.Layers[0].SourcePrecision);
        return ([hidden, new(new double[outputs], bias, outputs, 1, output.Activation, precision)], deviation);
    }

    /// <summary>
    /// Output pre-activations where all neurons of a hidden layer give 0, as stored, and how far they may be from the truth.
    /// </summary>
    private static (double[] Values, double Deviation)? Constant(ReluNetwork network, int deadLayer, WeightPrecision precision)
    {
        double[] lower = new double[network.WidthOf(deadLayer)], upper = new double[lower.Length];
        for (int number = deadLayer + 1; number <= network.Depth + 1; number++)
        {
            AffineLayer layer = network.Layers[number - 1];
            var box = new Box(lower, upper);
            (lower, upper) = (new double[layer.Outputs], new double[layer.Outputs]);
            for (int i = 0; i < lower.Length; i++)
            {
                (lower[i], upper[i]) = LayerRadius.Range(layer, i, box);
                if (number <= network.Depth)
                    (lower[i], upper[i]) = (Math.Max(0, lower[i]), Math.Max(0, upper[i]));
            }
        }

        var values = new double[lower.Length];
        double deviation = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double middle = lower[i] == upper[i] ? lower[i] : lower[i] + (0.5 * (upper[i] - lower[i]));
            values[i] = WeightRounding.Rounded(middle, precision);
            if (!double.IsFinite(values[i]))
                return null;
            double error = Math.Max(upper[i] - values[i], values[i] - lower[i]);
            deviation = Math.Max(deviation, error == 0 ? 0 : UpperBound.Known(Math.BitIncrement(error)));
        }

        return (values, deviation);
    }
}
