using System.Collections.Frozen;
using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Every supported operator, and what it appends to the chain. A new operator is a line here and a method in its family's file.
/// </summary>
internal static class OnnxOperators
{
    private static readonly FrozenDictionary<string, Action<OnnxNodeReader>> Known = new Dictionary<string, Action<OnnxNodeReader>>
    {
        ["Gemm"] = OnnxProductOperators.Gemm,
        ["MatMul"] = OnnxProductOperators.MatMul,
        ["Add"] = OnnxElementwiseOperators.Add,
        ["Sub"] = OnnxElementwiseOperators.Subtract,
        ["Mul"] = OnnxElementwiseOperators.Multiply,
        ["Div"] = OnnxElementwiseOperators.Divide,
        ["Neg"] = OnnxElementwiseOperators.Negate,
        ["BatchNormalization"] = OnnxElementwiseOperators.BatchNormalization,
        ["Relu"] = OnnxRectifierOperators.Relu,
        ["Clip"] = OnnxRectifierOperators.Clip,
        ["Max"] = OnnxRectifierOperators.Max,
        ["Transpose"] = Transpose,
        ["Constant"] = static step => throw step.Node.ShapeFault("It takes no input."),
        ["Identity"] = Reshape,
        ["Dropout"] = Reshape,
        ["Cast"] = Reshape,
        ["Flatten"] = Reshape,
        ["Reshape"] = Reshape,
        ["Squeeze"] = Reshape,
        ["Unsqueeze"] = Reshape,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Refuses a node whose operator cannot be read.</summary>
    /// <param name="node">The node as stored.</param>
    /// <param name="fault">Makes errors.</param>
    /// <exception cref="InvalidFileException">The operator is not one of these, or of another domain.</exception>
    public static void RequireSupported(NodeProto node, OnnxFault fault)
    {
        bool standard = node.Domain is "" or "ai.onnx";
        if (standard && Known.ContainsKey(node.OpType))
            return;
        string name = OnnxFault.Quote(node.OpType) + (standard ? "" : $" of the domain {OnnxFault.Quote(node.Domain)}");
        throw fault.At(
            "OnnxUnsupportedOperator", OnnxFault.PlaceOf(node), $"The operator {name} is not supported.",
            "Networks of affine maps and ReLUs are supported.", unsupported: true);
    }

    /// <summary>Appends what a node does to the chain.</summary>
    /// <param name="step">The node and the value that it takes.</param>
    /// <exception cref="InvalidFileException">Its use here is not supported, or its operands do not fit.</exception>
    /// <exception cref="OverflowException">A size or a weight leaves its range.</exception>
    public static void Apply(OnnxNodeReader step) => Known[step.Node.Operator](step);

    private static void Reshape(OnnxNodeReader step)
    {
        step.RequireDataFirst();
        step.Shape = OnnxShapeOperators.Result(step.Node, step.Shape, step.Opset, step.Constants.Find);
    }

    private static void Transpose(OnnxNodeReader step)
    {
        step.Node.AllowAttributes("perm");
        int[] permutation = OnnxShapes.Permutation(step.Node, step.Shape.Length, step.Node.Integers("perm"));
        if (!OnnxShapes.KeepsOrder(step.Shape, permutation))
            throw step.Node.Unsupported($"It reorders the elements of a value of shape {OnnxShapes.Show(step.Shape)}.");
        step.Shape = [.. permutation.Select(p => step.Shape[p])];
    }
}
