namespace ExactCompression.Formats.Onnx;

/// <summary>A value of the file while it is read: a constant, or a value of the network's graph.</summary>
internal sealed record OnnxValue
{
    /// <summary>The constant that it is; null where it depends on the input, or is not known.</summary>
    public OnnxTensor? Constant { get; init; }

    /// <summary>Its number in the network's graph; -1 for a constant that the graph does not have.</summary>
    public int Number { get; init; } = -1;

    /// <summary>Its shape, where the batch counts as 1; null where it is not known.</summary>
    public int[]? Shape { get; init; }

    /// <summary>Whether the first dimension stands for a batch of fixed size.</summary>
    public bool IsBatch { get; init; }

    /// <summary>Whether its elements are of floating point.</summary>
    public bool IsFloat { get; init; } = true;
}
