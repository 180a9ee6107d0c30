using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Values that are known without the input: initializers, Constant nodes, and what nodes that only move or retype values make of these.
/// Arithmetic among constants is not done here: a runtime would round it, and its rounding is not ours to guess.
/// </summary>
/// <param name="graph">The graph, known to be without cycles.</param>
/// <param name="opset">Version of the operators.</param>
/// <param name="fault">Makes errors.</param>
internal sealed class OnnxConstants(OnnxGraph graph, long opset, OnnxFault fault)
{
    private const int DeepestFolding = 64;

    private readonly OnnxTensorReader reader = new(fault);
    private OnnxTensor? latest; // the first matrix is asked for twice: for the input's shape, and for its product

    /// <summary>Whether a value does not depend on the input.</summary>
    /// <param name="name">Name of the value.</param>
    public bool Contains(string name)
    {
        for (int depth = 0; depth < DeepestFolding; depth++)
        {
            if (graph.Initializer(name) is not null)
                return true;
            if (graph.ProducerOf(name) is not { } node)
                return false;
            if (node.Operator == "Constant")
                return true;
            if (!node.HasInput(0) || !(OnnxShapeOperators.IsKnown(node.Operator) || node.Operator == "Transpose"))
                return false;
            name = node.Inputs[0];
        }

        return false;
    }

    /// <summary>The constant of a name, or null where the value depends on the input.</summary>
    /// <param name="name">Name of the value.</param>
    /// <exception cref="InvalidFileException">Its data is damaged or not supported.</exception>
    public OnnxTensor? Find(string name)
    {
        if (!Contains(name))
            return null;
        if (graph.Initializer(name) is { } initializer)
            return latest?.Name == name ? latest : latest = reader.Read(initializer, name);
        OnnxNode node = graph.ProducerOf(name)!;
        return node.Operator == "Constant" ? FromAttribute(node) : Moved(node, Find(node.Inputs[0])!);
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
            return tensor.Reshaped(OnnxShapeOperators.Result(node, tensor.Shape, opset, this));
        node.AllowAttributes("perm");
        int[] permutation = OnnxShapes.Permutation(node, tensor.Shape.Length, node.Integers("perm"));
        int[] shape = [.. permutation.Select(p => tensor.Shape[p])];
        return OnnxTensor.OfFloats(tensor.Name, shape, OnnxShapes.Transpose(tensor.Floats, tensor.Shape, permutation), tensor.Precision, fault);
    }

    /// <summary>A cast of stored values really rounds them, once and for all, unlike a cast of values that depend on the input.</summary>
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
        WeightPrecision precision = to == TensorProto.Types.DataType.Double ? WeightPrecision.Float64 : WeightPrecision.Float32;
        return OnnxTensor.OfFloats(tensor.Name, tensor.Shape, Array.ConvertAll(tensor.Floats, v => round(v)), precision, fault);
    }
}
