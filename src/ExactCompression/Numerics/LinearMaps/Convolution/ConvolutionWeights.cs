using System.Runtime.InteropServices;

namespace ExactCompression.Numerics;

/// <summary>
/// The weights of a convolution, or of its transpose, in the order in which passes read them: blocks of target
/// channels, each with the kernel's rows, its columns, the source channels of the group, and the channels of the block side by side.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class ConvolutionWeights<T>
    where T : unmanaged
{
    private readonly T[] array;

    /// <summary>Packs the weights.</summary>
    /// <param name="filters">Output channels x input channels of a group x kernel rows x kernel columns.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="outputs">Output channels of a group.</param>
    /// <param name="inputs">Input channels of a group.</param>
    /// <param name="rows">The axis of rows.</param>
    /// <param name="columns">The axis of columns.</param>
    /// <param name="blocksOf">Divides a number of target channels into blocks.</param>
    public ConvolutionWeights(
        ReadOnlySpan<T> filters,
        int groups,
        int outputs,
        int inputs,
        ConvolutionAxis rows,
        ConvolutionAxis columns,
        Func<int, ChannelBlock[]> blocksOf)
    {
        (RowAxis, ColumnAxis, RowOrder, ColumnOrder) = (rows, columns, rows.Order(), columns.Order());
        int taps = rows.Taps * columns.Taps;
        (int targetStride, int sourceStride) = rows.IsTransposed ? (taps, inputs * taps) : (inputs * taps, taps);
        (int targets, int sources) = rows.IsTransposed ? (inputs, outputs) : (outputs, inputs);
        (Groups, Targets, Sources) = (groups, targets, sources);
        Blocks = blocksOf(targets);
        foreach (ChannelBlock block in Blocks)
            PaddedTargets += block.Width;
        GroupSize = PaddedTargets * sources * taps;
        array = GC.AllocateArray<T>((groups * GroupSize) + (64 / sizeof(T)), pinned: true);
        Values = (T*)((Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) + 63) & ~63);
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

    /// <summary>Target channels of a group with the padding of blocks.</summary>
    public int PaddedTargets { get; }

    /// <summary>Source channels of a group.</summary>
    public int Sources { get; }

    /// <summary>The axis of rows.</summary>
    public ConvolutionAxis RowAxis { get; }

    /// <summary>The axis of columns.</summary>
    public ConvolutionAxis ColumnAxis { get; }

    /// <summary>Elements of a kernel.</summary>
    public int Taps => RowAxis.Taps * ColumnAxis.Taps;

    /// <summary>The element of the kernel's rows at each place.</summary>
    public int[] RowOrder { get; }

    /// <summary>The element of the kernel's columns at each place.</summary>
    public int[] ColumnOrder { get; }

    /// <summary>The blocks of a group's target channels.</summary>
    public ChannelBlock[] Blocks { get; }

    /// <summary>Weights of a group, padding and all.</summary>
    public int GroupSize { get; }

    /// <summary>The weights, 64-byte aligned; there as long as this object is.</summary>
    public T* Values { get; }
}
