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
    /// The largest deviation that joining a normalisation may leave where none is asked for: some units in the last place of the largest
    /// output that is met at a few points of the domain. That is no bound of the outputs, but their scale as users see it; where what is
    /// proven is far from it, the numbers of a normalisation are not worth it.
    /// </summary>
    /// <param name="table">The network and its domain.</param>
    /// <param name="precision">What new weights are stored in; null for each node's own.</param>
    public static double ToleranceOfJoins(StabilityTable table, WeightPrecision? precision)
    {
        const int Points = 16;
        const double Units = 4; // of the tolerance that is relative to a bound of the outputs
        ReadOnlySpan<double> lower = table.Domain.Lower.Span, upper = table.Domain.Upper.Span;
        var random = new Random(1);
        var point = new double[lower.Length];
        double largest = 0;
        try
        {
            for (int p = 0; p < Points; p++)
            {
                for (int i = 0; i < point.Length; i++)
                    point[i] = Math.Clamp(lower[i] + (random.NextDouble() * (upper[i] - lower[i])), lower[i], upper[i]);
                largest = Math.Max(largest, table.Network.Evaluate(point).Max(Math.Abs));
            }
        }
        catch (InvalidInputException)
        {
            return 0; // nodes that are not analysed
        }

        WeightPrecision stored = precision ?? table.Network.Graph!.Nodes.Max(static n => n.Operator.Precision) ?? WeightPrecision.Float32;
        return Units * largest * (stored == WeightPrecision.Float32
            ? CompressionOptions.RelativeToleranceFloat32
            : CompressionOptions.RelativeToleranceFloat64);
    }

    /// <summary><c>max_i sum_j |W_ij| max a_j + |b_i|</c> of what gives a value; else its largest magnitude.</summary>
    private static double Of(GraphDraft draft, int value)
    {
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
