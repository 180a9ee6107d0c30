namespace ExactCompression.Formats;

/// <summary>The content of a file of named tensors: a PyTorch state dict, a safetensors file, an npz archive.</summary>
/// <param name="Tensors">The tensors in the order of the file.</param>
/// <param name="Path">The file.</param>
/// <param name="Format">The format's name.</param>
internal sealed record NamedTensors(IReadOnlyList<TensorEntry> Tensors, string Path, string Format)
{
    /// <summary>Whether weights are stored transposed; null to infer it from names and shapes.</summary>
    public WeightLayout? Layout { get; init; }

    /// <summary>Whether the format keeps the order in which tensors were written.</summary>
    public bool KeepsOrder { get; init; }

    /// <summary>The activation between layers that the file itself states, in its own words; or null.</summary>
    public string? StatedActivation { get; init; }

    /// <summary>Tensors besides the network that are not read.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];
}
