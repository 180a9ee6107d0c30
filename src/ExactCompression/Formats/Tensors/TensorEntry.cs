namespace ExactCompression.Formats;

/// <summary>A named tensor of a file, decoded only when asked for.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its extents; empty for a scalar. Their product is known to fit the stored data.</param>
/// <param name="Type">What it is stored as, or null for a type that is none of ours.</param>
/// <param name="Read">Decodes the elements in row-major order.</param>
internal sealed record TensorEntry(string Name, int[] Shape, ElementType? Type, Func<double[]> Read)
{
    public bool IsFloating => Type is { } type && type.IsFloating();

    public string ShapeText => $"({string.Join(", ", Shape)})";
}
