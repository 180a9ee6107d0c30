namespace ExactCompression.Cmdlets;

/// <summary>What a picture shows.</summary>
public enum StabilityPlotKind
{
    /// <summary>The state of each neuron, or of a compression what became of each layer, or of rows compression.</summary>
    Auto,

    /// <summary>The state of each neuron, layer by layer.</summary>
    States,

    /// <summary>The bounds of each neuron as bars.</summary>
    Bounds,

    /// <summary>What a compression made of each layer.</summary>
    Layers,

    /// <summary>Compression against what a sweep varied.</summary>
    Compression,
}
