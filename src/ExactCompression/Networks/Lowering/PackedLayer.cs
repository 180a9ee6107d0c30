using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>A lowered layer packed for products with blocks of rows, in both directions.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>: what is computed in.</typeparam>
internal sealed class PackedLayer<T> : IDisposable
    where T : unmanaged
{
    private readonly ILinearKernel<T>[] kernels;
    private readonly T[] bias;

    /// <summary>Packs a layer.</summary>
    /// <param name="layer">The layer.</param>
    public PackedLayer(LoweredLayer layer)
    {
        Layer = layer;
        kernels = [.. layer.Terms.Select(static t => t.Map.Pack<T>())];
        bias = KernelValues.Convert<T>(layer.Bias.Span).ToArray();
    }

    /// <summary>The layer.</summary>
    public LoweredLayer Layer { get; }

    /// <summary>One term of <c>z</c> for each row: the first with the biases, every other added to what is there.</summary>
    /// <param name="term">0-based term, in their order.</param>
    /// <param name="value">What the term takes: row-major rows x its elements.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="z">Row-major rows x <see cref="LoweredLayer.Width"/>.</param>
    public void Apply(int term, ReadOnlySpan<T> value, int rows, Span<T> z) =>
        kernels[term].Apply(value, rows, term == 0 ? bias : [], z, add: term > 0);

    /// <summary>The gradient by what a term takes, from that by <c>z</c>.</summary>
    /// <param name="term">0-based term.</param>
    /// <param name="gradient">Row-major rows x <see cref="LoweredLayer.Width"/>.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="below">Row-major rows x elements that the term takes.</param>
    /// <param name="add">Whether it is added to what other readers have left there.</param>
    public void ApplyTranspose(int term, ReadOnlySpan<T> gradient, int rows, Span<T> below, bool add)
    {
        ILinearMap map = Layer.Terms[term].Map;
        kernels[term].ApplyTranspose(gradient, Window.Whole(map.Output), rows, below, Window.Whole(map.Input), add);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ILinearKernel<T> kernel in kernels)
            kernel.Dispose();
    }
}
