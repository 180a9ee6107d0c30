using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf.Collections;
using Dimension = ExactCompression.Formats.Onnx.Schema.TensorShapeProto.Types.Dimension;

namespace ExactCompression.Formats.Onnx;

/// <summary>Sizes that a file leaves open, and that the user states.</summary>
internal static class OnnxOpenInputs
{
    private const int ExampleSize = 28;

    /// <summary>Declares the shape of the inputs that leave theirs open.</summary>
    /// <param name="graph">The graph; changed.</param>
    /// <param name="shape">The shape of one input, without the batch or with it.</param>
    /// <param name="fault">Names the file.</param>
    /// <exception cref="InvalidInputException">No input leaves its shape open, or it fits none, or gives a symbol two sizes.</exception>
    public static void Fix(GraphProto graph, TensorShape shape, OnnxFault fault)
    {
        HashSet<string> stored = [.. OnnxStored.NamesIn(graph)];
        ValueInfoProto[] open = [.. graph.Input.Where(i => !stored.Contains(i.Name) && IsOpen(i, shape))];
        if (open.Length == 0)
            throw new InvalidInputException(
                "InputShapeNotApplicable", $"'{fault.Path}' states the shapes of its inputs.", "Leave -InputShape out.");
        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        ValueInfoProto[] fixedInputs = [.. open.Where(input => TryFix(input, shape, symbols, fault))];
        if (fixedInputs.Length == 0)
            throw new InvalidInputException(
                "InputShapeMismatch",
                $"-InputShape {string.Join(',', shape)} does not fit the input {OnnxFault.Quote(open[0].Name)} of '{fault.Path}', which is "
                    + $"{OnnxShapes.Show(open[0].Type.TensorType.Shape)}.",
                $"State its sizes, without the batch, such as -InputShape {Example(open[0])}.");
        foreach (Dimension dimension in open.Except(fixedInputs).SelectMany(static i => i.Type.TensorType.Shape?.Dim.Skip(1) ?? []))
        {
            if (dimension.DimValue <= 0 && symbols.TryGetValue(dimension.DimParam, out int size))
                dimension.DimValue = size;
        }
    }

    /// <summary>A shape for an input that leaves sizes open, as an example of what to state.</summary>
    /// <param name="input">The input.</param>
    public static string Example(ValueInfoProto input) => input.Type?.TensorType?.Shape is { Dim.Count: > 0 } known
        ? string.Join(',', known.Dim.Skip(known.Dim.Count > 1 ? 1 : 0).Select(static d => d.DimValue > 0 ? d.DimValue : ExampleSize))
        : $"3,{ExampleSize},{ExampleSize}";

    /// <summary>Whether an input leaves something open that a shape of so many dimensions states.</summary>
    private static bool IsOpen(ValueInfoProto input, TensorShape shape) => input.Type?.TensorType?.Shape is not { } known
        ? input.Type is null or { TensorType: not null } // else it is no tensor
        : known.Dim.Skip(known.Dim.Count == shape.Count ? 0 : 1).Any(static d => d.DimValue <= 0);

    private static bool TryFix(ValueInfoProto input, TensorShape shape, Dictionary<string, int> symbols, OnnxFault fault)
    {
        TypeProto.Types.Tensor? tensor = (input.Type ??= new()).TensorType ??= new() { ElemType = TensorProto.Types.DataType.Float };
        tensor.Shape ??= new() { Dim = { Enumerable.Range(0, shape.Count + 1).Select(static _ => new Dimension()) } };
        RepeatedField<Dimension> dimensions = tensor.Shape.Dim;
        int first = dimensions.Count - shape.Count;
        if (first is not (0 or 1) || Enumerable.Range(0, shape.Count).Any(
            i => dimensions[first + i].DimValue is > 0 and var stated && stated != shape[i]))
            return false;
        for (int i = 0; i < shape.Count; i++)
        {
            Dimension dimension = dimensions[first + i];
            string symbol = dimension.DimParam;
            if (symbol.Length > 0 && !symbols.TryAdd(symbol, shape[i]) && symbols[symbol] != shape[i])
                throw new InvalidInputException(
                    "InputShapeMismatch",
                    $"-InputShape {string.Join(',', shape)} gives the dimension {OnnxFault.Quote(symbol)} of '{fault.Path}' two sizes.",
                    "State the same size wherever the file has the same symbol.");
            dimension.DimValue = shape[i]; // takes the place of the symbol
        }

        return true;
    }
}
