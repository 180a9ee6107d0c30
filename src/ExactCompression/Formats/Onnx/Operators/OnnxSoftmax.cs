using ExactCompression.Numerics;

namespace ExactCompression.Formats.Onnx;

/// <summary>What Softmax and LogSoftmax do.</summary>
internal static class OnnxSoftmax
{
    /// <summary>From this version of the standard operators on, groups lie along one axis; before, they are all from the axis on.</summary>
    private const int OneAxis = 13;

    /// <summary>What a node does, where it is one; null where it is none, or where that cannot be told.</summary>
    /// <param name="step">The node.</param>
    public static SoftmaxShape? Of(OnnxStep step)
    {
        OnnxNode node = step.Node;
        if (!node.IsStandard || node.Operator is not ("Softmax" or "LogSoftmax") || !node.HasInput(0)
            || step.Input(0) is not { Shape: { Length: > 0 } shape, IsFloat: true, Constant: null })
            return null;
        long stated = node.Integer("axis", step.Opset < OneAxis ? 1 : -1);
        int rank = shape.Length, axis = (int)(stated < 0 ? stated + rank : stated);
        bool isOverRows = axis == 0 && shape[0] == 1; // over a batch
        if (stated < -rank || stated >= rank || isOverRows)
            return null;
        int rest = shape[(axis + 1)..].Aggregate(1, static (n, d) => n * d);
        return step.Opset < OneAxis
            ? new(shape[axis] * rest, 1, node.Operator == "LogSoftmax") : new(shape[axis], rest, node.Operator == "LogSoftmax");
    }
}
