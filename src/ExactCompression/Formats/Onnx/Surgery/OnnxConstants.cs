using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using AttributeType = ExactCompression.Formats.Onnx.Schema.AttributeProto.Types.AttributeType;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Constants of a file with fewer elements or other integers: the tensor that is stored is changed, behind the nodes that move it.
/// </summary>
/// <param name="subject">The file.</param>
/// <param name="cut">Where new tensors and nodes go.</param>
internal sealed class OnnxConstants(OnnxSubject subject, OnnxCut cut)
{
    // Longer ways from a stored tensor to its use are not followed.
    private const int MostNodes = 64;

    private readonly Dictionary<string, int> places = subject.Read.Trace!.Nodes.SelectMany(
        static (traced, place) => traced.Node.Outputs.Where(static o => o.Length > 0).Select(o => KeyValuePair.Create(o, place)))
        .ToDictionary(StringComparer.Ordinal);

    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);

    /// <summary>What is left of a constant.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="slices">The kept indices of some axes.</param>
    /// <returns>The name to use.</returns>
    public string Slice(string name, IReadOnlyList<AxisSelection> slices) => Slice(name, slices, 0);

    /// <summary>A constant with other integers.</summary>
    /// <param name="name">The constant that it takes the place of.</param>
    /// <param name="shape">Dimensions.</param>
    /// <param name="values">The integers.</param>
    public string Integers(string name, int[] shape, long[] values)
    {
        DataType type = TypeOf(name, 0);
        return Known(
            $"{name}|{string.Join(',', shape)}|{string.Join(',', values)}",
            () => Store(name, OnnxTensorSlice.OfIntegers(type, shape, values)));
    }

    /// <summary>A constant as it was, where the file would compute another.</summary>
    /// <param name="name">Its name.</param>
    public string Frozen(string name) => Known($"{name}|", () => cut.Add(Computed(name, []), name));

    private string Slice(string name, IReadOnlyList<AxisSelection> slices, int depth) => slices.Count == 0
        ? name
        : Known(
            $"{name}|{string.Join('|', slices.Select(static s => $"{s.Axis}:{string.Join(',', s.Kept)}"))}",
            () => Make(name, slices, depth));

    private string Known(string key, Func<string> make)
    {
        if (!known.TryGetValue(key, out string? name))
            known.Add(key, name = make());
        return name;
    }

    private string Make(string name, IReadOnlyList<AxisSelection> slices, int depth)
    {
        if (subject.Graph.Initializer(name) is { } tensor)
            return cut.Add(OnnxTensorSlice.Of(tensor, slices), name);
        OnnxNode? node = subject.Graph.ProducerOf(name);
        if (node is { IsStandard: true, Operator: "Constant" } && node.Tensor("value") is { } value)
            return Store(name, OnnxTensorSlice.Of(value, slices));
        if (depth < MostNodes && node is { IsStandard: true } && Behind(node, slices) is { } behind)
        {
            NodeProto clone = node.Stored.Clone();
            clone.Input[0] = Slice(node.Inputs[0], behind, depth + 1);
            return Copied(clone, name);
        }

        return cut.Add(Computed(name, slices), name);
    }

    /// <summary>Stores a tensor as the constant that it takes the place of is stored: by itself, or in a node.</summary>
    private string Store(string name, TensorProto tensor)
    {
        if (subject.Graph.ProducerOf(name) is not { IsStandard: true, Operator: "Constant" } node || node.Tensor("value") is not { } stored)
            return cut.Add(tensor, name);
        NodeProto clone = node.Stored.Clone();
        tensor.Name = stored.Name;
        clone.Attribute.Single(static a => a.Name == "value").T = tensor;
        return Copied(clone, name);
    }

    private string Copied(NodeProto clone, string name)
    {
        string made = cut.Parts.Unique(name);
        clone.Output.Clear();
        clone.Output.Add(made);
        cut.Add(clone, places[name]);
        cut.Wish(made, name);
        return made;
    }

    /// <summary>What must be kept of what a node moves, to keep some of what it gives; null for a node that does more.</summary>
    private IReadOnlyList<AxisSelection>? Behind(OnnxNode node, IReadOnlyList<AxisSelection> slices)
    {
        if (!node.HasInput(0) || subject.Constant(node.Inputs[0]) is not { } before || subject.Constant(node.Outputs[0]) is not { } after)
            return null;
        int[] axes;
        switch (node.Operator)
        {
            case "Identity" or "Cast" or "Dropout":
                return slices;
            case "Transpose":
                int[] permutation = OnnxShapes.Permutation(node, before.Shape.Length, node.Integers("perm"));
                return [.. slices.Select(s => s with { Axis = permutation[s.Axis] })];
            case "Squeeze" or "Unsqueeze" or "Flatten" when slices.All(static s => s.Kept.Length > 1):
                axes = [.. slices.Select(s => SameAxis(before.Shape, after.Shape, s.Axis))];
                return axes.Contains(-1) ? null : [.. slices.Zip(axes, static (s, axis) => s with { Axis = axis })];
            default:
                return null;
        }
    }

    /// <summary>The axis that one of the same elements under another shape was; -1 for none.</summary>
    private static int SameAxis(int[] before, int[] after, int axis)
    {
        int outer = OnnxShapes.Count(after.AsSpan(0, axis));
        for (int a = 0; a < before.Length; a++)
        {
            if (before[a] == after[axis] && OnnxShapes.Count(before.AsSpan(0, a)) == outer)
                return a;
        }

        return -1;
    }

    private TensorProto Computed(string name, IReadOnlyList<AxisSelection> slices)
    {
        OnnxTensor constant = subject.Constant(name)!;
        TensorProto tensor = constant.IsFloat
            ? OnnxTensorSlice.OfFloats(TypeOf(name, 0), constant.Shape, constant.Floats)
            : OnnxTensorSlice.OfIntegers(TypeOf(name, 0), constant.Shape, constant.Integers);
        return OnnxTensorSlice.Of(tensor, slices);
    }

    /// <summary>The type of a constant's elements.</summary>
    private DataType TypeOf(string name, int depth)
    {
        OnnxTensor constant = subject.Constant(name)!;
        DataType plain = !constant.IsFloat ? DataType.Int64
            : constant.Precision == WeightPrecision.Float64 ? DataType.Double : DataType.Float;
        if (subject.Graph.Initializer(name) is { } tensor)
            return tensor.DataType;
        if (subject.Graph.ProducerOf(name) is not { IsStandard: true } node || depth > MostNodes)
            return plain;
        if (node.Operator == "Cast")
            return node.Stored.Attribute.FirstOrDefault(static a => a.Name == "to") is { Type: AttributeType.Int } to
                ? (DataType)to.I
                : plain;
        if (node.Operator is "Constant" or "ConstantOfShape")
            return node.Tensor("value")?.DataType ?? plain;
        bool keepsType = node.Operator is not ("Shape" or "Size" or "Where" or "Equal" or "Greater" or "Less" or "Not");
        return keepsType && node.HasInput(0) && subject.Constant(node.Inputs[0]) is not null
            ? TypeOf(node.Inputs[0], depth + 1)
            : plain;
    }
}
