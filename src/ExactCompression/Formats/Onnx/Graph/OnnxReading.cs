using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>A reading of a graph under way: the values so far, and the network's graph that they go into.</summary>
/// <param name="graph">The graph.</param>
/// <param name="opset">Version of the standard operators.</param>
/// <param name="batch">The first dimension of inputs that is to count as a batch; 0 for none.</param>
/// <param name="fault">Makes errors.</param>
/// <param name="budget">The import's limits.</param>
internal sealed class OnnxReading(OnnxGraph graph, long opset, int batch, OnnxFault fault, ImportBudget budget)
{
    private readonly Dictionary<string, OnnxValue> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> waiting = new(StringComparer.Ordinal);
    private readonly HashSet<string> outputs = [.. graph.Outputs.Select(static o => o.Name)];
    private readonly OnnxTensorReader reader = new(fault, budget);

    /// <summary>The graph.</summary>
    public OnnxGraph Graph => graph;

    /// <summary>Version of the standard operators.</summary>
    public long Opset => opset;

    /// <summary>The first dimension of inputs that counts as a batch; 0 for none.</summary>
    public int Batch => batch;

    /// <summary>Makes errors.</summary>
    public OnnxFault Fault => fault;

    /// <summary>The import's limits.</summary>
    public ImportBudget Budget => budget;

    /// <summary>The network's graph.</summary>
    public GraphBuilder Builder { get; } = new();

    /// <summary>Takes down what was read; null where nobody asks for it.</summary>
    public OnnxTrace? Trace { get; init; }

    /// <summary>Says what nodes that are not analysed do, exactly; null where the file's bytes are not at hand.</summary>
    public Lazy<OnnxContents>? Contents { get; init; }

    /// <summary>The first node that rounds values to 16 bits; null where none does.</summary>
    public string? Narrowed { get; set; }

    /// <summary>What is not analysed, in sentences.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>What the graph declares of shapes beside what its nodes give.</summary>
    public OnnxDeclarations Declarations { get; } = new(graph, batch);

    /// <summary>A value by its name.</summary>
    /// <param name="name">A name that the graph knows.</param>
    /// <exception cref="InvalidFileException">Its data is damaged.</exception>
    public OnnxValue Find(string name)
    {
        if (values.TryGetValue(name, out OnnxValue? known))
            return known;
        OnnxValue value = graph.Initializer(name) is { } tensor ? Stored(tensor, name) : Opaque("a sparse tensor", null, name);
        Keep(name, value);
        return value;
    }

    /// <summary>Keeps a value for the nodes that take it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The value.</param>
    public void Keep(string name, OnnxValue value)
    {
        values[name] = value;
        if (Trace is not null)
            Trace.Values[name] = value;
    }

    /// <summary>Forgets the constants that no further node takes.</summary>
    /// <param name="node">The node that was read last.</param>
    public void Release(OnnxNode node)
    {
        foreach (string name in node.Takes)
        {
            int left = waiting[name] = waiting.TryGetValue(name, out int count) ? count - 1 : graph.ConsumersOf(name).Count - 1;
            if (left == 0 && values.TryGetValue(name, out OnnxValue? value) && value.Number < 0 && !outputs.Contains(name))
                values.Remove(name);
        }
    }

    /// <summary>A tensor that a node holds as an attribute.</summary>
    /// <param name="tensor">The tensor as stored.</param>
    /// <param name="name">Its name in messages.</param>
    public OnnxTensor Decode(TensorProto tensor, string name) => reader.Read(tensor, name);

    /// <summary>A shape that the graph declares, the batch counted as 1; null where it leaves something open.</summary>
    /// <param name="name">Name of the value.</param>
    /// <param name="isBatch">Whether its first dimension stands for the batch.</param>
    public int[]? DeclaredShape(string name, bool isBatch)
    {
        if (graph.Declaration(name)?.Type?.TensorType?.Shape is not { } shape || shape.Dim.Count > OnnxShapes.MostDimensions)
            return null;
        var sizes = new int[shape.Dim.Count];
        long count = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            long size = shape.Dim[i].DimValue;
            if (i == 0 && (size <= 0 || (isBatch && size == batch)))
                size = 1;
            if (size <= 0 || size > int.MaxValue || (count *= size) > AffineMap.MaximumWeights)
                return null;
            sizes[i] = (int)size;
        }

        return sizes;
    }

    /// <summary>Whether the graph declares a value to be of floating point, as far as it says.</summary>
    /// <param name="name">Name of the value.</param>
    public bool IsDeclaredFloat(string name) => (graph.Declaration(name)?.Type?.TensorType?.ElemType ?? DataType.Undefined)
        is DataType.Undefined or DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;

    private OnnxValue Stored(TensorProto tensor, string name)
    {
        try
        {
            OnnxTensor read = reader.Read(tensor, name);
            return new() { Constant = read, Shape = read.Shape, IsFloat = read.IsFloat };
        }
        catch (OnnxNotAnalysedException e)
        {
            return Opaque(e.Message, [.. tensor.Dims.Select(static d => (int)d)], name);
        }
    }

    /// <summary>A tensor whose values are not read.</summary>
    private OnnxValue Opaque(string reason, int[]? shape, string name)
    {
        if (Builder.Values == 0)
            throw new InvalidOperationException("Inputs come first.");
        int[]? known = shape is not null && shape.Aggregate(1L, static (n, d) => Math.Min(n * d, int.MaxValue)) is > 0 and < int.MaxValue
            ? shape
            : null;
        var op = new OpaqueOperator("Constant") { Reason = reason, Content = Contents?.Value.OfTensor(name, graph) ?? "" };
        Remarks.Add($"tensor {OnnxFault.Quote(name)} is not analysed: {reason}");
        TensorShape row = known is null ? new() : OnnxShapes.Row(known);
        return new() { Number = Builder.Add(op, row, name, name), Shape = known, IsFloat = false };
    }
}
