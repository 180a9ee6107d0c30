namespace ExactCompression.Networks;

/// <summary>
/// The model that a network was read from, as its format keeps it, so that the network can be written as that model with only what changed
/// changed.
/// </summary>
/// <param name="Format">The name of the format, such as <c>Onnx</c>.</param>
/// <param name="Model">The model; what it is, the format alone knows.</param>
internal sealed record ModelSource(string Format, object Model);
