using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>The nodes of each operator whose meaning is known.</summary>
internal static class OnnxOperatorNodes
{
    /// <summary>Writes a node of a network's graph.</summary>
    /// <param name="node">The node.</param>
    /// <param name="shapes">The shapes of what it takes.</param>
    /// <param name="values">The names of what it takes, each with the batch before its shape.</param>
    /// <param name="parts">The graph that it is written to.</param>
    /// <returns>What it gives: a new value, or one of those that it takes; null for an operator of which only the name is known.</returns>
    public static string? Of(GraphNode node, TensorShape[] shapes, string[] values, OnnxGraphParts parts) => node.Operator switch
    {
        DenseOperator dense => OnnxWeightNodes.Dense(dense, shapes[0], values[0], parts),
        ConvolutionOperator convolution => OnnxWeightNodes.Convolution(convolution, shapes[0], values[0], parts),
        ScaleShiftOperator scale => OnnxWeightNodes.ScaleShift(scale, shapes[0], values[0], parts),
        ConstantOperator constant => parts.Constant([.. node.Shape], constant.Values),
        MaxPoolOperator pool => OnnxWindowNodes.Maximum(pool, shapes[0], values[0], parts),
        AveragePoolOperator pool => OnnxWindowNodes.Mean(pool, shapes[0], node.Shape, values[0], parts),
        SumOperator sum => OnnxArrangementNodes.Sum(sum, values, parts),
        ReductionOperator reduction => OnnxArrangementNodes.Reduction(reduction, shapes[0], node.Shape, values[0], parts),
        ReshapeOperator => shapes[0].Equals(node.Shape) ? values[0] : parts.Reshape(values[0], [.. node.Shape]),
        SelectOperator select => OnnxArrangementNodes.Select(select, shapes[0], values[0], parts),
        TransposeOperator transpose => OnnxArrangementNodes.Transpose(transpose, values[0], parts),
        ConcatOperator concat => parts.Node("Concat", values, OnnxGraphParts.Integer("axis", concat.Axis + 1)),
        SmoothOperator => parts.Node(node.Operator.Name, values),
        UnitOperator unit => OnnxUnitNodes.Unit(unit, node.Shape, values, parts),
        _ => null,
    };
}
