using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using Google.Protobuf;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Reads a file: parses it, indexes and checks its graph, reads the nodes into a network's graph, and makes layers of one that is a chain
/// of matrices and ReLUs.
/// </summary>
internal static class OnnxReader
{
    /// <summary>What a search keeps of a neuron at least: verdict, bounds and evidence.</summary>
    private const long BytesPerNeuron = 64;

    private static readonly MessageParser<ModelProto> Parser = ModelProto.Parser.WithDiscardUnknownFields(true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">The name of the format.</param>
    /// <param name="options">The import's limits, and the shape of an input that the file leaves open.</param>
    /// <param name="size">How many bytes a network made from the file is written as.</param>
    /// <exception cref="InvalidFileException">It is damaged, holds something unsupported, or takes more than it may.</exception>
    /// <exception cref="InvalidInputException">The shape of the input is not one that the file leaves open.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public static ReluNetwork Read(
        string path, string format, ImportOptions options, Func<ReluNetwork, CancellationToken, long?>? size = null)
    {
        var fault = new OnnxFault(path);
        if (InputFile.RequireRegular(path) > Array.MaxLength)
            throw fault.At("OnnxTooLarge", "file", "ONNX files end at 2 GB.", "Keep large weights in an external data file.");
        var budget = ImportBudget.Of(path, options);
        byte[] bytes = FileContent.Read(path, budget);
        if (options.InputShape is not null || options.InputShapes is not null)
            bytes = WithInputShapes(bytes, options, fault, budget);
        new OnnxWeight(budget).Count(bytes);
        ModelProto model = Parse(Parser, bytes, fault, budget);
        string name = System.IO.Path.GetFileNameWithoutExtension(path);
        return Network(model, fault, budget, name, path, format, new(format, new OnnxSource(bytes, path)), options.Warning, size);
    }

    private static ModelProto Parse(MessageParser<ModelProto> parser, byte[] bytes, OnnxFault fault, ImportBudget budget)
    {
        try
        {
            using var stream = new CancellableStream(new MemoryStream(bytes, writable: false), budget);
            return parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException e) when (e.Message.Contains("nesting", StringComparison.Ordinal))
        {
            throw fault.At(
                "OnnxNestedTooDeeply", "file", "Graphs are nested more deeply in it than files of this kind may be: about 30 levels.",
                "Export the network without branches inside branches.", unsupported: true, inner: e);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw fault.At("OnnxDamaged", "file", "It is not a complete ONNX file.", "Copy or export it again.", inner: e);
        }
    }

    /// <summary>The file with the sizes of its inputs that it leaves open: all that is made from it holds for these alone.</summary>
    private static byte[] WithInputShapes(byte[] bytes, ImportOptions options, OnnxFault fault, ImportBudget budget)
    {
        new OnnxWeight(budget).Count(bytes);
        ModelProto model = Parse(ModelProto.Parser, bytes, fault, budget);
        GraphProto graph = model.Graph ?? new();
        if (options.InputShape is { } shape)
            OnnxOpenInputs.Fix(graph, shape, fault);
        if (options.InputShapes is { } named)
            OnnxOpenInputs.Fix(graph, named, fault);
        return model.ToByteArray();
    }

    /// <summary>The network of a model.</summary>
    /// <param name="model">The model as stored.</param>
    /// <param name="fault">Makes errors.</param>
    /// <param name="budget">What the import may take; null for the defaults of a small file.</param>
    /// <param name="name">The network's name.</param>
    /// <param name="path">Its file.</param>
    /// <param name="format">The name of the format.</param>
    /// <param name="source">The model as it is to be written again, or null.</param>
    /// <param name="warn">Receives warnings; null to ignore them.</param>
    /// <param name="size">How many bytes a network made from the model is written as; null where that does not matter.</param>
    public static ReluNetwork Network(
        ModelProto model, OnnxFault fault, ImportBudget? budget = null, string name = "network", string? path = null,
        string? format = null, ModelSource? source = null, Action<string>? warn = null,
        Func<ReluNetwork, CancellationToken, long?>? size = null)
    {
        budget ??= new(new(), fault.Path, 0);
        Lazy<OnnxContents>? contents = source?.Model is OnnxSource { Content: var bytes } ? new(() => new(model, bytes)) : null;
        (OnnxGraph graph, OnnxAttempt read) = Read(model, fault, budget, traces: false, contents);
        if (read.WrongShape is { } wrong)
            warn?.Invoke(wrong);
        ModelInterface stated = OnnxInterface.Of(model, graph, read);
        budget.Allocate(BytesPerNeuron * NeuronsOf(read), "layers");
        return read.Layers is { } layers
            ? new(layers, name, path, format, model: stated)
            {
                Source = source, FileSize = size, Remarks = read.Remarks,
                SourceReading = source?.Model is OnnxSource file ? new(() => Again(file, fault, budget)) : null,
            }
            : new(read.Graph, name, path, format, model: stated)
            {
                Source = source, FileSize = size, Remarks = read.Remarks,
            };
    }

    /// <summary>
    /// The graph of a file whose layers were joined. It is read once more where it is asked for, so that weights are not kept twice.
    /// </summary>
    private static NetworkGraph Again(OnnxSource file, OnnxFault fault, ImportBudget budget) =>
        Read(Parser.ParseFrom(file.Content), fault, budget.Renewed(), traces: false).Read.Graph;

    /// <summary>Reads the graph of a model.</summary>
    /// <param name="model">The model as stored.</param>
    /// <param name="fault">Makes errors.</param>
    /// <param name="budget">What the import may take.</param>
    /// <param name="traces">Whether what is read is taken down.</param>
    /// <param name="contents">Says what nodes that are not analysed do; null where the file's bytes are not at hand.</param>
    /// <returns>The file's graph, and the best reading of it.</returns>
    public static (OnnxGraph Graph, OnnxAttempt Read) Read(
        ModelProto model, OnnxFault fault, ImportBudget budget, bool traces, Lazy<OnnxContents>? contents = null)
    {
        if (model.Graph is null || model.Graph.Node.Count == 0)
            throw fault.At("OnnxNoGraph", "graph", "There are no nodes in it.", "Copy or export the file again.");
        long opset = Opset(model, fault);
        fault = fault.For(model.Graph);
        var graph = new OnnxGraph(model.Graph, fault, budget.Cancellation);
        OnnxInput[] inputs = [.. graph.Inputs.Select(input => OnnxInputShape.Resolve(input, graph, fault))];
        return (graph, new OnnxAttempts(graph, inputs, opset, fault, budget, contents, traces).Best());
    }

    /// <summary>The version of the standard operators that a model's nodes are of.</summary>
    /// <param name="model">The model as stored.</param>
    /// <param name="fault">Makes errors.</param>
    public static long Opset(ModelProto model, OnnxFault fault)
    {
        OperatorSetIdProto? standard = model.OpsetImport.FirstOrDefault(static set => set.Domain is "" or "ai.onnx");
        if (standard is not null && standard.Version >= 1)
            return standard.Version;
        if (standard is null && (model.IrVersion < 3 || model.Graph.Node.All(static node => node.Domain is not ("" or "ai.onnx"))))
            return 1; // the versions came with the third version of the format
        throw fault.At(
            "OnnxUnsupportedOpset", "model",
            standard is null
                ? "It states no version of the standard operators."
                : $"It uses version {standard.Version} of the operators.",
            "Versions from 1 on are supported: export the network again.", unsupported: true);
    }

    /// <summary>All neurons: a small file may state any number of them.</summary>
    private static long NeuronsOf(OnnxAttempt read) =>
        read.Layers is { } layers
            ? layers.Sum(static layer => (long)layer.Outputs)
            : read.Graph.Nodes.Sum(static node => node.Operator is UnitOperator ? (long)node.Shape.Elements : 0);
}
