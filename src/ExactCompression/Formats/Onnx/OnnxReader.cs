using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using Google.Protobuf;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>Reads a file: parse, index and check the graph, then follow the chain from input to output.</summary>
internal static class OnnxReader
{
    private const long OldestOpset = 7;

    private static readonly MessageParser<ModelProto> Parser = ModelProto.Parser.WithDiscardUnknownFields(true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">The name of the format.</param>
    /// <param name="options">The import's limits.</param>
    /// <exception cref="InvalidFileException">It is damaged, holds something unsupported, or takes more than it may.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public static ReluNetwork Read(string path, string format, ImportOptions options)
    {
        var fault = new OnnxFault(path);
        if (InputFile.RequireRegular(path) > Array.MaxLength)
            throw fault.At("OnnxTooLarge", "file", "ONNX files end at 2 GB.", "Keep large weights in an external data file.");
        var budget = ImportBudget.Of(path, options);
        byte[] bytes = FileContent.Read(path, budget);
        new OnnxWeight(budget).Count(bytes);
        ModelProto model;
        try
        {
            using var stream = new CancellableStream(new MemoryStream(bytes, writable: false), budget);
            model = Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw fault.At("OnnxDamaged", "file", "It is not a complete ONNX file.", "Copy or export it again.", inner: e);
        }

        string name = System.IO.Path.GetFileNameWithoutExtension(path);
        return Network(model, fault, budget, name, path, format);
    }

    /// <summary>The network of a model.</summary>
    /// <param name="model">The model as stored.</param>
    /// <param name="fault">Makes errors.</param>
    /// <param name="budget">What the import may take; null for the defaults of a small file.</param>
    /// <param name="name">The network's name.</param>
    /// <param name="path">Its file.</param>
    /// <param name="format">The name of the format.</param>
    public static ReluNetwork Network(
        ModelProto model, OnnxFault fault, ImportBudget? budget = null, string name = "network", string? path = null,
        string? format = null)
    {
        budget ??= new(new(), fault.Path, 0);
        if (model.Graph is null || model.Graph.Node.Count == 0)
            throw fault.At("OnnxNoGraph", "graph", "There are no nodes in it.", "Copy or export the file again.");
        long opset = Opset(model, fault);
        foreach (NodeProto node in model.Graph.Node)
            OnnxOperators.RequireSupported(node, fault);
        var graph = new OnnxGraph(model.Graph, fault);
        var constants = new OnnxConstants(graph, opset, fault, budget);
        WeightPrecision precision = InputPrecision(graph.Input, fault);
        List<(OnnxNode Node, int DataIndex)> nodes = graph.Chain(fault);
        int[] inputShape = OnnxInputShape.Resolve(graph.Input, nodes, constants, fault), shape = inputShape;
        var chain = new AffineFusion(OnnxShapes.Count(shape), precision, budget.Cancellation);
        foreach ((OnnxNode node, int dataIndex) in nodes)
        {
            var step = new OnnxNodeReader { Node = node, DataIndex = dataIndex, Shape = shape, Opset = opset, Constants = constants,
                Chain = chain, Budget = budget };
            InRange(() => OnnxOperators.Apply(step), node.Place, fault);
            shape = step.Shape;
        }

        IReadOnlyList<AffineLayer> layers = [];
        InRange(
            () =>
            {
                budget.Take(chain.CostOf(null), "last layer");
                layers = chain.Finish();
            },
            "graph",
            fault);
        return new(layers, name, path, format, model: OnnxInterface.Of(model, graph.Input, inputShape, shape));
    }

    private static void InRange(Action action, string place, OnnxFault fault)
    {
        try
        {
            action();
        }
        catch (OverflowException e)
        {
            throw fault.At("OnnxOutOfRange", place, e.Message, inner: e);
        }
    }

    private static long Opset(ModelProto model, OnnxFault fault)
    {
        OperatorSetIdProto? standard = model.OpsetImport.FirstOrDefault(static set => set.Domain is "" or "ai.onnx");
        if (standard is null || standard.Version < OldestOpset)
            throw fault.At(
                "OnnxUnsupportedOpset", "model",
                standard is null
                    ? "It states no version of the standard operators."
                    : $"It uses version {standard.Version} of the operators.",
                    $"Versions from {OldestOpset} on are supported: export the network again.", unsupported: true);
        return standard.Version;
    }

    private static WeightPrecision InputPrecision(ValueInfoProto input, OnnxFault fault) =>
        (input.Type?.TensorType?.ElemType ?? DataType.Undefined) switch
    {
        DataType.Undefined or DataType.Float or DataType.Float16 or DataType.Bfloat16 => WeightPrecision.Float32,
        DataType.Double => WeightPrecision.Float64,
        var type =>
            throw fault.AtTensor(
                "OnnxUnsupportedDataType", input.Name, $"The input is of the ONNX data type {(int)type}, not a floating-point one.",
                unsupported: true),
    };
}
