using ExactCompression.Networks;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>A reading of a file.</summary>
/// <param name="Graph">The network's graph.</param>
/// <param name="Chain">The layers of one that is a dense chain; else null.</param>
/// <param name="Inputs">The inputs' shapes, where the batch counts as 1.</param>
/// <param name="Outputs">The outputs.</param>
/// <param name="Batch">The size of a fixed batch; 0 for none.</param>
/// <param name="Remarks">What is not analysed.</param>
internal sealed record OnnxAttempt(
    NetworkGraph Graph, JoinedChain? Chain, IReadOnlyList<OnnxInput> Inputs, OnnxValue[] Outputs, int Batch,
    IReadOnlyList<string> Remarks)
{
    /// <summary>The layers of one that is a dense chain; else null.</summary>
    public IReadOnlyList<AffineLayer>? Layers => Chain?.Layers;

    /// <summary>What was read, where it was asked for.</summary>
    public OnnxTrace? Trace { get; init; }

    /// <summary>The first node that rounds values to 16 bits; null where none does.</summary>
    public string? Narrowed { get; init; }

    /// <summary>A sentence on declared shapes that are not those of the nodes; null where there are none.</summary>
    public string? WrongShape { get; init; }
}

/// <summary>
/// Reads a graph with each meaning that its inputs can have: a first dimension of a fixed size above 1 may be a batch, if every node treats
/// it so, or the rows of one input.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="inputs">Its inputs.</param>
/// <param name="opset">Version of the standard operators.</param>
/// <param name="fault">Makes errors.</param>
/// <param name="budget">The import's limits.</param>
/// <param name="contents">Says what nodes that are not analysed do; null where the file's bytes are not at hand.</param>
/// <param name="traces">Whether what is read is taken down.</param>
internal sealed class OnnxAttempts(
    OnnxGraph graph, IReadOnlyList<OnnxInput> inputs, long opset, OnnxFault fault, ImportBudget budget, Lazy<OnnxContents>? contents = null,
    bool traces = false)
{
    /// <summary>
    /// A dense chain of inputs as they are, or else a graph whose inputs have a batch, or else one of inputs as they are.
    /// </summary>
    /// <exception cref="InvalidFileException">The file is damaged, or takes more than it may.</exception>
    public OnnxAttempt Best()
    {
        int batch = Batch();
        if (batch <= 1)
            return Read(inputs, 0, budget);
        (OnnxAttempt? plain, InvalidFileException? error) = Try(inputs, 0);
        if (plain?.Layers is not null)
            return plain;
        OnnxInput[] batched =
        [
            .. inputs.Select(static input => input with { Shape = [1, .. input.Shape[1..]], IsBatch = true }),
        ];
        return Try(batched, batch).Attempt ?? plain ?? throw error!;
    }

    /// <summary>The first dimension that inputs have in common; 0 where they have none.</summary>
    private int Batch()
    {
        int[] sizes = [.. inputs.Select(static i => i.Shape.Length >= 2 ? i.Shape[0] : 0).Distinct()];
        return sizes is [var only] ? only : 0;
    }

    private (OnnxAttempt? Attempt, InvalidFileException? Error) Try(IReadOnlyList<OnnxInput> shaped, int batch)
    {
        try
        {
            return (Read(shaped, batch, budget.Renewed()), null);
        }
        catch (OnnxNoBatchException)
        {
            return (null, null);
        }
        catch (InvalidFileException e)
        {
            return (null, e);
        }
    }

    private OnnxAttempt Read(IReadOnlyList<OnnxInput> shaped, int batch, ImportBudget limits)
    {
        var reading = new OnnxReading(graph, opset, batch, fault, limits) 
        {
            Trace = traces ? new() : null, Contents = contents,
        };
        (NetworkGraph network, OnnxValue[] outputs) = new OnnxGraphReader(reading).Read(shaped);
        WeightPrecision precision = graph.Inputs[0].Type?.TensorType?.ElemType == DataType.Double
            ? WeightPrecision.Float64
            : WeightPrecision.Float32;
        return new(
            network, DenseChain.TryJoin(network, precision, limits.TryTake, limits.Cancellation), shaped, outputs, batch, reading.Remarks)
        {
            Trace = reading.Trace, Narrowed = reading.Narrowed, WrongShape = reading.Declarations.Warning,
        };
    }
}
