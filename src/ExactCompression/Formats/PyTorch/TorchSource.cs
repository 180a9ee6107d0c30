namespace ExactCompression.Formats;

/// <summary>The file that a module comes from.</summary>
/// <param name="Path">The file.</param>
/// <param name="Format">The format's name.</param>
/// <param name="Budget">The import's limits.</param>
/// <param name="Entry">Makes a readable tensor from a name and a view.</param>
internal sealed record TorchSource(string Path, string Format, ImportBudget Budget, Func<string, TorchTensor, TensorEntry> Entry)
{
    /// <summary>The precision that the network computes in: that of its tensors.</summary>
    public WeightPrecision Precision { get; set; } = WeightPrecision.Float32;

    /// <summary>A module that cannot be read.</summary>
    /// <param name="name">Where it lies; empty for the outermost.</param>
    /// <param name="problem">What it is.</param>
    public InvalidFileException Unsupported(string name, string problem) =>
        new("TorchModuleUnsupported", Path, name.Length > 0 ? NameText.Short(name) : "module", problem,
            "Export the network to ONNX: torch.onnx.export(model, an example input, 'network.onnx').", unsupported: true);
}
