using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Channels;

/// <summary>The scale of a graph's outputs, which the tolerance of the highest level is relative to.</summary>
internal static class OutputScale
{
    /// <summary>The largest deviation that compression may leave where none is asked for.</summary>
    /// <param name="draft">The graph.</param>
    /// <param name="precision">What new weights are stored in; null for each node's own.</param>
    public static double ToleranceOf(GraphDraft draft, WeightPrecision? precision)
    {
        NetworkGraph graph = draft.Graph;
        WeightPrecision stored = precision ?? graph.Nodes.Max(static n => n.Operator.Precision) ?? WeightPrecision.Float32;
        bool single = stored == WeightPrecision.Float32;
        double scale = graph.Outputs.Max(output => Of(draft, output.Value));
        return scale * (single ? CompressionOptions.RelativeToleranceFloat32 : CompressionOptions.RelativeToleranceFloat64);
    }

    /// <summary>
    /// <c>max_i sum_j |W_ij| max a_j + |b_i|</c> of what gives a value; 1 for a softmax, and that of its scores for the logarithm of one;
    /// else the value's largest magnitude.
    /// </summary>
    private static double Of(GraphDraft draft, int value)
    {
        if (draft.Graph.Producer(value) is { Operator: OpaqueOperator { Softmax: { } softmax } } head)
            return softmax.IsLogarithm ? Of(draft, head.Inputs[0]) : 1;
        if (draft.Graph.Producer(value) is not { Operator: DenseOperator or ConvolutionOperator { Groups: 1 } } node
            || node.Operator is DenseOperator && node.Shape.Count != 1)
            return draft.Ranges.Lower(value).Concat(draft.Ranges.Upper(value)).Max(Math.Abs);
        (double[] low, double[] high) = draft.Ranges.Patch(node.Operator, node.Inputs[0]);
        double[] magnitude = new Box(low, high).Magnitude, weights = FilterWeights.WeightsOf(node.Operator);
        double[] bias = FilterWeights.BiasOf(node.Operator);
        return Enumerable.Range(0, bias.Length).Max(i => UpperBound.Add(
            UpperBound.MagnitudeDot(weights.AsSpan(i * magnitude.Length, magnitude.Length), magnitude), Math.Abs(bias[i])));
    }
}
