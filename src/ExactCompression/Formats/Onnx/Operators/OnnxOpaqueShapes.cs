using System.Collections.Frozen;

namespace ExactCompression.Formats.Onnx;

/// <summary>Shapes of what operators give that are not analysed.</summary>
internal static class OnnxOpaqueShapes
{
    private static readonly FrozenSet<string> KeepFirst = FrozenSet.Create(
        StringComparer.Ordinal,
        "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BatchNormalization", "Cast", "Ceil", "Celu", "Cos", "Cosh", "CumSum", "Dropout",
        "DequantizeLinear", "Elu", "Erf", "Exp", "Floor", "Gelu", "GroupNormalization", "HardSwish", "Hardmax", "InstanceNormalization",
        "IsInf", "IsNaN", "LRN", "LayerNormalization", "Log", "LogSoftmax", "LpNormalization", "MeanVarianceNormalization", "Mish", "Not",
        "PRelu", "QuantizeLinear", "RMSNormalization", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh",
        "Softmax", "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Abs", "Neg", "Clip", "HardSigmoid",
        "LeakyRelu");

    private static readonly FrozenSet<string> Broadcasting = FrozenSet.Create(
        StringComparer.Ordinal,
        "Add", "And", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Mean", "Min", "Mod", "Mul", "Or", "Pow",
        "Sub", "Sum", "Where", "Xor");

    private static readonly FrozenSet<string> Integers = FrozenSet.Create(
        StringComparer.Ordinal,
        "And", "ArgMax", "ArgMin", "Equal", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual", "NonZero", "Not", "Or",
        "QuantizeLinear", "Shape", "Size", "Xor");

    /// <summary>Whether an operator gives integers or truth values.</summary>
    /// <param name="node">The node.</param>
    public static bool GivesIntegers(OnnxNode node) => node.IsStandard && Integers.Contains(node.Operator);

    /// <summary>The shape of what an operator gives first; null where it cannot be told.</summary>
    /// <param name="step">The node.</param>
    /// <returns>The shape, and whether its first dimension still stands for a batch of fixed size.</returns>
    public static (int[]? Shape, bool IsBatch) Of(OnnxStep step)
    {
        OnnxNode node = step.Node;
        OnnxValue[] values = [.. Enumerable.Range(0, node.Inputs.Count).Where(node.HasInput).Select(step.Input)];
        bool isBatch = Array.Exists(values, static v => v.IsBatch);
        if (!node.IsStandard || values.Length == 0 || Array.Exists(values, static v => v.Shape is null))
            return (null, isBatch);
        if (KeepFirst.Contains(node.Operator))
            return (values[0].Shape, isBatch);
        if (Broadcasting.Contains(node.Operator))
        {
            int[] common = OnnxBroadcast.Common(step, values.Select(static v => v.Shape!), values);
            return (common, isBatch);
        }

        return node.Operator is "MatMul" && values.Length == 2
            ? (Product(node, values[0].Shape!, values[1].Shape!), isBatch) : (null, isBatch);
    }

    private static int[]? Product(OnnxNode node, int[] a, int[] b)
    {
        if (a.Length < 2 || b.Length < 2)
            return null;
        if (a[^1] != b[^2])
            throw node.ShapeFault($"The shapes {OnnxShapes.Show(a)} and {OnnxShapes.Show(b)} do not fit together.");
        return [.. OnnxShapes.Broadcast(node, a[..^2], b[..^2]), a[^2], b[^1]];
    }
}
