namespace ExactCompression.Numerics;

/// <summary>
/// A linear map's weights, packed for products with blocks of vectors. Every product is computed by one thread: callers split the vectors.
/// Sums may run in any order, and with fused operations; nothing is added to them but products of the map's entries with the vectors'
/// elements, and what the result is to be added to.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal interface ILinearKernel<T> : IDisposable
    where T : unmanaged
{
    /// <summary>The map of each row of a block: <c>Y = X W^T + 1 b^T</c>, or <c>Y += X W^T</c>.</summary>
    /// <param name="input">Row-major <paramref name="rows"/> x inputs.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="bias">Added to each row of the result, of its length; empty for none.</param>
    /// <param name="output">Row-major <paramref name="rows"/> x outputs.</param>
    /// <param name="add">Whether the product is added to what is there; then <paramref name="bias"/> must be empty.</param>
    void Apply(ReadOnlySpan<T> input, int rows, ReadOnlySpan<T> bias, Span<T> output, bool add);

    /// <summary>
    /// The transpose of each row of a block of coefficients, <c>Y = X W</c> or <c>Y += X W</c>, where the coefficients are 0 outside a
    /// window.
    /// </summary>
    /// <param name="above">Row-major <paramref name="rows"/> x elements of the window <paramref name="from"/>.</param>
    /// <param name="from">The window of the map's output that the coefficients are of.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="below">Row-major <paramref name="rows"/> x elements of the window <paramref name="to"/>.</param>
    /// <param name="to">The window of the map's input; it holds <see cref="ILinearMap.Below"/> of <paramref name="from"/>.</param>
    /// <param name="add">Whether the product is added to what is there.</param>
    void ApplyTranspose(ReadOnlySpan<T> above, Window from, int rows, Span<T> below, Window to, bool add);
}
