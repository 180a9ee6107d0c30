namespace ExactCompression.Numerics;

/// <summary>
/// A convolution or its transpose. Vectors can have a row in each lane, a channel, or a place among its neighbours, which of some depthwise
/// convolutions are read as they lie; the quickest of these passes is taken for each block of rows, by the estimate of
/// <see cref="PassCosts{T}"/>. Weights are packed for a pass when it is first taken.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class ConvolutionDirection<T>
    where T : unmanaged
{
    private readonly PassCosts<T> costs;
    private readonly Lazy<IConvolutionPass<T>> rowLanes;
    private readonly Lazy<IConvolutionPass<T>> channelLanes;
    private readonly Lazy<IConvolutionPass<T>> planeLanes;
    private readonly Lazy<IConvolutionPass<T>> depthwise;

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
        ConvolutionAxis rows = new(geometry.KernelHeight, geometry.StrideRows, geometry.PadTop, geometry.DilationRows, isTransposed);
        ConvolutionAxis columns = new(
            geometry.KernelWidth, geometry.StrideColumns, geometry.PadLeft, geometry.DilationColumns, isTransposed);
        costs = isTransposed ? new(rows, columns, outputs, inputs) : new(rows, columns, inputs, outputs);
        rowLanes = new(() => new RowLanePass<T>(Pack(ChannelBlock.ForRowLanes), rows, columns));
        channelLanes = new(() => new ChannelLanePass<T>(Pack(ChannelBlock.ForChannelLanes<T>), rows, columns));
        planeLanes = new(() => new PlaneLanePass<T>(Pack(ChannelBlock.ForPlaneLanes), rows, columns));
        depthwise = new(() => new DepthwisePass<T>(Pack(ChannelBlock.ForPlaneLanes), rows, columns));

        ConvolutionWeights<T> Pack(Func<int, ChannelBlock[]> blocksOf) =>
            new(KernelValues.Convert<T>(filters.Span), groups, outputs, inputs, rows, columns, blocksOf);
    }

    /// <summary>Chooses a pass.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="from">The source's window.</param>
    /// <param name="to">The target's window.</param>
    public IConvolutionPass<T> Choose(int rows, Window from, Window to)
    {
        double byRows = costs.OfRowLanes(rows, from, to), byChannels = costs.OfChannelLanes(rows, from, to);
        double byPlanes = costs.OfPlaneLanes(rows, from, to), least = Math.Min(Math.Min(byRows, byChannels), byPlanes);
        return costs.OfDepthwise(rows, to) < least ? depthwise.Value
            : byPlanes == least ? planeLanes.Value
            : byChannels == least ? channelLanes.Value
            : rowLanes.Value;
    }
}
