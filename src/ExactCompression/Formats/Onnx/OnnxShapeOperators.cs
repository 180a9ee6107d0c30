using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>Operators that return their first input unchanged, except for its shape or type.</summary>
internal static class OnnxShapeOperators
{
    private const long AxesBecomeInputs = 13, TrainingModeBecomesInput = 12;

    /// <summary>Whether an operator is one of these.</summary>
    /// <param name="name">The operator.</param>
    public static bool IsKnown(string name) =>
        name is "Identity" or "Dropout" or "Cast" or "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze";

    /// <summary>The shape of the result.</summary>
    /// <param name="node">The node.</param>
    /// <param name="shape">The shape of its first input.</param>
    /// <param name="opset">Version of the operators.</param>
    /// <param name="constants">Gives the constant of a name, for shapes and axes that are inputs; null if it is not a constant.</param>
    /// <exception cref="InvalidFileException">The shapes do not fit, or the node does more than change the shape.</exception>
    public static int[] Result(OnnxNode node, int[] shape, long opset, Func<string, OnnxTensor?> constants)
    {
        switch (node.Operator)
        {
            case "Identity":
                node.AllowAttributes();
                return shape;
            case "Dropout":
                RequireInference(node, opset, constants);
                return shape;
            case "Cast":
                CastTarget(node);
                return shape;
            case "Flatten":
                node.AllowAttributes("axis");
                return OnnxShapes.Flatten(node, shape, node.Integer("axis", 1));
            case "Reshape":
                node.AllowAttributes("allowzero");
                long[] target = ConstantInput(node, 1, constants) ?? throw node.Fault("OnnxMissingTensor", "It states no shape.");
                return OnnxShapes.Reshape(node, shape, target, node.Integer("allowzero", 0) != 0);
            case "Squeeze":
                return OnnxShapes.Squeeze(node, shape, Axes(node, opset, constants));
            default:
                return OnnxShapes.Unsqueeze(
                    node, shape, Axes(node, opset, constants) ?? throw node.Fault("OnnxMissingTensor", "It states no axes."));
        }
    }

    /// <summary>The type that a Cast gives, a floating-point one.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="InvalidFileException">It casts to another type.</exception>
    public static DataType CastTarget(OnnxNode node)
    {
        node.AllowAttributes("to", "saturate", "round_mode");
        var to = (DataType)node.Integer("to", 0);
        return to is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16 ? to
            : throw node.Unsupported($"A cast to the ONNX data type {(int)to} is not supported.");
    }

    private static void RequireInference(OnnxNode node, long opset, Func<string, OnnxTensor?> constants)
    {
        node.AllowAttributes("ratio", "seed");
        if (opset >= TrainingModeBecomesInput && node.HasInput(2) && ConstantInput(node, 2, constants) is not [0])
            throw node.Unsupported("It is in training mode.");
    }

    private static long[]? Axes(OnnxNode node, long opset, Func<string, OnnxTensor?> constants)
    {
        if (opset >= AxesBecomeInputs)
        {
            node.AllowAttributes();
            return ConstantInput(node, 1, constants);
        }

        node.AllowAttributes("axes");
        return node.Integers("axes");
    }

    private static long[]? ConstantInput(OnnxNode node, int index, Func<string, OnnxTensor?> constants) => !node.HasInput(index) ? null
        : constants(node.Inputs[index])?.Integers
        ?? throw node.Unsupported($"Its input {OnnxFault.Quote(node.Inputs[index])} is not a constant.");
}
