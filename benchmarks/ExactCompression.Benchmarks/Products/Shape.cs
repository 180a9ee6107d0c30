namespace ExactCompression.Benchmarks;

/// <summary>The sizes of a product: <c>C (rows x columns) = A (rows x inner) B (inner x columns)</c>.</summary>
public readonly record struct Shape(int Rows, int Inner, int Columns)
{
    /// <summary>Squares, the tall products of batches and of bound propagation, and layers of awkward width.</summary>
    public static IReadOnlyList<Shape> All { get; } =
    [
        new(256, 256, 256), new(512, 512, 512), new(768, 768, 768), new(1024, 1024, 1024),
        new(128, 784, 100), new(128, 784, 200), new(128, 784, 400),
        new(1000, 784, 100), new(1000, 784, 256), new(1000, 784, 400),
        new(10_000, 784, 100), new(10_000, 784, 200), new(10_000, 784, 400),
        new(1000, 100, 784), new(1000, 400, 784), new(1000, 100, 100), new(1000, 50, 50), new(1000, 100, 10),
    ];

    /// <summary>Floating-point operations of the product.</summary>
    public double Operations => 2.0 * Rows * Inner * Columns;

    /// <inheritdoc/>
    public override string ToString() => $"{Rows}x{Inner}x{Columns}";
}
