namespace ExactCompression.Cmdlets;

/// <summary>What a picture shows.</summary>
public enum StabilityPlotKind
{
    /// <summary>States for a table, Layers for a compression, Compression for rows.</summary>
    Auto,

    /// <summary>The state of each neuron, layer by layer.</summary>
    States,

    /// <summary>The bounds of each neuron as bars.</summary>
    Bounds,

    /// <summary>The fate of each layer's neurons in a compression.</summary>
    Layers,

    /// <summary>Compression against the quantity that a sweep varied.</summary>
    Compression,
}
