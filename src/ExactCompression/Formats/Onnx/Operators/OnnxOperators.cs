using System.Collections.Frozen;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Every operator that is analysed, and what it becomes. A new operator is a line here and a method in its family's file; all others are
/// opaque.
/// </summary>
internal static class OnnxOperators
{
    private static readonly FrozenDictionary<string, Action<OnnxStep>> Known = new Dictionary<string, Action<OnnxStep>>
    {
        ["Gemm"] = OnnxProductOperators.Gemm,
        ["MatMul"] = OnnxProductOperators.MatMul,
        ["Conv"] = OnnxWindowOperators.Conv,
        ["MaxPool"] = OnnxWindowOperators.MaxPool,
        ["AveragePool"] = OnnxWindowOperators.AveragePool,
        ["GlobalMaxPool"] = OnnxWindowOperators.GlobalMaxPool,
        ["GlobalAveragePool"] = OnnxWindowOperators.GlobalAveragePool,
        ["Add"] = OnnxElementwiseOperators.Add,
        ["Sub"] = OnnxElementwiseOperators.Subtract,
        ["Mul"] = OnnxElementwiseOperators.Multiply,
        ["Div"] = OnnxElementwiseOperators.Divide,
        ["Neg"] = OnnxElementwiseOperators.Negate,
        ["Sum"] = OnnxElementwiseOperators.Sum,
        ["Mean"] = OnnxElementwiseOperators.Mean,
        ["BatchNormalization"] = OnnxElementwiseOperators.BatchNormalization,
        ["ReduceMean"] = OnnxReductionOperators.Mean,
        ["ReduceSum"] = OnnxReductionOperators.Sum,
        ["Relu"] = OnnxRectifierOperators.Relu,
        ["LeakyRelu"] = OnnxRectifierOperators.LeakyRelu,
        ["PRelu"] = OnnxRectifierOperators.PRelu,
        ["Abs"] = OnnxRectifierOperators.Abs,
        ["HardSigmoid"] = OnnxRectifierOperators.HardSigmoid,
        ["Clip"] = OnnxRectifierOperators.Clip,
        ["Max"] = OnnxRectifierOperators.Max,
        ["Min"] = OnnxRectifierOperators.Min,
        ["Sigmoid"] = OnnxElementwiseOperators.Sigmoid,
        ["Tanh"] = OnnxElementwiseOperators.Tanh,
        ["Transpose"] = OnnxArrangementOperators.Transpose,
        ["Concat"] = OnnxArrangementOperators.Concat,
        ["Slice"] = OnnxArrangementOperators.Slice,
        ["Split"] = OnnxArrangementOperators.Split,
        ["Gather"] = OnnxArrangementOperators.Gather,
        ["Pad"] = OnnxArrangementOperators.Pad,
        ["Expand"] = OnnxArrangementOperators.Expand,
        ["Tile"] = OnnxArrangementOperators.Tile,
        ["Identity"] = OnnxShapeOperators.Reshape,
        ["Dropout"] = OnnxShapeOperators.Reshape,
        ["Flatten"] = OnnxShapeOperators.Reshape,
        ["Reshape"] = OnnxShapeOperators.Reshape,
        ["Squeeze"] = OnnxShapeOperators.Reshape,
        ["Unsqueeze"] = OnnxShapeOperators.Reshape,
        ["Cast"] = OnnxShapeOperators.Cast,
        ["Shape"] = OnnxShapeOperators.Shape,
        ["Size"] = OnnxShapeOperators.Size,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads a node: what it gives is in the step's results, or it is not analysed.</summary>
    /// <param name="step">The node and what it takes.</param>
    /// <returns>Why it is not analysed; null where it is, empty where its kind alone says so.</returns>
    /// <exception cref="InvalidFileException">Its operands do not fit.</exception>
    /// <exception cref="OverflowException">A size or a weight leaves its range.</exception>
    public static string? Read(OnnxStep step)
    {
        OnnxNode node = step.Node;
        if (!node.IsStandard || node.Inputs.Any(name => name.Length > 0 && IsUnknown(step.Reading.Find(name))))
            return "";
        try
        {
            if (step.AllConstant && OnnxFolding.TryGive(step))
                return null;
            if (!Known.TryGetValue(node.Operator, out Action<OnnxStep>? read))
                return "";
            read(step);
            return null;
        }
        catch (OnnxNotAnalysedException e)
        {
            step.TakeBack();
            return e.Message;
        }
        catch (OnnxIntegersException e)
        {
            step.TakeBack();
            return step.IsBehindOpaque ? "What it takes is not of floating point." : throw e.Fault;
        }
    }

    private static bool IsUnknown(OnnxValue value) => value is { Constant: null, Shape: null };
}
