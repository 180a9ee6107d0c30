using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>What becomes of a network whose lowered graph is written in C with numbers of some precision.</summary>
internal static class CPrecision
{
    /// <summary>Whether the numbers are the network's own: none is rounded, and none was when operations were joined.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precision">What it computes in.</param>
    /// <exception cref="InvalidInputException">Its outputs are a softmax, or cannot be computed.</exception>
    public static bool Holds(ReluNetwork network, WeightPrecision precision) => Layers(network).All(
        layer => layer.IsExact && (precision == WeightPrecision.Float64 || AllNumbers(layer, static w => (float)w == w)));

    /// <summary>The network of the rounded numbers; null for other networks than chains of dense layers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precision">What it computes in.</param>
    public static ReluNetwork? Rounded(ReluNetwork network, WeightPrecision precision) => !network.IsDense ? null : new(
        [.. network.DenseLayers.Select(layer => new AffineLayer(
            Rounded(layer.Weights, precision), Rounded(layer.Bias, precision), layer.Outputs, layer.Inputs, layer.Activation, precision))],
        network.Name);

    /// <summary>Refuses networks that cannot be written.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precision">What it computes in.</param>
    /// <exception cref="InvalidInputException">Units take a mathematics library, the outputs are a softmax or cannot be computed, or a
    /// weight is too large for the precision.</exception>
    public static void RequireWritable(ReluNetwork network, WeightPrecision precision)
    {
        foreach (LoweredLayer layer in Layers(network))
        {
            if (layer.Smooth is not null)
                throw new InvalidInputException(
                    "UnitNeedsLibrary",
                    $"'{network.Name}' has sigmoid or tanh units, which take a mathematics library; the C source does without one.",
                    "Write it as .onnx.");
            if (precision == WeightPrecision.Float32 && !AllNumbers(layer, static w => float.IsFinite((float)w)))
                throw new InvalidInputException(
                    "WeightOverflow", $"A weight of '{network.Name}' is too large for float32.",
                    "Write the network with Float64 precision.");
        }
    }

    /// <summary>The layers that the outputs rest on.</summary>
    private static IEnumerable<LoweredLayer> Layers(ReluNetwork network)
    {
        LoweredGraph graph = network.Lowered;
        var order = new ForwardOrder(graph, graph.RequireOutputs(network.Name).Where(static value => value > 0));
        return order.Values.Select(value => graph.Layers[value - 1]);
    }

    private static double[] Rounded(ReadOnlyMemory<double> values, WeightPrecision precision) =>
        precision == WeightPrecision.Float64 ? values.ToArray() : Array.ConvertAll(values.ToArray(), static w => (double)(float)w);

    /// <summary>Whether all weights and biases of a layer are of a kind.</summary>
    private static bool AllNumbers(LoweredLayer layer, Predicate<double> isSo) =>
        Array.TrueForAll(layer.Bias.ToArray(), isSo) && layer.Terms.All(term => AllNumbers(term.Map, isSo));

    private static bool AllNumbers(ILinearMap map, Predicate<double> isSo)
    {
        if (map is ConvolutionMap convolution)
            return Array.TrueForAll(convolution.Filters.ToArray(), isSo);
        var row = new SparseRow();
        for (int i = 0; i < map.Output.Count; i++)
        {
            map.ReadRow(i, row);
            foreach (double weight in row.Weights)
            {
                if (!isSo(weight))
                    return false;
            }
        }

        return true;
    }
}
