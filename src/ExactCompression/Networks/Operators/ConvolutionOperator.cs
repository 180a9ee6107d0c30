using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// A convolution over one or two axes behind the channels. What lies outside of the input is 0.
/// </summary>
/// <param name="Filters">Output channels x input channels of a group x kernel rows x kernel columns, row-major.</param>
/// <param name="Bias">A number for each output channel.</param>
/// <param name="Geometry">Kernel, strides, padding, dilations; over one axis, the kernel has one row.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Stored">What the file stores the weights as.</param>
internal sealed record ConvolutionOperator(
    double[] Filters, double[] Bias, ConvolutionShape Geometry, int Groups = 1, WeightPrecision Stored = WeightPrecision.Float32) : Operator
{
    /// <inheritdoc/>
    public override string Name => "Conv";

    /// <inheritdoc/>
    public override WeightPrecision? Precision => Stored;

    /// <summary>Output channels.</summary>
    public int Channels => Bias.Length;

    /// <inheritdoc/>
    public override long ConnectionCount => Filters.LongLength;

    /// <inheritdoc/>
    public override long NonZeroConnectionCount => CountNonZero(Filters);

    /// <inheritdoc/>
    public override long ParameterCount => Filters.LongLength + Bias.Length;

    /// <inheritdoc/>
    public override long MultiplyAdds(TensorShape output) =>
        Channels == 0 ? 0 : Filters.LongLength * (output.Elements / Channels);

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output)
    {
        if (RequireCount(inputs, 1) is { } fault)
            return fault;
        TensorShape input = inputs[0];
        if (input.Count is not (2 or 3))
            return $"A convolution takes channels and one or two axes, not {input}.";
        int channels = input[0];
        if (Groups < 1 || channels % Groups != 0 || Channels % Groups != 0)
            return $"{Groups} groups do not divide {channels} and {Channels} channels.";
        long weights = (long)Channels * (channels / Groups) * Geometry.KernelHeight * Geometry.KernelWidth;
        if (Filters.LongLength != weights)
            return $"{Channels} filters over {input} in {Groups} groups have {weights} weights, not {Filters.LongLength}.";
        return Geometry.FindFault(input, Channels, output);
    }
}
