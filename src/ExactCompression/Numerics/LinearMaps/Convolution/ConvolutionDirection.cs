using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// A convolution or its transpose. Many rows fill vectors that have a row in each lane; a few are computed with a channel in each lane,
/// if there are more channels. Weights are packed for either when they are first used.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class ConvolutionDirection<T>
    where T : unmanaged
{
    private readonly int targets;
    private readonly Lazy<IConvolutionPass<T>> manyRows;
    private readonly Lazy<IConvolutionPass<T>> fewRows;

    /// <summary>Takes a convolution's weights.</summary>
    /// <param name="filters">Output channels x input channels of a group x kernel rows x kernel columns.</param>
    /// <param name="outputs">Output channels of a group.</param>
    /// <param name="inputs">Input channels of a group.</param>
    /// <param name="geometry">Kernel, strides, padding, dilations.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="isTransposed">Whether it is the transpose.</param>
    public ConvolutionDirection(
        ReadOnlyMemory<double> filters, int outputs, int inputs, ConvolutionShape geometry, int groups, bool isTransposed)
    {
        targets = isTransposed ? inputs : outputs;
        ConvolutionAxis rows = new(geometry.KernelHeight, geometry.StrideRows, geometry.PadTop, geometry.DilationRows, isTransposed);
        ConvolutionAxis columns = new(
            geometry.KernelWidth, geometry.StrideColumns, geometry.PadLeft, geometry.DilationColumns, isTransposed);
        manyRows = new(() => new RowLanePass<T>(Pack(ChannelBlock.ForRowLanes), rows, columns));
        fewRows = new(() => new ChannelLanePass<T>(Pack(ChannelBlock.ForChannelLanes<T>), rows, columns));

        ConvolutionWeights<T> Pack(Func<int, ChannelBlock[]> blocksOf) =>
            new(KernelValues.Convert<T>(filters.Span), groups, outputs, inputs, rows, columns, blocksOf);
    }

    /// <summary>Chooses the way that takes fewer operations, those on idle lanes included.</summary>
    /// <param name="rows">Number of rows.</param>
    public IConvolutionPass<T> Choose(int rows)
    {
        int lanes = Vector512<T>.Count;
        int rowVectors = (rows + lanes - 1) / lanes, channelVectors = (targets + lanes - 1) / lanes;
        return (long)rows * channelVectors < (long)rowVectors * targets ? fewRows.Value : manyRows.Value;
    }
}
