using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// The shape of one input, the batch counted as 1: as the graph declares it or, if that is symbolic or missing, as the first matrix on the
/// path requires.
/// </summary>
internal static class OnnxInputShape
{
    private const int Unknown = -1;

    /// <summary>Finds the shape.</summary>
    /// <param name="input">The input as declared.</param>
    /// <param name="path">The nodes from the input on.</param>
    /// <param name="constants">The constants of the graph.</param>
    /// <param name="fault">Makes errors.</param>
    /// <exception cref="InvalidFileException">The shape is not determined, or does not fit the first matrix.</exception>
    public static int[] Resolve(ValueInfoProto input, List<(OnnxNode Node, int DataIndex)> path, OnnxConstants constants, OnnxFault fault)
    {
        (int size, bool column)? taken = FirstMatrix(path, constants);
        int[] declared = Declared(input, fault) ?? (taken?.column == true ? [Unknown, 1] : [1, Unknown]);
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
        string shown = $"[{string.Join(',', declared.Select(static size => size == Unknown ? "?" : $"{size}"))}]";
        if (shape.Contains(Unknown))
            throw fault.AtTensor(
                "OnnxUnknownInputSize", input.Name, $"The shape {shown} of the input leaves its size open.",
                "Export the network with a fixed input size.");

        long count = at >= 0 ? known * shape[at] : known;
        if (taken is { } first && first.size != count)
            throw fault.AtTensor(
                "OnnxShapeMismatch", input.Name, $"The input of shape {shown} has {count} values, but the first matrix takes {first.size}.",
                "Networks for one input row, or with a symbolic batch, are supported.");
        if (taken is null && count * count > AffineMap.MaximumWeights)
            throw fault.AtTensor("OnnxTooLarge", input.Name, $"The input has {count} values, and no matrix takes them.");
        return shape;
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

    /// <summary>How many values the first matrix takes, and whether as a column; null if there is none.</summary>
    private static (int Size, bool Column)? FirstMatrix(List<(OnnxNode Node, int DataIndex)> path, OnnxConstants constants)
    {
        foreach ((OnnxNode node, int dataIndex) in path)
        {
            if (node.Operator is not ("Gemm" or "MatMul"))
                continue;
            if (dataIndex > 1 || !node.HasInput(1 - dataIndex)
                || constants.Find(node.Inputs[1 - dataIndex]) is not { Shape.Length: > 0 } matrix)
                return null;
            bool column = dataIndex == 1;
            bool transposed = node.Operator == "Gemm" && node.Integer(column ? "transA" : "transB", 0) != 0;
            int fromEnd = matrix.Shape.Length == 1 || column != transposed ? 1 : 2;
            return (matrix.Shape[^fromEnd], column);
        }

        return null;
    }
}
