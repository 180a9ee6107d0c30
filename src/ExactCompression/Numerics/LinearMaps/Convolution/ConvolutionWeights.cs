using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The weights of a convolution, or of its transpose, in the order in which <see cref="ConvolutionPass{T}"/> reads them: blocks of target
/// channels, each with the kernel's rows, its columns, the source channels of the group, and the channels of the block side by side.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class ConvolutionWeights<T>
    where T : unmanaged
{
    /// <summary>Packs the weights.</summary>
    /// <param name="filters">Output channels x input channels of a group x kernel rows x kernel columns.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="outputs">Output channels of a group.</param>
    /// <param name="inputs">Input channels of a group.</param>
    /// <param name="rows">The axis of rows.</param>
    /// <param name="columns">The axis of columns.</param>
    public ConvolutionWeights(
        ReadOnlySpan<T> filters, int groups, int outputs, int inputs, ConvolutionAxis rows, ConvolutionAxis columns)
    {
        (RowOrder, ColumnOrder) = (rows.Order(), columns.Order());
        int taps = rows.Taps * columns.Taps;
        (int targetStride, int sourceStride) = rows.IsTransposed ? (taps, inputs * taps) : (inputs * taps, taps);
        (int targets, int sources) = rows.IsTransposed ? (inputs, outputs) : (outputs, inputs);
        (Groups, Targets, Sources) = (groups, targets, sources);
        Blocks = BlocksOf(targets);
        int padded = 0;
        foreach (ChannelBlock block in Blocks)
            padded += block.Width;
        GroupSize = padded * sources * taps;
        Values = new T[groups * GroupSize];
        int at = 0;
        for (int g = 0; g < groups; g++)
        {
            foreach (ChannelBlock block in Blocks)
            {
                foreach (int i in RowOrder)
                {
                    foreach (int j in ColumnOrder)
                    {
                        for (int s = 0; s < sources; s++, at += block.Width)
                        {
                            int from = (g * outputs * inputs * taps) + (s * sourceStride) + (i * columns.Taps) + j;
                            for (int t = 0; t < block.Count; t++)
                                Values[at + t] = filters[from + ((block.First + t) * targetStride)];
                        }
                    }
                }
            }
        }
    }

    /// <summary>Groups of channels.</summary>
    public int Groups { get; }

    /// <summary>Target channels of a group.</summary>
    public int Targets { get; }

    /// <summary>Source channels of a group.</summary>
    public int Sources { get; }

    /// <summary>The element of the kernel's rows at each place.</summary>
    public int[] RowOrder { get; }

    /// <summary>The element of the kernel's columns at each place.</summary>
    public int[] ColumnOrder { get; }

    /// <summary>The blocks of a group's target channels.</summary>
    public ChannelBlock[] Blocks { get; }

    /// <summary>Weights of a group, padding and all.</summary>
    public int GroupSize { get; }

    /// <summary>The weights.</summary>
    public T[] Values { get; }

    private static ChannelBlock[] BlocksOf(int channels)
    {
        var blocks = new List<ChannelBlock>();
        int widest = Vector512.IsHardwareAccelerated ? ChannelBlock.Widest : ChannelBlock.Widest / 2;
        for (int first = 0; first < channels;)
        {
            int left = channels - first;
            int width = left >= 6 ? widest : left >= 3 ? 4 : 1, count = Math.Min(left, width);
            blocks.Add(new(first, count, width));
            first += count;
        }

        return [.. blocks];
    }
}
