using System.Numerics.Tensors;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>Products with a diagonal matrix, which is its own transpose.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class DiagonalKernel<T> : ILinearKernel<T>
    where T : unmanaged, INumberBase<T>
{
    private readonly MapShape shape;
    private readonly T[]? factors;
    private readonly T factor;

    /// <summary>Takes the factors.</summary>
    /// <param name="shape">The elements' arrangement.</param>
    /// <param name="factors">A factor for each element; null for one for all.</param>
    /// <param name="factor">The factor of all.</param>
    public DiagonalKernel(MapShape shape, ReadOnlySpan<double> factors, double factor)
    {
        this.shape = shape;
        this.factors = factors.IsEmpty ? null : KernelValues.Convert<T>(factors).ToArray();
        this.factor = T.CreateTruncating(factor);
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<T> input, int rows, ReadOnlySpan<T> bias, Span<T> output, bool add)
    {
        int count = shape.Count;
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<T> x = input.Slice(r * count, count);
            Span<T> y = output.Slice(r * count, count);
            if (bias.IsEmpty)
                Scale(x, 0, y, add);
            else if (factors is not null)
                TensorPrimitives.MultiplyAdd(x, factors, bias, y);
            else
                TensorPrimitives.MultiplyAdd(x, factor, bias, y);
        }
    }

    /// <inheritdoc/>
    public void ApplyTranspose(ReadOnlySpan<T> above, Window from, int rows, Span<T> below, Window to, bool add)
    {
        int size = from.CountIn(shape), resultSize = to.CountIn(shape);
        if (!add && from != to)
            below[..(rows * resultSize)].Clear();
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<T> x = above.Slice(r * size, size);
            Span<T> y = below.Slice(r * resultSize, resultSize);
            if (from == to && from.IsWhole(shape))
                Scale(x, 0, y, add);
            else
                Scale(x, from, y, to, add);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scale(ReadOnlySpan<T> x, Window from, Span<T> y, Window to, bool add)
    {
        for (int c = 0, at = 0; c < shape.Channels; c++)
        {
            for (int h = from.Top; h < from.Top + from.Height; h++, at += from.Width)
            {
                int target = (((c * to.Height) + h - to.Top) * to.Width) + from.Left - to.Left;
                Scale(x.Slice(at, from.Width), shape.IndexOf(c, h, from.Left), y.Slice(target, from.Width), add);
            }
        }
    }

    /// <summary>Multiplies neighbours.</summary>
    private void Scale(ReadOnlySpan<T> x, int element, Span<T> y, bool add)
    {
        if (factors is not null && add)
            TensorPrimitives.MultiplyAdd(x, factors.AsSpan(element, x.Length), y, y);
        else if (factors is not null)
            TensorPrimitives.Multiply(x, factors.AsSpan(element, x.Length), y);
        else
            KernelValues.Scale(x, factor, y, add);
    }
}
