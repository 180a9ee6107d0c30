using Dimension = ExactCompression.Formats.Onnx.Schema.TensorShapeProto.Types.Dimension;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Shapes that a file declares of values beside those that its nodes give. Like runtimes, which load such files with a warning, the reader
/// goes by the nodes, and says so.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="batch">The first dimension of inputs that counts as a batch; 0 for none.</param>
internal sealed class OnnxDeclarations(OnnxGraph graph, int batch)
{
    private readonly bool isOpen = graph.Inputs.Any(static i => i.Type?.TensorType?.Shape?.Dim is not [{ DimValue: > 0 }, ..]);
    private string? first;
    private int wrong;

    /// <summary>A sentence on all that is wrong; null where nothing is.</summary>
    public string? Warning => first is null
        ? null
        : $"A shape that the file declares is wrong, and is ignored: {first}{(wrong > 1 ? $" (and {wrong - 1} more)" : "")}";

    /// <summary>Compares what is declared of a value with what a node gives.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The value's name.</param>
    /// <param name="value">The value.</param>
    public void Compare(OnnxNode node, string name, OnnxValue value)
    {
        // Constants may depend on the batch.
        if (value.Number < 0 || value.Shape is not { } shape
            || graph.Declaration(name)?.Type?.TensorType?.Shape is not { Dim.Count: > 0 } stated
            || (stated.Dim.Count == shape.Length && Enumerable.Range(0, shape.Length).All(a => Fits(a, shape[a], stated.Dim[a]))))
            return;
        wrong++;
        first ??= $"{node.Place} gives {OnnxShapes.Show(shape)}, and {OnnxFault.Quote(name)} is declared as "
            + $"{OnnxShapes.Show(stated)}.";
    }

    /// <summary>Whether a size is the declared one. The batch counts as 1; it may be anywhere, and part of a larger dimension.</summary>
    private bool Fits(int axis, int size, Dimension stated)
    {
        long declared = stated.DimValue;
        bool isBatch = isOpen ? axis == 0 || size == 1 : batch > 0 && declared == (long)size * batch;
        return declared <= 0 || declared == size || isBatch;
    }
}
