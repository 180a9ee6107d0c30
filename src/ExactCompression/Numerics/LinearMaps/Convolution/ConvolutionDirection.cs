namespace ExactCompression.Numerics;

/// <summary>
/// A convolution or its transpose. Vectors can have a row in each lane, a channel, or a place among its neighbours; of some depthwise
/// convolutions, and of those that give a channel or two, these are read as they lie. The quickest of these passes is taken for each number
/// of rows and each pair of windows, by the estimate of <see cref="PassCosts{T}"/>. Weights are packed for a pass when it is first taken.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class ConvolutionDirection<T>
    where T : unmanaged
{
    /// <summary>Passes that are kept: kinds of windows besides those at borders are few, and a block has as many rows as another.</summary>
    private const int Kept = 64;

    private readonly ConvolutionAxis rowAxis;
    private readonly ConvolutionAxis columnAxis;
    private readonly PassCosts<T> costs;
    private readonly Lazy<ConvolutionWeights<T>> rowLanes;
    private readonly Lazy<ConvolutionWeights<T>> channelLanes;
    private readonly Lazy<ConvolutionWeights<T>> planeLanes;
    private readonly ConvolutionPass<T>?[] passes = new ConvolutionPass<T>[Kept];

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
        rowAxis = new(geometry.KernelHeight, geometry.StrideRows, geometry.PadTop, geometry.DilationRows, isTransposed);
        columnAxis = new(
            geometry.KernelWidth, geometry.StrideColumns, geometry.PadLeft, geometry.DilationColumns, isTransposed);
        costs = isTransposed ? new(rowAxis, columnAxis, outputs, inputs) : new(rowAxis, columnAxis, inputs, outputs);
        rowLanes = new(() => Pack(ChannelBlock.ForRowLanes));
        channelLanes = new(() => Pack(ChannelBlock.ForChannelLanes<T>));
        planeLanes = new(() => Pack(ChannelBlock.ForPlaneLanes));

        ConvolutionWeights<T> Pack(Func<int, ChannelBlock[]> blocksOf) =>
            new(KernelValues.Convert<T>(filters.Span), groups, outputs, inputs, rowAxis, columnAxis, blocksOf);
    }

    /// <summary>Chooses a pass, or takes the one that was chosen for the like before.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="from">The source's window.</param>
    /// <param name="to">The target's window.</param>
    public ConvolutionPass<T> Choose(int rows, Window from, Window to)
    {
        var windows = new BatchWindows(
            rows,
            rowAxis.Between(from.Top, from.Height, to.Top, to.Height),
            columnAxis.Between(from.Left, from.Width, to.Left, to.Width));
        ref ConvolutionPass<T>? kept = ref passes[(uint)windows.GetHashCode() % Kept];
        ConvolutionPass<T>? pass = Volatile.Read(ref kept);
        if (pass is null || pass.Windows != windows)
            Volatile.Write(ref kept, pass = Prepare(windows));
        return pass;
    }

    private ConvolutionPass<T> Prepare(BatchWindows windows)
    {
        double byRows = costs.OfRowLanes(windows), byChannels = costs.OfChannelLanes(windows), byPlanes = costs.OfPlaneLanes(windows);
        double byColumns = costs.OfColumnSums(windows), least = Math.Min(Math.Min(byRows, byChannels), Math.Min(byPlanes, byColumns));
        return costs.OfDepthwise(windows) < least ? new DepthwisePass<T>(planeLanes.Value, windows)
            : byColumns == least ? new ColumnSumPass<T>(planeLanes.Value, windows)
            : byPlanes == least ? new PlaneLanePass<T>(planeLanes.Value, windows)
            : byChannels == least ? new ChannelLanePass<T>(channelLanes.Value, windows)
            : new RowLanePass<T>(rowLanes.Value, windows);
    }
}
