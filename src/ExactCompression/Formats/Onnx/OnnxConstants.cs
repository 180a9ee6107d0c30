using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Values that are known without the input: initializers, Constant nodes, and what nodes that only move or retype values make of these.
/// Arithmetic among constants is not done here: a runtime would round it, in a way that cannot be known here.
/// </summary>
/// <param name="graph">The graph, known to be without cycles.</param>
/// <param name="opset">Version of the operators.</param>
/// <param name="fault">Makes errors.</param>
/// <param name="budget">The import's limits.</param>
internal sealed class OnnxConstants(OnnxGraph graph, long opset, OnnxFault fault, ImportBudget budget)
{
    private const int DeepestFolding = 64;

    private readonly OnnxTensorReader reader = new(fault, budget);
    private readonly Dictionary<string, OnnxTensor> shared = new(StringComparer.Ordinal);
    private (string Name, OnnxTensor Tensor)? latest; // the first matrix is requested twice: for the input's shape, and for its product

    /// <summary>The constant of a name, or null where the value depends on the input.</summary>
    /// <param name="name">Name of the value.</param>
    /// <exception cref="InvalidFileException">Its data is damaged or not supported.</exception>
    public OnnxTensor? Find(string name)
    {
        if (Known(name) is { } known)
            return known;
        // From the value back to the nearest one that is known or stored, then forward again.
        var moves = new Stack<OnnxNode>();
        string source = name;
        OnnxTensor? tensor;
        while ((tensor = Known(source) ?? Stored(source)) is null)
        {
            if (moves.Count == DeepestFolding || graph.ProducerOf(source) is not { } node || !IsMove(node))
                return null;
            moves.Push(node);
            source = node.Inputs[0];
        }

        Remember(source, tensor);
        while (moves.TryPop(out OnnxNode? node))
        {
            tensor = Moved(node, tensor);
            Remember(node.Outputs[0], tensor);
        }

        return tensor;
    }

    private static bool IsMove(OnnxNode node) =>
        node.HasInput(0) && (OnnxShapeOperators.IsKnown(node.Operator) || node.Operator == "Transpose");

    private OnnxTensor? Known(string name) => latest?.Name == name ? latest?.Tensor : shared.GetValueOrDefault(name);

    /// <summary>Keeps values that are needed again; a value that a single node uses is not kept.</summary>
    private void Remember(string name, OnnxTensor tensor)
    {
        latest = (name, tensor);
        if (graph.ConsumersOf(name).Count > 1)
            shared[name] = tensor;
    }

    private OnnxTensor? Stored(string name)
    {
        if (graph.Initializer(name) is { } initializer)
            return reader.Read(initializer, name);
        return graph.ProducerOf(name) is { Operator: "Constant" } node ? FromAttribute(node) : null;
    }

    private OnnxTensor FromAttribute(OnnxNode node)
    {
        node.AllowAttributes("value", "value_float", "value_floats", "value_int", "value_ints");
        string name = node.Outputs[0];
        if (node.Tensor("value") is { } tensor)
            return reader.Read(tensor, name);
        if (node.Floats("value_floats") is { } floats)
            return OnnxTensor.OfFloats(name, [floats.Length], [.. floats.Select(static v => (double)v)], WeightPrecision.Float32, fault);
        if (node.Integers("value_ints") is { } integers)
            return OnnxTensor.OfIntegers(name, [integers.Length], integers, fault);
        if (node.HasAttribute("value_float"))
            return OnnxTensor.OfFloats(name, [], [node.Float("value_float", 0)], WeightPrecision.Float32, fault);
        if (node.HasAttribute("value_int"))
            return OnnxTensor.OfIntegers(name, [], [node.Integer("value_int", 0)], fault);
        throw node.Fault("OnnxInvalidAttribute", "It has no value.");
    }

    private OnnxTensor Moved(OnnxNode node, OnnxTensor tensor)
    {
        if (node.Operator == "Cast")
            return Cast(node, tensor);
        if (node.Operator != "Transpose")
            return tensor.Reshaped(OnnxShapeOperators.Result(node, tensor.Shape, opset, Find));
        node.AllowAttributes("perm");
        int[] permutation = OnnxShapes.Permutation(node, tensor.Shape.Length, node.Integers("perm"));
        int[] shape = [.. permutation.Select(p => tensor.Shape[p])];
        budget.AllocateValues(tensor.Count, node.Place);
        return OnnxTensor.OfFloats(
            tensor.Name, shape, OnnxLayout.Transpose(tensor.Floats, tensor.Shape, permutation, budget), tensor.Precision, fault);
    }

    /// <summary>A cast of stored values really rounds them, unlike a cast of values that depend on the input.</summary>
    private OnnxTensor Cast(OnnxNode node, OnnxTensor tensor)
    {
        TensorProto.Types.DataType to = OnnxShapeOperators.CastTarget(node);
        Func<double, double>? round = to switch
        {
            TensorProto.Types.DataType.Double => static v => v,
            TensorProto.Types.DataType.Float => static v => (float)v,
            TensorProto.Types.DataType.Float16 => static v => (double)(Half)v,
            _ => null,
        };
        if (round is null)
            throw node.Unsupported("A constant cannot be cast to this type.");
        budget.AllocateValues(tensor.Count, node.Place);
        WeightPrecision precision = to == TensorProto.Types.DataType.Double ? WeightPrecision.Float64 : WeightPrecision.Float32;
        return OnnxTensor.OfFloats(tensor.Name, tensor.Shape, Array.ConvertAll(tensor.Floats, v => round(v)), precision, fault);
    }
}
