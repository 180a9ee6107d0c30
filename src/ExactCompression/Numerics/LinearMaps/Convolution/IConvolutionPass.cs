namespace ExactCompression.Numerics;

/// <summary>One direction of a convolution, packed for rows of some number.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal interface IConvolutionPass<T>
    where T : unmanaged
{
    /// <summary>Computes a block of rows.</summary>
    /// <param name="source">Row-major: the elements of a window for each row.</param>
    /// <param name="from">The window.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="bias">Added to each row of the result, of its length; empty for none.</param>
    /// <param name="target">Row-major: the elements of a window for each row.</param>
    /// <param name="to">The window.</param>
    /// <param name="add">Whether results are added to what is there; then <paramref name="bias"/> must be empty.</param>
    void Run(ReadOnlySpan<T> source, Window from, int rows, ReadOnlySpan<T> bias, Span<T> target, Window to, bool add);
}
