using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;

namespace ExactCompression.Tests.Fuzzing;

/// <summary>
/// Changes an ONNX model as a model: its operators, shapes, attributes, names and tensors; the protobuf round them stays sound.
/// </summary>
internal sealed class OnnxEnvelope : Envelope
{
    private static readonly string[] Operators =
    [
        "Gemm", "MatMul", "Add", "Sub", "Mul", "Div", "Neg", "Relu", "Max", "Clip", "Identity", "Dropout", "Flatten", "Reshape",
            "Squeeze", "Unsqueeze", "Transpose", "Cast", "Constant",
        "BatchNormalization", "Conv", "Sigmoid", "Softmax", "Concat", "Shape", "Gather", "Slice", "Split", "Abs", "LeakyRelu", "Expand",
            "Tile", "Pad", "",
    ];

    private static readonly long[] Sizes = [0, 1, 2, 3, -1, -2, 5, 7, 1000, 65536, 100_000_000, int.MaxValue, 1L << 32, long.MaxValue,
        long.MinValue];

    public override byte[] Change(byte[] file, Random random, Func<byte[], byte[]> change)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(file);
        for (int changes = random.Next(1, 4); changes > 0; changes--)
            Change(model, random, change);
        byte[] bytes = model.ToByteArray();
        return bytes.Length <= 8 * ByteMutator.MostBytes ? bytes : bytes[..(8 * ByteMutator.MostBytes)];
    }

    private static void Change(ModelProto model, Random random, Func<byte[], byte[]> change)
    {
        GraphProto graph = model.Graph;
        NodeProto? node = Any(graph.Node, random);
        TensorProto? tensor = Any(graph.Initializer, random);
        AttributeProto? attribute = node is null ? null : Any(node.Attribute, random);
        switch (random.Next(16))
        {
            case 0 when node is not null:
                node.OpType = Of(random, Operators);
                break;
            case 1 when node is not null && node.Input.Count > 0:
                node.Input[random.Next(node.Input.Count)] = Name(graph, random);
                break;
            case 2 when node is not null && node.Output.Count > 0:
                node.Output[random.Next(node.Output.Count)] = Name(graph, random);
                break;
            case 3 when node is not null:
                for (int times = 1 << random.Next(8); times > 0; times--)
                    graph.Node.Insert(random.Next(graph.Node.Count + 1), node.Clone());
                break;
            case 4 when node is not null && random.Next(2) == 0:
                graph.Node.Remove(node);
                break;
            case 4 when node is { Input.Count: > 0, Output.Count: > 0 }:
                Chain(graph, node, 1 << random.Next(11));
                break;
            case 5 when tensor is not null && tensor.Dims.Count > 0:
                tensor.Dims[random.Next(tensor.Dims.Count)] = Of(random, Sizes);
                break;
            case 6 when tensor is not null:
                tensor.Dims.Insert(random.Next(tensor.Dims.Count + 1), Of(random, Sizes));
                break;
            case 7 when tensor is not null:
                tensor.DataType = (TensorProto.Types.DataType)random.Next(-1, 26);
                break;
            case 8 when tensor is not null:
                tensor.RawData = ByteString.CopyFrom(change(tensor.RawData.ToByteArray()));
                break;
            case 9 when tensor is not null:
                tensor.DataLocation = (TensorProto.Types.DataLocation)random.Next(3);
                tensor.ExternalData.Add(new StringStringEntryProto
                {
                    Key = Of(random, ["location", "offset", "length", ""]),
                    Value = Of(random, ["../x", "x.data", "-1", "99999999999", ""]),
                });
                break;
            case 10 when attribute is not null:
                attribute.Type = (AttributeProto.Types.AttributeType)random.Next(0, 15);
                break;
            case 11 when attribute is not null:
                (attribute.I, attribute.F) = (Of(random, Sizes), Of(random, [0, -1, float.NaN, float.PositiveInfinity, 1e30f]));
                if (attribute.Ints.Count > 0)
                    attribute.Ints[random.Next(attribute.Ints.Count)] = Of(random, Sizes);
                break;
            case 12 when Any(graph.Input, random)?.Type?.TensorType?.Shape is { Dim.Count: > 0 } shape:
                shape.Dim[random.Next(shape.Dim.Count)] = new() { DimValue = Of(random, Sizes) };
                break;
            case 13 when model.OpsetImport.Count > 0:
                model.OpsetImport[random.Next(model.OpsetImport.Count)].Version = Of(random, Sizes);
                break;
            case 14 when node is not null:
                node.Attribute.Add(new AttributeProto
                {
                    Name = Of(random, ["alpha", "beta", "axis", "perm", "axes", "transA", "transB", "value", "to", "min"]),
                    Type = (AttributeProto.Types.AttributeType)random.Next(0, 15),
                    I = random.Next(-3, 4),
                    F = random.Next(-3, 4),
                    Ints = { random.Next(-3, 4), random.Next(-3, 4) },
                });
                break;
            default:
                if (Any(graph.Output, random) is { } output)
                    output.Name = Name(graph, random);
                break;
        }
    }

    /// <summary>A node many times over, each behind the one before.</summary>
    private static void Chain(GraphProto graph, NodeProto node, int length)
    {
        int at = graph.Node.IndexOf(node);
        string value = node.Input[0];
        for (int i = 0; i < length; i++)
        {
            NodeProto copy = node.Clone();
            (copy.Name, copy.Input[0], copy.Output[0]) = ($"{node.Name}_{i}", value, value = $"{node.Output[0]}_{i}");
            graph.Node.Insert(at + i, copy);
        }

        node.Input[0] = value;
    }

    private static T? Any<T>(IList<T> items, Random random)
        where T : class => items.Count == 0 ? null : items[random.Next(items.Count)];

    private static T Of<T>(Random random, T[] items) => items[random.Next(items.Length)];

    private static string Name(GraphProto graph, Random random)
    {
        string[] names = [.. graph.Node.SelectMany(static n => n.Output.Concat(n.Input)),
            .. graph.Initializer.Select(static t => t.Name), .. graph.Input.Select(static i => i.Name), "", "none"];
        return names[random.Next(names.Length)];
    }
}
