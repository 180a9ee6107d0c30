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
            throw Mismatch(open[0], shape, Sizes(open[0]), fault);
        FixSymbols(open.Except(fixedInputs), symbols);
    }

    /// <summary>Declares the shapes of inputs that leave theirs open, by their names.</summary>
    /// <param name="graph">The graph; changed.</param>
    /// <param name="shapes">The shape of each, without the batch or with it.</param>
    /// <param name="fault">Names the file.</param>
    /// <exception cref="InvalidInputException">There is no such input, it states its shape, the shape does not fit it, or a symbol gets two
    /// sizes.</exception>
    public static void Fix(GraphProto graph, IReadOnlyDictionary<string, TensorShape> shapes, OnnxFault fault)
    {
        HashSet<string> stored = [.. OnnxStored.NamesIn(graph)];
        ValueInfoProto[] inputs = [.. graph.Input.Where(i => !stored.Contains(i.Name))];
        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string name, TensorShape shape) in shapes)
        {
            ValueInfoProto input = Array.Find(inputs, i => i.Name == name) ?? throw new InvalidInputException(
                "InputShapeNotApplicable", $"'{fault.Path}' has no input {OnnxFault.Quote(name)}.",
                $"Its inputs are {NameText.List([.. inputs.Select(static i => i.Name)])}.");
            if (!IsOpen(input, shape))
                throw new InvalidInputException(
                    "InputShapeNotApplicable", $"'{fault.Path}' states the shape of its input {OnnxFault.Quote(name)}.",
                    "Leave that name out of -InputShape.");
            if (!TryFix(input, shape, symbols, fault))
                throw Mismatch(input, shape, $"@{{ {Named(input)} }}", fault);
        }

        FixSymbols(inputs.Where(i => !shapes.ContainsKey(i.Name)), symbols);
    }

    /// <summary>What to state of an input that leaves sizes open, as an example; with the names where several inputs do.</summary>
    /// <param name="input">The input.</param>
    /// <param name="all">All inputs of the graph.</param>
    public static string Example(ValueInfoProto input, IEnumerable<ValueInfoProto> all)
    {
        ValueInfoProto[] open = [.. all.Where(
            static i => i.Type?.TensorType?.Shape is not { } known || known.Dim.Skip(1).Any(static d => d.DimValue <= 0))];
        return open.Length > 1 ? $"@{{ {string.Join("; ", open.Select(Named))} }}" : Sizes(input);
    }

    private static string Named(ValueInfoProto input)
    {
        bool isWord = input.Name.Length > 0 && input.Name.All(char.IsAsciiLetter);
        string name = isWord ? input.Name : "'" + NameText.Short(input.Name).Replace("'", "''", StringComparison.Ordinal) + "'";
        return $"{name} = {Sizes(input)}";
    }

    private static string Sizes(ValueInfoProto input) => input.Type?.TensorType?.Shape is { Dim.Count: > 0 } known
        ? string.Join(',', known.Dim.Skip(known.Dim.Count > 1 ? 1 : 0).Select(static d => d.DimValue > 0 ? d.DimValue : ExampleSize))
        : $"3,{ExampleSize},{ExampleSize}";

    private static InvalidInputException Mismatch(ValueInfoProto input, TensorShape shape, string example, OnnxFault fault) => new(
        "InputShapeMismatch",
        $"-InputShape {string.Join(',', shape)} does not fit the input {OnnxFault.Quote(input.Name)} of '{fault.Path}', which is "
            + $"{OnnxShapes.Show(input.Type.TensorType.Shape)}.",
        $"State its sizes, without the batch, such as -InputShape {example}.");

    private static void FixSymbols(IEnumerable<ValueInfoProto> inputs, Dictionary<string, int> symbols)
    {
        foreach (Dimension dimension in inputs.SelectMany(static i => i.Type?.TensorType?.Shape?.Dim.Skip(1) ?? []))
        {
            if (dimension.DimValue <= 0 && symbols.TryGetValue(dimension.DimParam, out int size))
                dimension.DimValue = size;
        }
    }

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
