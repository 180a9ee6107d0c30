using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>Operators that give their first input unchanged, except for its shape or type, and those that tell its shape.</summary>
internal static class OnnxShapeOperators
{
    private const long AxesBecomeInputs = 13, TrainingModeBecomesInput = 12, ShapeBecomesInput = 5;

    /// <summary>Whether an operator only changes a shape.</summary>
    /// <param name="name">The operator.</param>
    public static bool IsReshape(string name) => name is "Identity" or "Dropout" or "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze";

    /// <summary>A value under another shape.</summary>
    public static void Reshape(OnnxStep step)
    {
        OnnxValue value = step.Input(0);
        if (step.Node.Operator is "Identity" or "Dropout" && value.Constant is null)
        {
            Result(step, value.Shape ?? [], value.IsBatch);
            step.Give(value);
            return;
        }

        // Integers may be moved as they are: nothing is computed with them.
        if (value is { Constant: null, Shape: not null })
            step.Give(step.Of(value.Number, Result(step, value.Shape, value.IsBatch), value.IsBatch) with { IsFloat = value.IsFloat });
        else
            step.GiveReshaped(step.Data(0), Result(step, step.ShapeOf(0), isBatch: false));
    }

    /// <summary>A value as another type of floating point: over the real numbers, the same.</summary>
    public static void Cast(OnnxStep step)
    {
        DataType to = CastTarget(step);
        step.Give(IsFloat(to) ? step.Data(0) : throw new OnnxNotAnalysedException("It rounds to another type."));
        if (to is DataType.Float16 or DataType.Bfloat16)
            step.Reading.Narrowed ??= step.Node.Name;
    }

    /// <summary>The shape of a value, as a constant.</summary>
    public static void Shape(OnnxStep step)
    {
        step.Node.AllowAttributes("start", "end");
        OnnxValue value = step.Input(0);
        long[] sizes = [.. step.ShapeOf(0).Select(static size => (long)size)];
        if (value.IsBatch)
            sizes[0] = step.Reading.Batch;
        int At(string name, int otherwise) => step.Node.HasAttribute(name) && step.Node.Integer(name, 0) is var index
            ? (int)Math.Clamp(index < 0 ? index + sizes.Length : index, 0, sizes.Length)
            : otherwise;
        (int start, int end) = (At("start", 0), At("end", sizes.Length));
        long[] told = end > start ? sizes[start..end] : [];
        step.Give(OnnxTensor.OfIntegers(step.Node.Outputs[0], [told.Length], told, step.Reading.Fault));
    }

    /// <summary>The number of elements of a value, as a constant.</summary>
    public static void Size(OnnxStep step)
    {
        step.Node.AllowAttributes();
        long rows = step.Input(0).IsBatch ? step.Reading.Batch : 1;
        step.Give(OnnxTensor.OfIntegers(step.Node.Outputs[0], [], [rows * OnnxShapes.Count(step.ShapeOf(0))], step.Reading.Fault));
    }

    /// <summary>The type that a Cast gives.</summary>
    /// <param name="step">The node.</param>
    public static DataType CastTarget(OnnxStep step)
    {
        step.Node.AllowAttributes("to", "saturate", "round_mode");
        if (step.Opset >= 6 || step.Node.Text("to") is not { } name)
            return (DataType)step.Node.Integer("to", 0);
        return name switch // the first version states it as a text
        {
            "FLOAT" => DataType.Float,
            "DOUBLE" => DataType.Double,
            "FLOAT16" => DataType.Float16,
            "INT64" => DataType.Int64,
            "INT32" => DataType.Int32,
            _ => DataType.Undefined,
        };
    }

    /// <summary>Whether a type is one of floating point.</summary>
    /// <param name="type">The type.</param>
    public static bool IsFloat(DataType type) => type is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;

    /// <summary>The shape that an operator of <see cref="IsReshape"/> gives.</summary>
    /// <param name="step">The node.</param>
    /// <param name="shape">The shape of its first input.</param>
    /// <param name="isBatch">Whether its first dimension stands for a batch of fixed size.</param>
    /// <exception cref="InvalidFileException">The shapes do not fit.</exception>
    /// <exception cref="OnnxNotAnalysedException">The node does more than change the shape.</exception>
    public static int[] Result(OnnxStep step, int[] shape, bool isBatch)
    {
        OnnxNode node = step.Node;
        switch (node.Operator)
        {
            case "Identity":
                node.AllowAttributes();
                return shape;
            case "Dropout":
                RequireInference(step);
                return shape;
            case "Flatten":
                node.AllowAttributes("axis");
                long axis = node.Integer("axis", 1);
                RequireBatch(isBatch, (axis < 0 ? axis + shape.Length : axis) == 1);
                return OnnxShapes.Flatten(node, shape, axis);
            case "Reshape":
                return Reshaped(step, shape, isBatch);
            case "Squeeze":
                long[]? squeezed = Axes(step);
                if (isBatch)
                    squeezed ??= [.. Enumerable.Range(1, shape.Length - 1).Where(i => shape[i] == 1).Select(static i => (long)i)];
                RequireBatch(isBatch, squeezed?.Any(a => a == 0 || a == -shape.Length) != true);
                return OnnxShapes.Squeeze(node, shape, squeezed);
            default:
                long[] inserted = Axes(step) ?? throw node.Fault("OnnxMissingTensor", "It states no axes.");
                RequireBatch(isBatch, !inserted.Any(a => a == 0 || a == -shape.Length - inserted.Length));
                return OnnxShapes.Unsqueeze(node, shape, inserted);
        }
    }

    private static int[] Reshaped(OnnxStep step, int[] shape, bool isBatch)
    {
        OnnxNode node = step.Node;
        node.AllowAttributes("allowzero", "shape");
        long[] target = step.Opset >= ShapeBecomesInput || !node.HasAttribute("shape")
            ? step.OptionalConstant(1)?.Integers ?? throw node.Fault("OnnxMissingTensor", "It states no shape.")
            : node.Integers("shape")!;
        if (isBatch)
        {
            RequireBatch(isBatch, target.Length > 0 && (target[0] is 0 or -1 || target[0] == step.Reading.Batch));
            target = [target[0] == step.Reading.Batch ? 1 : target[0], .. target[1..]];
        }

        int[] result = OnnxShapes.Reshape(node, shape, target, node.Integer("allowzero", 0) != 0);
        RequireBatch(isBatch, result[..Math.Min(1, result.Length)] is [1]);
        return result;
    }

    private static void RequireBatch(bool isBatch, bool isKept)
    {
        if (isBatch && !isKept)
            throw new OnnxNoBatchException();
    }

    private static void RequireInference(OnnxStep step)
    {
        step.Node.AllowAttributes("ratio", "seed", "is_test");
        if (step.Opset >= TrainingModeBecomesInput && step.Node.HasInput(2) && step.Constant(2).Integers is not [0])
            throw new OnnxNotAnalysedException("It is in training mode.");
    }

    private static long[]? Axes(OnnxStep step)
    {
        if (step.Opset >= AxesBecomeInputs)
        {
            step.Node.AllowAttributes();
            return step.OptionalConstant(1)?.Integers;
        }

        step.Node.AllowAttributes("axes");
        return step.Node.Integers("axes");
    }
}
