using System.Globalization;
using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
using AttributeType = ExactCompression.Formats.Onnx.Schema.AttributeProto.Types.AttributeType;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>A graph of ONNX while it is written: nodes and tensors with names of their own; equal tensors are stored once.</summary>
/// <param name="graph">The graph.</param>
/// <param name="precision">What weights are stored as; also the type of all values.</param>
/// <param name="opset">The version of the operators.</param>
/// <param name="isHalf">Whether values are 16-bit floats.</param>
internal sealed class OnnxGraphParts(GraphProto graph, WeightPrecision precision, long opset = OnnxModel.Opset, bool isHalf = false)
{
    /// <summary>The version from which on Slice takes its ranges as inputs, and has steps.</summary>
    public const long SliceInputs = 10;

    private const long CastsByNumber = 6, ShapeBecomesInput = 5;

    private readonly HashSet<string> values = new(StringComparer.Ordinal), nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<(DataType Type, string Shape, ByteString Data), string> tensors = [];
    private string owner = "";
    private string? batch;

    /// <summary>What weights are stored as.</summary>
    public WeightPrecision Precision => precision;

    /// <summary>The version of the operators.</summary>
    public long Opset => opset;

    /// <summary>Number of nodes so far.</summary>
    public int Count => graph.Node.Count;

    /// <summary>The type of all values.</summary>
    public DataType Type => precision == WeightPrecision.Float64 ? DataType.Double : isHalf ? DataType.Float16 : DataType.Float;

    /// <summary>What the last node gives.</summary>
    public string Last => graph.Node[^1].Output[0];

    /// <summary>A name for a value that no other has.</summary>
    /// <param name="name">The name that it has if it is free.</param>
    public string Unique(string name) => Unique(values, name);

    /// <summary>A name for a node that no other has.</summary>
    /// <param name="name">The name that it has if it is free.</param>
    public string UniqueNode(string name) => Unique(nodes, name);

    /// <summary>Frees the name of a node that others replace.</summary>
    /// <param name="name">The name.</param>
    public void FreeNode(string name) => nodes.Remove(name);

    /// <summary>Refuses what versions of the operators before some one do not have.</summary>
    /// <param name="version">The version.</param>
    /// <param name="what">What is needed, to end a sentence.</param>
    /// <exception cref="InvalidInputException">The version is an earlier one.</exception>
    public void RequireOpset(long version, string what)
    {
        if (opset < version)
            throw new InvalidInputException(
                "OnnxOpsetTooOld",
                $"The file's operators are of version {opset}, and {what} needs version {version}.",
                "Convert the original to a newer version of the operators, or compress it with a lower level.");
    }

    /// <summary>What follows belongs to a node of the network.</summary>
    /// <param name="name">The node's name.</param>
    public void Begin(string name) => owner = name;

    /// <summary>Adds a node.</summary>
    /// <param name="type">Its operator.</param>
    /// <param name="inputs">What it takes; an empty name for an optional input left out.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>What it gives.</returns>
    public string Node(string type, string[] inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = type, Name = Unique(nodes, $"{owner}.{type}"), Output = { Unique($"{owner}.{type}_output") } };
        node.Input.Add(inputs);
        node.Attribute.Add(attributes);
        graph.Node.Add(node);
        return node.Output[0];
    }

    /// <summary>Gives the last node, and what it gives, the names that the network has for them.</summary>
    /// <param name="node">Name of the node.</param>
    /// <param name="value">Name of the value, which is unique.</param>
    public void RenameLast(string node, string value)
    {
        NodeProto last = graph.Node[^1];
        values.Remove(last.Output[0]);
        nodes.Remove(last.Name);
        last.Output[0] = value;
        last.Name = Unique(nodes, node);
    }

    /// <summary>Adds a tensor of numbers.</summary>
    /// <param name="name">What it is, such as <c>weight</c>.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="numbers">The numbers, row-major.</param>
    /// <returns>The value to use: the tensor, or a cast of it where it is stored as 16-bit floats.</returns>
    /// <exception cref="InvalidInputException">A number is too large for the precision.</exception>
    public string Tensor(string name, int[] shape, ReadOnlySpan<double> numbers)
    {
        (DataType type, ByteString data) = OnnxTensorData.Encode(numbers, precision, isHalf, opset >= CastsByNumber);
        if (tensors.TryGetValue(Key(type, shape, data), out string? known))
            return known;
        string stored = Add(name, type, shape, data);
        if (type == DataType.Float16 && !isHalf)
            stored = Node("Cast", [stored], Integer("to", (long)DataType.Float));
        return tensors[Key(type, shape, data)] = stored;
    }

    /// <summary>Adds a tensor of numbers; if all are equal, as one number that is repeated.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="numbers">The numbers, row-major.</param>
    public string Broadcast(string name, int[] shape, ReadOnlySpan<double> numbers) =>
        numbers.Length > 1 && IsUniform(numbers) ? Tensor(name, [1], numbers[..1]) : Tensor(name, shape, numbers);

    /// <summary>Adds a vector of integers.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="numbers">The integers.</param>
    public string Integers(string name, params ReadOnlySpan<long> numbers)
    {
        var bytes = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers));
        int[] shape = [numbers.Length];
        return tensors.TryGetValue(Key(DataType.Int64, shape, bytes), out string? known)
            ? known
            : tensors[Key(DataType.Int64, shape, bytes)] = Add(name, DataType.Int64, shape, bytes);
    }

    /// <summary>Another shape; the batch stays.</summary>
    /// <param name="value">The value.</param>
    /// <param name="shape">The shape for one row.</param>
    public string Reshape(string value, params ReadOnlySpan<int> shape)
    {
        if (shape.Length == 1)
            return Node("Flatten", [value]);
        var dimensions = new long[shape.Length + 1]; // 0 keeps the dimension, which is the batch
        for (int a = 0; a < shape.Length; a++)
            dimensions[a + 1] = shape[a];
        return ReshapeTo(value, dimensions);
    }

    /// <summary>Another shape, in which 0 keeps a dimension.</summary>
    /// <param name="value">The value.</param>
    /// <param name="dimensions">The dimensions.</param>
    public string ReshapeTo(string value, params ReadOnlySpan<long> dimensions) => opset < ShapeBecomesInput
        ? Node("Reshape", [value], LongList("shape", dimensions.ToArray()))
        : Node("Reshape", [value, Integers("shape", dimensions)]);

    /// <summary>A value that is the same for each row of the input.</summary>
    /// <param name="shape">Its shape for one row.</param>
    /// <param name="numbers">Its elements.</param>
    public string Constant(int[] shape, ReadOnlySpan<double> numbers)
    {
        RequireOpset(8, "a value that is the same for every input");
        batch ??= opset < SliceInputs
            ? Node("Slice", [Node("Shape", [graph.Input[0].Name])], IntegerList("starts", 0), IntegerList("ends", 1))
            : Node("Slice", [Node("Shape", [graph.Input[0].Name]), Integers("first", 0), Integers("second", 1)]);
        string rows = shape.Length == 0
            ? batch
            : Node("Concat", [batch, Integers("shape", [.. shape.Select(static d => (long)d)])], Integer("axis", 0));
        return Node("Expand", [Tensor("value", [1, .. shape], numbers), rows]);
    }

    /// <summary>An attribute of one integer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The integer.</param>
    public static AttributeProto Integer(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    /// <summary>An attribute of several integers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">The integers.</param>
    public static AttributeProto IntegerList(string name, params IEnumerable<int> values) =>
        new() { Name = name, Type = AttributeType.Ints, Ints = { values.Select(static v => (long)v) } };

    /// <summary>An attribute of several integers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">The integers.</param>
    public static AttributeProto LongList(string name, params long[] values) =>
        new() { Name = name, Type = AttributeType.Ints, Ints = { values } };

    /// <summary>An attribute of one number, in float32.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The number.</param>
    public static AttributeProto Real(string name, double value) => new() { Name = name, Type = AttributeType.Float, F = (float)value };

    /// <summary>Whether some numbers are all the same, bit for bit.</summary>
    /// <param name="numbers">The numbers; at least one.</param>
    public static bool IsUniform(ReadOnlySpan<double> numbers)
    {
        long first = BitConverter.DoubleToInt64Bits(numbers[0]);
        foreach (double number in numbers)
        {
            if (BitConverter.DoubleToInt64Bits(number) != first)
                return false;
        }

        return true;
    }

    /// <summary>Whether some numbers are all 0, and none is -0.</summary>
    /// <param name="numbers">The numbers.</param>
    public static bool AreZero(ReadOnlySpan<double> numbers) =>
        numbers.Length == 0 || (IsUniform(numbers) && BitConverter.DoubleToInt64Bits(numbers[0]) == 0);

    private static (DataType Type, string Shape, ByteString Data) Key(DataType type, int[] shape, ByteString data) =>
        (type, string.Join(',', shape), data);

    private static string Unique(HashSet<string> taken, string name)
    {
        string unique = name;
        for (int i = 1; unique.Length == 0 || !taken.Add(unique); i++)
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
        return unique;
    }

    private string Add(string name, DataType type, int[] shape, ByteString data)
    {
        var tensor = new TensorProto { Name = Unique($"{owner}.{name}"), DataType = type, RawData = data };
        tensor.Dims.Add(shape.Select(static d => (long)d));
        graph.Initializer.Add(tensor);
        return tensor.Name;
    }
}
