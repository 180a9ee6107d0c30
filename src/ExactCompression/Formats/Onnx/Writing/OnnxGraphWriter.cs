using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using Dimension = ExactCompression.Formats.Onnx.Schema.TensorShapeProto.Types.Dimension;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Writes a graph that came from no ONNX file: each operator as the ONNX node of its kind, under the network's own names, for any number of
/// rows.
/// </summary>
internal static class OnnxGraphWriter
{
    private const string BatchSymbol = "batch";

    /// <summary>The model of a network.</summary>
    /// <param name="network">A network that is a graph.</param>
    /// <param name="precision">What weights are stored as; also the type of inputs and outputs.</param>
    /// <exception cref="InvalidInputException">A weight is too large for the precision, or a node's operation is known only by its
    /// name.</exception>
    public static ModelProto Model(ReluNetwork network, WeightPrecision precision)
    {
        NetworkGraph source = network.Graph!;
        var graph = new GraphProto { Name = network.Name };
        var parts = new OnnxGraphParts(graph, precision);
        var names = new string[source.Values];
        for (int i = 0; i < source.Inputs.Count; i++)
        {
            names[i] = parts.Unique(source.Inputs[i].Name);
            graph.Input.Add(Declared(names[i], source.Inputs[i].Shape, parts));
        }

        string[] outputs = [.. source.Outputs.Select(output => parts.Unique(output.Name))];
        for (int n = 0; n < source.Nodes.Count; n++)
            names[source.ValueOf(n)] = Node(network, n, names, outputs, parts);
        for (int o = 0; o < outputs.Length; o++)
        {
            int value = source.Outputs[o].Value;
            graph.Output.Add(Declared(outputs[o], source.ShapeOf(value), parts));
            if (names[value] == outputs[o])
                continue;
            parts.Begin(outputs[o]);
            parts.Node("Identity", [names[value]]);
            parts.RenameLast($"{outputs[o]}.Identity", outputs[o]);
        }

        return OnnxModel.Of(graph, network.Interface);
    }

    private static ValueInfoProto Declared(string name, TensorShape shape, OnnxGraphParts parts)
    {
        var dimensions = new TensorShapeProto { Dim = { new Dimension { DimParam = BatchSymbol } } };
        dimensions.Dim.Add(shape.Select(static d => new Dimension { DimValue = d }));
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = parts.Type, Shape = dimensions } } };
    }

    /// <summary>Writes a node; gives the name of its value.</summary>
    private static string Node(ReluNetwork network, int index, string[] names, string[] outputs, OnnxGraphParts parts)
    {
        NetworkGraph source = network.Graph!;
        GraphNode node = source.Nodes[index];
        parts.Begin(node.Name);
        int before = parts.Count;
        string value = Nodes(network, node, [.. node.Inputs.Select(v => names[v])], parts);
        if (parts.Count == before || parts.Last != value)
            return value; // nothing to do, or nothing new
        int output = Enumerable.Range(0, outputs.Length).FirstOrDefault(o => source.Outputs[o].Value == source.ValueOf(index), -1);
        string name = output >= 0 ? outputs[output] : parts.Unique(node.ValueName.Length > 0 ? node.ValueName : $"{node.Name}_output");
        parts.RenameLast(node.Name, name);
        return name;
    }

    private static string Nodes(ReluNetwork network, GraphNode node, string[] values, OnnxGraphParts parts)
    {
        string? value = OnnxOperatorNodes.Of(node, [.. node.Inputs.Select(network.Graph!.ShapeOf)], values, parts);
        if (value is null && network.Format == PyTorchFormat.FormatName && OnnxUnitNodes.IsPlain(node.Operator.Name))
            value = OnnxUnitNodes.Plain(node.Operator.Name, values[0], parts);
        return value ?? throw new InvalidInputException(
            "OperatorNotWritable",
            $"The node {NameText.Short(node.Name)} of '{network.Name}' is a {NameText.Short(node.Operator.Name)}, of which only the "
                + "name is known.", "Import the network again from its own file, and export that.");
    }
}
