using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>
/// A selection of elements axis by axis: element (c, h, w) of the result is an input's element (<c>channels[c]</c>, <c>rows[h]</c>,
/// <c>columns[w]</c>) times a factor, or 0 where one of these is below 0. Slices, padding, repetition, the parts of a concatenation and the
/// candidates of a pooling are of this kind.
/// </summary>
internal sealed class SelectionMap : ILinearMap
{
    private readonly int[] channels;
    private readonly int[] rows;
    private readonly int[] columns;
    private readonly double factor;

    /// <summary>The map of a selection.</summary>
    /// <param name="input">What is selected from.</param>
    /// <param name="channels">For each channel of the result, one of the input, or -1.</param>
    /// <param name="rows">For each row of the result, one of the input, or -1.</param>
    /// <param name="columns">For each column of the result, one of the input, or -1.</param>
    /// <param name="factor">What each selected element is multiplied by.</param>
    /// <exception cref="ArgumentException">The input has no such channel, row or column.</exception>
    public SelectionMap(MapShape input, int[] channels, int[] rows, int[] columns, double factor = 1)
    {
        Require(channels, input.Channels, nameof(channels));
        Require(rows, input.Height, nameof(rows));
        Require(columns, input.Width, nameof(columns));
        Input = input;
        Output = new(channels.Length, rows.Length, columns.Length);
        (this.channels, this.rows, this.columns, this.factor) = (channels, rows, columns, factor);
        FanOut = (int)Math.Min(int.MaxValue, (long)MostUses(channels) * MostUses(rows) * MostUses(columns));
    }

    /// <inheritdoc/>
    public MapShape Input { get; }

    /// <inheritdoc/>
    public MapShape Output { get; }

    /// <inheritdoc/>
    public int FanIn => 1;

    /// <inheritdoc/>
    public int FanOut { get; }

    /// <inheritdoc/>
    public ILinearMap? Radius => null;

    /// <inheritdoc/>
    public ILinearMap Absolute => factor >= 0 ? this : new SelectionMap(Input, channels, rows, columns, -factor);

    /// <summary>What each selected element is multiplied by.</summary>
    public double Factor => factor;

    /// <summary>For each channel of the result, one of the input, or -1.</summary>
    public ReadOnlySpan<int> Channels => channels;

    /// <summary>For each row of the result, one of the input, or -1.</summary>
    public ReadOnlySpan<int> Rows => rows;

    /// <summary>For each column of the result, one of the input, or -1.</summary>
    public ReadOnlySpan<int> Columns => columns;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadRow(int output, SparseRow row)
    {
        row.Clear();
        (int channel, int place) = Math.DivRem(output, Output.Plane);
        (int h, int w) = Math.DivRem(place, Output.Width);
        if (channels[channel] >= 0 && rows[h] >= 0 && columns[w] >= 0)
            row.Add(Input.IndexOf(channels[channel], rows[h], columns[w]), factor);
    }

    /// <inheritdoc/>
    public Window Below(Window above)
    {
        (int top, int height) = Span(rows, above.Top, above.Height);
        (int left, int width) = Span(columns, above.Left, above.Width);
        return new(top, left, height, width);
    }

    /// <inheritdoc/>
    public ILinearKernel<T> Pack<T>()
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? (ILinearKernel<T>)(object)new SelectionKernel<double>(Input, channels, rows, columns, factor)
            : (ILinearKernel<T>)(object)new SelectionKernel<float>(Input, channels, rows, columns, factor);

    private static (int First, int Count) Span(int[] indices, int first, int count)
    {
        int least = int.MaxValue, most = -1;
        foreach (int i in indices.AsSpan(first, count))
        {
            if (i >= 0)
                (least, most) = (Math.Min(least, i), Math.Max(most, i));
        }

        return most < 0 ? (0, 0) : (least, most - least + 1);
    }

    private static int MostUses(int[] indices) =>
        indices.Where(static i => i >= 0).GroupBy(static i => i).Select(static g => g.Count()).DefaultIfEmpty(0).Max();

    private static void Require(int[] indices, int count, string name)
    {
        if (Array.Exists(indices, i => i < -1 || i >= count))
            throw new ArgumentException($"An index is not in -1 to {count - 1}.", name);
    }
}
