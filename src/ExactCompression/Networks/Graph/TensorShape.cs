using System.Collections;
using System.Globalization;

namespace ExactCompression;

/// <summary>The shape of a tensor for one row of input, without the batch: such as 3 x 32 x 32, or 10. Immutable.</summary>
public sealed class TensorShape : IReadOnlyList<int>, IEquatable<TensorShape>
{
    private readonly int[] dimensions;

    /// <summary>Makes a shape.</summary>
    /// <param name="dimensions">The dimensions, outermost first; none for a single number.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative.</exception>
    /// <exception cref="OverflowException">It has more than 2^31 - 1 elements.</exception>
    public TensorShape(params ReadOnlySpan<int> dimensions)
    {
        this.dimensions = dimensions.ToArray();
        int elements = 1;
        foreach (int dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(dimensions));
            elements = checked(elements * dimension);
        }

        Elements = elements;
    }

    /// <summary>Number of elements.</summary>
    public int Elements { get; }

    /// <summary>Number of dimensions.</summary>
    public int Count => dimensions.Length;

    /// <summary>A dimension.</summary>
    /// <param name="index">0-based, outermost first.</param>
    public int this[int index] => dimensions[index];

    /// <inheritdoc/>
    public bool Equals(TensorShape? other) => other is not null && dimensions.AsSpan().SequenceEqual(other.dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorShape);

    /// <inheritdoc/>
    public override int GetHashCode() => dimensions.Aggregate(17, HashCode.Combine);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)dimensions).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Such as <c>3x32x32</c>; <c>1</c> for a single number.</summary>
    public override string ToString() =>
        dimensions.Length == 0 ? "1" : string.Join('x', dimensions.Select(static d => d.ToString(CultureInfo.InvariantCulture)));
}
