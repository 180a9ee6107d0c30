namespace ExactCompression.Formats;

/// <summary>A named tensor of a file, decoded only when asked for.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its extents; empty for a scalar. It may have more elements than the file contains, if they overlap.</param>
/// <param name="Type">What it is stored as, or null for a type that is not supported.</param>
/// <param name="Read">Decodes the elements in row-major order; their number must be counted in the budget before.</param>
internal sealed record TensorEntry(string Name, int[] Shape, ElementType? Type, Func<double[]> Read)
{
    public bool IsFloating => Type is { } type && type.IsFloating();

    public string ShapeText => Shape.Length <= 8 ? $"({string.Join(", ", Shape)})" : $"({string.Join(", ", Shape.Take(8))}, ...)";

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, static (n, e) => e != 0 && n > long.MaxValue / e ? long.MaxValue : n * e);
}
