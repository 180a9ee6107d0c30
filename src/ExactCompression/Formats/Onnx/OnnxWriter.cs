using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using Google.Protobuf;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;
using static ExactCompression.Formats.Onnx.OnnxGraphParts;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Writes a network as Gemm and Relu nodes, and nodes for the normalisation of its file, which every runtime since 2020 loads. Input
/// and output, and metadata, are those that the network's file states (<see cref="ReluNetwork.Interface"/>); if it states none,
/// <c>input</c> and <c>output</c>, batch x features.
/// </summary>
/// <remarks>
/// Names inside the graph are short and nothing optional is stored beyond what the source file states, so that a file is not larger than
/// the one that a network was read from; for the same reason biases that are all 0 are left out, biases that are all equal are stored once,
/// and weights that 16-bit floats hold exactly are stored as such, with a cast of 25 bytes, if that saves space (this is how files with
/// 16-bit weights are read). A source file that states a matrix more compactly than entry by entry, as in a product with one scalar, may
/// still be smaller.
/// </remarks>
internal static class OnnxWriter
{
    private const string BatchSymbol = "N", InputName = "input", OutputName = "output";

    /// <summary>The model of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precision">What weights are stored as; also the type of input and output.</param>
    /// <exception cref="InvalidInputException">A weight is too large for the precision.</exception>
    public static ModelProto Model(ReluNetwork network, WeightPrecision precision)
    {
        ModelInterface model = network.Interface ?? Plain(network);
        var names = new OnnxNames(model.Input.Name, model.Output.Name);
        var graph = new GraphProto { Name = model.GraphName.Length > 0 ? model.GraphName : names.Next() };
        DataType type = precision == WeightPrecision.Float64 ? DataType.Double : DataType.Float;
        graph.Input.Add(OnnxInterface.Declared(model.Input, type));
        graph.Output.Add(OnnxInterface.Declared(model.Output, type));
        string value = Rows(graph, names, model.Input);
        foreach (AffineLayer layer in network.DenseLayers)
        {
            if (layer.Parts is { } parts && OnnxPartNodes.CanRound(parts, precision))
            {
                foreach (AffinePart part in parts)
                    value = part.IsDense
                        ? Gemm(graph, names, value, part.Outputs, part.Values[0], part.Values[1], precision)
                        : Elementwise(graph, names, value, part, precision);
            }
            else
            {
                value = Gemm(graph, names, value, layer.Outputs, layer.Weights.Span, layer.Bias.Span, precision);
            }

            if (layer.Activation == Activation.Relu)
                graph.Node.Add(Node("Relu", names.Next(), value));
            value = graph.Node[^1].Output[0];
        }

        if (!IsRows(model.Output))
            Reshape(graph, names, value, model.Output.Batch, [.. model.Output.Shape.Select(static d => (long)d.Size)]);
        graph.Node[^1].Output[0] = model.Output.Name;
        return OnnxModel.Of(graph, model);
    }

    /// <summary>What is stated of a network whose file states nothing.</summary>
    private static ModelInterface Plain(ReluNetwork network) => new(
        new(InputName, [new(1, BatchSymbol), new(network.InputSize)]), new(OutputName, [new(1, BatchSymbol), new(network.OutputSize)]));

    /// <summary>Whether a tensor is a matrix with a row for each row of input.</summary>
    private static bool IsRows(ModelTensor tensor) => tensor.Shape.Count == 2 && tensor.Shape[0].Size == 1 && tensor.Batch <= 0;

    /// <summary>The input as a matrix of rows.</summary>
    private static string Rows(GraphProto graph, OnnxNames names, ModelTensor input)
    {
        if (IsRows(input))
            return input.Name;
        if (input.Batch != 0)
            return Reshape(graph, names, input.Name, input.Batch < 0 ? -1 : 0, [1, input.Count]);
        graph.Node.Add(Node("Flatten", names.Next(), input.Name));
        return graph.Node[^1].Output[0];
    }

    /// <summary>Another shape, one dimension of which is whatever is left; -1 for none.</summary>
    private static string Reshape(GraphProto graph, OnnxNames names, string value, int batch, long[] shape)
    {
        if (batch >= 0)
            shape[batch] = -1;
        var tensor = new TensorProto { Name = names.Next(), DataType = DataType.Int64, Dims = { shape.Length }, Int64Data = { shape } };
        graph.Initializer.Add(tensor);
        graph.Node.Add(Node("Reshape", names.Next(), value, tensor.Name));
        return graph.Node[^1].Output[0];
    }

    private static string Gemm(
        GraphProto graph, OnnxNames names, string input, int outputs, ReadOnlySpan<double> weights, ReadOnlySpan<double> bias,
        WeightPrecision precision)
    {
        NodeProto gemm = Node("Gemm", names.Next(), input, Tensor(graph, names, [outputs, weights.Length / outputs], weights, precision));
        gemm.Attribute.Add(Integer("transB", 1));
        ReadOnlySpan<double> shortest = Shortest(bias);
        if (shortest.Length > 1 || BitConverter.DoubleToInt64Bits(shortest[0]) != 0)
            gemm.Input.Add(Tensor(graph, names, [shortest.Length], shortest, precision));
        graph.Node.Add(gemm);
        return gemm.Output[0];
    }

    private static string Elementwise(GraphProto graph, OnnxNames names, string input, AffinePart part, WeightPrecision precision)
    {
        foreach ((string type, double[][] constants, bool constantFirst) in OnnxPartNodes.Of(part))
        {
            bool isNormalization = type == "BatchNormalization";
            NodeProto node = Node(type, names.Next());
            foreach (double[] values in constants)
            {
                ReadOnlySpan<double> stored = isNormalization
                    ? values
                    : Shortest(values); // its parameters must be as many as there are channels
                node.Input.Add(Tensor(graph, names, [stored.Length], stored, precision));
            }

            node.Input.Insert(constantFirst ? node.Input.Count : 0, input);
            if (isNormalization)
                node.Attribute.Add(Real("epsilon", part.Epsilon));
            graph.Node.Add(node);
            input = node.Output[0];
        }

        return input;
    }

    /// <summary>Numbers as stored: one if all are equal, bit for bit.</summary>
    private static ReadOnlySpan<double> Shortest(ReadOnlySpan<double> values)
    {
        long first = BitConverter.DoubleToInt64Bits(values[0]);
        foreach (double value in values)
        {
            if (BitConverter.DoubleToInt64Bits(value) != first)
                return values;
        }

        return values[..1];
    }

    /// <summary>Adds an initializer, and a cast if it is stored as 16-bit floats; returns the name to use.</summary>
    private static string Tensor(GraphProto graph, OnnxNames names, int[] shape, ReadOnlySpan<double> values, WeightPrecision precision)
    {
        var tensor = new TensorProto { Name = names.Next() };
        tensor.Dims.Add(shape.Select(static size => (long)size));
        graph.Initializer.Add(tensor);
        (DataType type, ByteString data) = OnnxTensorData.Encode(values, precision);
        (tensor.DataType, tensor.RawData) = (type, data);
        if (type != DataType.Float16)
            return tensor.Name;
        NodeProto cast = Node("Cast", names.Next(), tensor.Name);
        cast.Attribute.Add(Integer("to", (long)DataType.Float));
        graph.Node.Add(cast);
        return cast.Output[0];
    }

    private static NodeProto Node(string type, string output, params ReadOnlySpan<string> inputs)
    {
        var node = new NodeProto { OpType = type, Output = { output } };
        foreach (string input in inputs)
            node.Input.Add(input);
        return node;
    }
}
