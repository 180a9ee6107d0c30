namespace ExactCompression.Numerics;

/// <summary>
/// One direction of a convolution, prepared for a number of rows and for windows: what depends on these alone is done once, when it is
/// constructed. It may run on several threads at a time.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="weights">The weights, packed for it.</param>
/// <param name="windows">The rows and windows.</param>
internal abstract class ConvolutionPass<T>(ConvolutionWeights<T> weights, BatchWindows windows)
    where T : unmanaged
{
    /// <summary>The weights.</summary>
    public ConvolutionWeights<T> Weights { get; } = weights;

    /// <summary>The rows and windows.</summary>
    public BatchWindows Windows { get; } = windows;

    /// <summary>Computes a block of rows.</summary>
    /// <param name="source">Row-major: the elements of a window for each row.</param>
    /// <param name="bias">Added to each row of the result, of its length; empty for none.</param>
    /// <param name="target">Row-major: the elements of a window for each row.</param>
    /// <param name="add">Whether results are added to what is there; then <paramref name="bias"/> must be empty.</param>
    public abstract void Run(ReadOnlySpan<T> source, ReadOnlySpan<T> bias, Span<T> target, bool add);
}
