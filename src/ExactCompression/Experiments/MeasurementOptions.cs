namespace ExactCompression;

/// <summary>What to measure of a network besides its size and its speed here.</summary>
public sealed record MeasurementOptions
{
    /// <summary>
    /// The domain whose rows accuracy is measured on; null for that of a compression, and for all rows of a network alone.
    /// </summary>
    public InputDomain? Domain { get; init; }

    /// <summary>Path of ONNX Runtime's shared library, or of a folder that has it, to measure its times too; null for none.</summary>
    public string? OnnxRuntime { get; init; }
}
