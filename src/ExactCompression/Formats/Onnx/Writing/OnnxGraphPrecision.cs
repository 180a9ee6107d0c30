using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Whether the numbers of a graph are what a file of some precision says.</summary>
internal static class OnnxGraphPrecision
{
    /// <summary>Whether a file holds every number of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="precision">What weights are stored as.</param>
    public static bool Holds(NetworkGraph graph, WeightPrecision precision) => graph.Nodes.All(node => Holds(node, precision));

    /// <summary>Whether a file holds every number that an edit has changed.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="precision">What weights are stored as.</param>
    public static bool Holds(GraphEdit edit, WeightPrecision precision) =>
        !edit.Edited.Nodes.Where((node, n) => edit.IsNew[n] && !Holds(node, precision)).Any();

    private static bool Holds(GraphNode node, WeightPrecision precision) => node.Operator switch
    {
        DenseOperator dense =>
            dense is { WeightRadius: null, BiasRadius: null } && Fit(dense.Weights, precision) && Fit(dense.Bias, precision),
        ConvolutionOperator convolution => Fit(convolution.Filters, precision) && Fit(convolution.Bias, precision),
        ScaleShiftOperator scale => OnnxPartNodes.Hold([scale.Part], precision),
        ConstantOperator constant => Fit(constant.Values, precision),
        LeakyReluOperator leaky => Fit(leaky.Slopes, precision),
        ClipOperator clip => Fit([clip.Lower, clip.Upper], precision),
        HardSigmoidOperator hard => Fit([hard.Alpha, hard.Beta], precision),
        _ => true,
    };

    private static bool Fit(double[] numbers, WeightPrecision precision) =>
        precision == WeightPrecision.Float64 || Array.TrueForAll(numbers, static v => (float)v == v);
}
