using System.Numerics;
using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>Selections of channels, rows and columns: neighbours that stay neighbours are moved together.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class SelectionKernel<T> : ILinearKernel<T>
    where T : unmanaged, INumberBase<T>
{
    private readonly MapShape input;
    private readonly MapShape output;
    private readonly int[] channels;
    private readonly int[] lines;
    private readonly int[] columns;
    private readonly int[] lengths;
    private readonly T factor;

    /// <summary>Takes a selection.</summary>
    /// <param name="input">What is selected from.</param>
    /// <param name="channels">For each channel of the result, one of the input, or -1.</param>
    /// <param name="lines">For each row of the result, one of the input, or -1.</param>
    /// <param name="columns">For each column of the result, one of the input, or -1.</param>
    /// <param name="factor">What each selected element is multiplied by.</param>
    public SelectionKernel(MapShape input, int[] channels, int[] lines, int[] columns, double factor)
    {
        (this.input, output) = (input, new(channels.Length, lines.Length, columns.Length));
        (this.channels, this.lines, this.columns, this.factor) = (channels, lines, columns, T.CreateTruncating(factor));
        lengths = new int[columns.Length];
        for (int w = columns.Length - 1; w >= 0; w--)
        {
            bool continues = w + 1 < columns.Length && (columns[w] < 0 ? columns[w + 1] < 0 : columns[w + 1] == columns[w] + 1);
            lengths[w] = continues ? lengths[w + 1] + 1 : 1;
        }
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<T> input, int rows, ReadOnlySpan<T> bias, Span<T> output, bool add)
    {
        for (int r = 0; r < rows; r++)
        {
            Span<T> y = output.Slice(r * this.output.Count, this.output.Count);
            if (!add && bias.IsEmpty)
                y.Clear();
            else if (!add)
                bias.CopyTo(y);
            Select(input.Slice(r * this.input.Count, this.input.Count), y, add || !bias.IsEmpty);
        }
    }

    /// <inheritdoc/>
    public void ApplyTranspose(ReadOnlySpan<T> above, Window from, int rows, Span<T> below, Window to, bool add)
    {
        int size = from.CountIn(output), resultSize = to.CountIn(input);
        if (!add)
            below[..(rows * resultSize)].Clear();
        for (int r = 0; r < rows; r++)
            Scatter(above.Slice(r * size, size), from, below.Slice(r * resultSize, resultSize), to);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Select(ReadOnlySpan<T> x, Span<T> y, bool add)
    {
        for (int c = 0, at = 0; c < channels.Length; c++)
        {
            for (int h = 0; h < lines.Length; h++, at += columns.Length)
            {
                if (channels[c] < 0 || lines[h] < 0)
                    continue;
                ReadOnlySpan<T> source = x.Slice(input.IndexOf(channels[c], lines[h], 0), input.Width);
                for (int w = 0, length; w < columns.Length; w += length)
                {
                    length = lengths[w];
                    if (length == 1 && columns[w] >= 0)
                        y[at + w] = (source[columns[w]] * factor) + (add ? y[at + w] : T.Zero);
                    else if (columns[w] >= 0)
                        KernelValues.Scale(source.Slice(columns[w], length), factor, y.Slice(at + w, length), add);
                }
            }
        }
    }

    /// <summary>Adds what the transpose moves: an element of the input may have been selected more than once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scatter(ReadOnlySpan<T> x, Window from, Span<T> y, Window to)
    {
        int end = from.Left + from.Width;
        for (int c = 0, at = 0; c < channels.Length; c++)
        {
            for (int h = from.Top; h < from.Top + from.Height; h++, at += from.Width)
            {
                if (channels[c] < 0 || lines[h] < 0)
                    continue;
                int target = (((channels[c] * to.Height) + lines[h] - to.Top) * to.Width) - to.Left;
                ReadOnlySpan<T> source = x.Slice(at, from.Width);
                for (int w = from.Left, length; w < end; w += length)
                {
                    length = Math.Min(lengths[w], end - w);
                    if (length == 1 && columns[w] >= 0)
                        y[target + columns[w]] += source[w - from.Left] * factor;
                    else if (columns[w] >= 0)
                        KernelValues.Scale(source.Slice(w - from.Left, length), factor, y.Slice(target + columns[w], length), add: true);
                }
            }
        }
    }
}
