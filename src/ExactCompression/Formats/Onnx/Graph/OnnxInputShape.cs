using ExactCompression.Formats.Onnx.Schema;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>An input and its shape.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its dimensions, where the batch counts as 1.</param>
/// <param name="IsBatch">Whether the first one stands for a batch of fixed size.</param>
/// <param name="IsFloat">Whether its elements are of floating point.</param>
internal sealed record OnnxInput(string Name, int[] Shape, bool IsBatch, bool IsFloat);

/// <summary>
/// The shapes of inputs, the batch counted as 1: as the graph declares them or, if that is symbolic or missing, as the first matrix on the
/// way requires.
/// </summary>
internal static class OnnxInputShape
{
    private const int Unknown = -1;

    // How far the first matrix is looked for.
    private const int MostNodes = 10_000;

    /// <summary>Finds the shape of an input.</summary>
    /// <param name="input">The input as declared.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="fault">Makes errors.</param>
    /// <exception cref="InvalidFileException">The shape is not determined.</exception>
    public static OnnxInput Resolve(ValueInfoProto input, OnnxGraph graph, OnnxFault fault)
    {
        (int size, bool column)? taken = null;
        int[]? stated = Declared(input, fault);
        if (stated?.Contains(Unknown) != false)
            taken = FirstMatrix(input.Name, graph);
        int[] declared = stated ?? (taken?.column == true ? [Unknown, 1] : [1, Unknown]);
        int[] shape = [.. declared];
        if (shape.Count(static size => size == Unknown) > 1 && shape[0] == Unknown)
            shape[0] = 1;
        long known = 1;
        foreach (int size in shape.Where(static size => size != Unknown))
            known = Math.Min(known * size, int.MaxValue);

        int at = Array.IndexOf(shape, Unknown);
        if (at >= 0 && taken is { } matrix && matrix.size % known == 0)
            shape[at] = (int)(matrix.size / known);
        else if (at == 0)
            shape[at] = 1;
        if (shape.Contains(Unknown))
            throw fault.AtTensor(
                "OnnxUnknownInputSize", input.Name,
                $"The shape [{string.Join(',', declared.Select(static size => size == Unknown ? "?" : $"{size}"))}] of the input leaves "
                    + "its size open.",
                "State the shape of one input, without the batch, with Import-ReluNetwork -InputShape, such as -InputShape "
                    + $"{OnnxOpenInputs.Example(input, graph.Inputs)}: verdicts hold for that size alone.", unsupported: true);
        if (known * (at >= 0 ? shape[at] : 1) >= Networks.AffineMap.MaximumWeights)
            throw fault.AtTensor(
                "OnnxTooLarge", input.Name,
                $"The input of shape {OnnxShapes.Show(shape)} has more than {Networks.AffineMap.MaximumWeights} values.");
        DataType type = input.Type?.TensorType?.ElemType ?? DataType.Undefined;
        return new(input.Name, shape, IsBatch: false, type == DataType.Undefined || OnnxShapeOperators.IsFloat(type));
    }

    private static int[]? Declared(ValueInfoProto input, OnnxFault fault)
    {
        if (input.Type?.TensorType?.Shape is not { } shape)
            return null;
        if (shape.Dim.Count > OnnxShapes.MostDimensions)
            throw fault.AtTensor(
                "OnnxTooManyDimensions", input.Name,
                $"It has {shape.Dim.Count} dimensions; at most {OnnxShapes.MostDimensions} are supported.", "Export the network again.",
                unsupported: true);
        return [.. shape.Dim.Select(dim => dim.DimValue <= int.MaxValue ? dim.DimValue > 0 ? (int)dim.DimValue : Unknown
            : throw fault.AtTensor("OnnxInvalidDimensions", input.Name, $"Its dimension {dim.DimValue} is too large."))];
    }

    /// <summary>How many values the first matrix takes, and whether as a column; null if other nodes come first.</summary>
    private static (int Size, bool Column)? FirstMatrix(string input, OnnxGraph graph)
    {
        var values = new Queue<string>([input]);
        var seen = new HashSet<string>(StringComparer.Ordinal) { input };
        for (int visited = 0; values.TryDequeue(out string? value) && visited < MostNodes; visited++)
        {
            foreach (OnnxNode node in graph.ConsumersOf(value).Take(MostNodes))
            {
                if (!node.IsStandard)
                    continue;
                if (node.Operator is "Gemm" or "MatMul")
                {
                    bool column = node.Inputs.Count > 1 && node.Inputs[1] == value;
                    if (node.Inputs.Count < 2 || ConstantShape(node.Inputs[column ? 0 : 1], graph) is not { Length: > 0 } matrix)
                        return null;
                    bool transposed = node.Operator == "Gemm" && node.Integer(column ? "transA" : "transB", 0) != 0;
                    int fromEnd = matrix.Length == 1 || column != transposed ? 1 : 2;
                    return matrix[^fromEnd] is > 0 and <= int.MaxValue ? ((int)matrix[^fromEnd], column) : null;
                }

                if (KeepsCount(node) && seen.Add(node.Outputs[0]))
                    values.Enqueue(node.Outputs[0]);
            }
        }

        return null;
    }

    private static bool KeepsCount(OnnxNode node) => OnnxShapeOperators.IsReshape(node.Operator) || node.Operator
        is "Add" or "Sub" or "Mul" or "Div" or "Neg" or "Relu" or "LeakyRelu" or "PRelu" or "Clip" or "Max" or "Min" or "Abs" or "Cast"
        or "Transpose" or "BatchNormalization" or "Sigmoid" or "Tanh";

    /// <summary>The dimensions of a constant, as far as they are plain to see.</summary>
    private static long[]? ConstantShape(string name, OnnxGraph graph)
    {
        bool isTransposed = false;
        for (int hops = 0; hops < OnnxShapes.MostDimensions; hops++)
        {
            if (graph.Initializer(name) is { } tensor)
                return isTransposed ? [.. tensor.Dims.Reverse()] : [.. tensor.Dims];
            if (graph.ProducerOf(name) is not { IsStandard: true } node)
                return null;
            if (node.Operator == "Constant" && node.Tensor("value") is { } value)
                return isTransposed ? [.. value.Dims.Reverse()] : [.. value.Dims];
            if (node.Operator is not ("Identity" or "Cast" or "Transpose") || !node.HasInput(0))
                return null;
            isTransposed ^= node.Operator == "Transpose" && node.Integers("perm") is null or [1, 0];
            name = node.Inputs[0];
        }

        return null;
    }
}
