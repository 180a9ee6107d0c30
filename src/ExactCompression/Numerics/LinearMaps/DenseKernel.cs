using System.Buffers;

namespace ExactCompression.Numerics;

/// <summary>Products with a matrix. Each direction is packed when it is first used.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class DenseKernel<T> : ILinearKernel<T>
    where T : unmanaged
{
    private readonly ReadOnlyMemory<double> weights;
    private readonly int outputs;
    private readonly int inputs;
    private readonly MapShape output;
    private readonly Lazy<PackedMatrix<T>> forward;
    private readonly Lazy<PackedMatrix<T>> backward;

    /// <summary>Takes a matrix.</summary>
    /// <param name="weights">Row-major outputs x inputs.</param>
    /// <param name="output">The arrangement of the rows.</param>
    /// <param name="input">The arrangement of the columns.</param>
    public DenseKernel(ReadOnlyMemory<double> weights, MapShape output, MapShape input)
    {
        (outputs, inputs) = (output.Count, input.Count);
        this.output = output;
        this.weights = weights;
        forward = new(() => PackedMatrix<T>.FromTransposed(KernelValues.Convert<T>(this.weights.Span), outputs, inputs));
        backward = new(() => PackedMatrix<T>.FromRows(KernelValues.Convert<T>(this.weights.Span), outputs, inputs));
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<T> input, int rows, ReadOnlySpan<T> bias, Span<T> output, bool add)
    {
        if (!add)
        {
            MatrixProduct.Multiply(input, rows, forward.Value, bias, output);
            return;
        }

        AddProduct(input, rows, forward.Value, output);
    }

    /// <inheritdoc/>
    public void ApplyTranspose(ReadOnlySpan<T> above, Window from, int rows, Span<T> below, Window to, bool add)
    {
        if (!from.IsWhole(output))
            throw new ArgumentException($"Rows over {output} are to be whole, not {from}.", nameof(from));
        if (!add)
        {
            MatrixProduct.Multiply(above, rows, backward.Value, [], below);
            return;
        }

        AddProduct(above, rows, backward.Value, below);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (forward.IsValueCreated)
            forward.Value.Dispose();
        if (backward.IsValueCreated)
            backward.Value.Dispose();
    }

    private static void AddProduct(ReadOnlySpan<T> factor, int rows, PackedMatrix<T> matrix, Span<T> sum)
    {
        int length = rows * matrix.Columns;
        T[] product = ArrayPool<T>.Shared.Rent(length);
        MatrixProduct.Multiply<T>(factor, rows, matrix, [], product);
        KernelValues.Add<T>(sum[..length], product.AsSpan(0, length));
        ArrayPool<T>.Shared.Return(product);
    }
}
