using System.Buffers;
using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>Products with any map, entry by entry: for maps with few entries that have no kernel of their own.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class SparseKernel<T> : ILinearKernel<T>
    where T : unmanaged, System.Numerics.INumberBase<T>
{
    private readonly MapShape input;
    private readonly MapShape output;
    private readonly int[] starts;
    private readonly int[] columns;
    private readonly T[] weights;

    /// <summary>Takes a map's entries.</summary>
    /// <param name="map">The map.</param>
    public SparseKernel(ILinearMap map)
    {
        (input, output) = (map.Input, map.Output);
        starts = new int[output.Count + 1];
        var row = new SparseRow();
        var at = new List<int>();
        var values = new List<T>();
        for (int i = 0; i < output.Count; i++)
        {
            map.ReadRow(i, row);
            for (int k = 0; k < row.Count; k++)
            {
                if (row.Weights[k] == 0)
                    continue;
                at.Add(row.Columns[k]);
                values.Add(T.CreateTruncating(row.Weights[k]));
            }

            starts[i + 1] = at.Count;
        }

        (columns, weights) = ([.. at], [.. values]);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(ReadOnlySpan<T> input, int rows, ReadOnlySpan<T> bias, Span<T> output, bool add)
    {
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<T> x = input.Slice(r * this.input.Count, this.input.Count);
            Span<T> y = output.Slice(r * this.output.Count, this.output.Count);
            for (int i = 0; i < y.Length; i++)
            {
                T sum = add ? y[i] : bias.IsEmpty ? T.Zero : bias[i];
                for (int k = starts[i]; k < starts[i + 1]; k++)
                    sum += weights[k] * x[columns[k]];
                y[i] = sum;
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ApplyTranspose(ReadOnlySpan<T> above, Window from, int rows, Span<T> below, Window to, bool add)
    {
        int height = from.CountIn(output), width = to.CountIn(input);
        if (!add)
            below[..(rows * width)].Clear();
        int[]? rowAt = Places(output, from), columnAt = Places(input, to);
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<T> x = above.Slice(r * height, height);
            Span<T> y = below.Slice(r * width, width);
            for (int i = 0; i < output.Count; i++)
            {
                int place = rowAt is null ? i : rowAt[i];
                if (place < 0 || T.IsZero(x[place]))
                    continue;
                T value = x[place];
                if (columnAt is null)
                {
                    for (int k = starts[i]; k < starts[i + 1]; k++)
                        y[columns[k]] += weights[k] * value;
                }
                else
                {
                    for (int k = starts[i]; k < starts[i + 1]; k++)
                        y[columnAt[columns[k]]] += weights[k] * value;
                }
            }
        }

        Return(rowAt);
        Return(columnAt);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Where a row over a window holds each element; -1 if it does not; null if all are in their place.</summary>
    private static int[]? Places(MapShape shape, Window window)
    {
        if (window.IsWhole(shape))
            return null;
        int[] places = ArrayPool<int>.Shared.Rent(shape.Count);
        for (int at = 0, c = 0; c < shape.Channels; c++)
        {
            for (int h = 0; h < shape.Height; h++)
            {
                for (int w = 0; w < shape.Width; w++, at++)
                {
                    int row = h - window.Top, column = w - window.Left;
                    bool inside = row >= 0 && row < window.Height && column >= 0 && column < window.Width;
                    places[at] = inside ? (((c * window.Height) + row) * window.Width) + column : -1;
                }
            }
        }

        return places;
    }

    private static void Return(int[]? places)
    {
        if (places is not null)
            ArrayPool<int>.Shared.Return(places);
    }
}
