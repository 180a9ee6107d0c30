namespace ExactCompression.Numerics;

/// <summary>Products with a convolution.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class ConvolutionKernel<T> : ILinearKernel<T>
    where T : unmanaged
{
    private readonly MapShape input;
    private readonly MapShape output;
    private readonly ConvolutionDirection<T> forward;
    private readonly ConvolutionDirection<T> backward;

    /// <summary>Takes a convolution's weights.</summary>
    /// <param name="filters">Output channels x input channels of a group x kernel rows x kernel columns.</param>
    /// <param name="output">What it gives.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="geometry">Kernel, strides, padding, dilations.</param>
    /// <param name="groups">Groups of channels.</param>
    public ConvolutionKernel(ReadOnlyMemory<double> filters, MapShape output, MapShape input, ConvolutionShape geometry, int groups)
    {
        (this.output, this.input) = (output, input);
        forward = new(filters, output.Channels / groups, input.Channels / groups, geometry, groups, isTransposed: false);
        backward = new(filters, output.Channels / groups, input.Channels / groups, geometry, groups, isTransposed: true);
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<T> input, int rows, ReadOnlySpan<T> bias, Span<T> output, bool add)
    {
        Require(input.Length >= (long)rows * this.input.Count && output.Length >= (long)rows * this.output.Count);
        Require(bias.IsEmpty || (bias.Length == this.output.Count && !add));
        if (rows > 0)
            forward.Choose(rows, Window.Whole(this.input), Window.Whole(this.output)).Run(input, bias, output, add);
    }

    /// <inheritdoc/>
    public void ApplyTranspose(ReadOnlySpan<T> above, Window from, int rows, Span<T> below, Window to, bool add)
    {
        Require(above.Length >= (long)rows * from.CountIn(output) && below.Length >= (long)rows * to.CountIn(input));
        if (rows > 0 && !to.IsEmpty)
            backward.Choose(rows, from, to).Run(above, [], below, add);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static void Require(bool fits)
    {
        if (!fits)
            throw new ArgumentException("The spans do not fit the convolution and the number of rows.");
    }
}
