namespace ExactCompression.Formats.Onnx;

/// <summary>A name of a value of the network's graph in the file.</summary>
/// <param name="Name">The name.</param>
/// <param name="Shape">Its shape there, the batch counted as 1; null where it is not known.</param>
internal sealed record OnnxNamed(string Name, int[]? Shape)
{
    /// <summary>Whether the shape is that of one row behind the batch.</summary>
    /// <param name="row">The shape of one row.</param>
    public bool IsBatched(TensorShape row) => Shape is not null && Shape.AsSpan().SequenceEqual([1, .. row]);
}
