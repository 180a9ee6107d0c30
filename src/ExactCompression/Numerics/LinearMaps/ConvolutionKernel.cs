namespace ExactCompression.Numerics;

/// <summary>Products with a convolution. Each direction is packed when it is first used.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class ConvolutionKernel<T> : ILinearKernel<T>
    where T : unmanaged
{
    private readonly MapShape input;
    private readonly MapShape output;
    private readonly Lazy<ConvolutionPass<T>> forward;
    private readonly Lazy<ConvolutionPass<T>> backward;

    /// <summary>Takes a convolution's weights.</summary>
    /// <param name="filters">Output channels x input channels of a group x kernel rows x kernel columns.</param>
    /// <param name="output">What it gives.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="geometry">Kernel, strides, padding, dilations.</param>
    /// <param name="groups">Groups of channels.</param>
    public ConvolutionKernel(ReadOnlyMemory<double> filters, MapShape output, MapShape input, ConvolutionShape geometry, int groups)
    {
        (this.output, this.input) = (output, input);
        forward = new(() => Pass(false));
        backward = new(() => Pass(true));

        ConvolutionPass<T> Pass(bool transposed)
        {
            ConvolutionShape g = geometry;
            ConvolutionAxis rows = new(g.KernelHeight, g.StrideRows, g.PadTop, g.DilationRows, transposed);
            ConvolutionAxis columns = new(g.KernelWidth, g.StrideColumns, g.PadLeft, g.DilationColumns, transposed);
            var weights = new ConvolutionWeights<T>(
                KernelValues.Convert<T>(filters.Span), groups, output.Channels / groups, input.Channels / groups, rows, columns);
            return new(weights, rows, columns);
        }
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<T> input, int rows, ReadOnlySpan<T> bias, Span<T> output, bool add) =>
        forward.Value.Run(input, Window.Whole(this.input), rows, bias, output, Window.Whole(this.output), add);

    /// <inheritdoc/>
    public void ApplyTranspose(ReadOnlySpan<T> above, Window from, int rows, Span<T> below, Window to, bool add) =>
        backward.Value.Run(above, from, rows, [], below, to, add);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
