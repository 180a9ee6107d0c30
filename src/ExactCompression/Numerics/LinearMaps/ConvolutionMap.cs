using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>
/// A convolution, never unrolled to a matrix: each channel of the result is the sum of filtered input channels of its group; what lies
/// outside of the input is 0.
/// </summary>
internal sealed class ConvolutionMap : ILinearMap
{
    private readonly double[] filters;
    private readonly Lazy<ILinearMap> absolute;

    /// <summary>The map of some filters.</summary>
    /// <param name="filters">Output channels x a group's input channels x kernel rows x columns, row-major; kept, not copied.</param>
    /// <param name="channels">Output channels.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="geometry">Kernel, strides, padding, dilations.</param>
    /// <param name="groups">Groups of channels: each output channel reads the input channels of its group alone.</param>
    /// <exception cref="ArgumentException">The numbers do not fit together, or the kernel is larger than the padded input.</exception>
    public ConvolutionMap(double[] filters, int channels, MapShape input, ConvolutionShape geometry, int groups = 1)
    {
        int depth = input.Channels / groups, height = geometry.OutputHeight(input.Height), width = geometry.OutputWidth(input.Width);
        if (groups < 1 || input.Channels % groups != 0 || channels % groups != 0)
            throw new ArgumentException($"{groups} groups do not divide {input.Channels} and {channels} channels.", nameof(groups));
        if (filters.LongLength != (long)channels * depth * geometry.KernelHeight * geometry.KernelWidth)
            throw new ArgumentException($"The filters of {channels} channels do not have {filters.LongLength} weights.", nameof(filters));
        if (height < 1 || width < 1)
            throw new ArgumentException("The kernel is larger than the padded input.", nameof(geometry));
        this.filters = filters;
        (Input, Output, Geometry, Groups) = (input, new(channels, height, width), geometry, groups);
        int taps = geometry.Taps;
        FanIn = depth * taps;
        FanOut = channels / groups * taps;
        absolute = new(() => new ConvolutionMap(KernelValues.Absolute(filters), channels, input, geometry, groups));
    }

    /// <inheritdoc/>
    public MapShape Input { get; }

    /// <inheritdoc/>
    public MapShape Output { get; }

    /// <summary>Kernel, strides, padding, dilations.</summary>
    public ConvolutionShape Geometry { get; }

    /// <summary>Groups of channels.</summary>
    public int Groups { get; }

    /// <summary>Output channels x input channels of a group x kernel rows x kernel columns, row-major.</summary>
    public ReadOnlySpan<double> Filters => filters;

    /// <inheritdoc/>
    public int FanIn { get; }

    /// <inheritdoc/>
    public int FanOut { get; }

    /// <inheritdoc/>
    public ILinearMap? Radius => null;

    /// <inheritdoc/>
    public ILinearMap Absolute => absolute.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadRow(int output, SparseRow row)
    {
        row.Clear();
        (int channel, int place) = Math.DivRem(output, Output.Plane);
        (int h, int w) = Math.DivRem(place, Output.Width);
        int depth = Input.Channels / Groups, first = channel / (Output.Channels / Groups) * depth;
        int at = channel * FanIn;
        for (int c = first; c < first + depth; c++)
        {
            for (int i = 0; i < Geometry.KernelHeight; i++)
            {
                int inputRow = Geometry.InputRow(h, i);
                for (int j = 0; j < Geometry.KernelWidth; j++, at++)
                {
                    int inputColumn = Geometry.InputColumn(w, j);
                    if ((uint)inputRow < (uint)Input.Height && (uint)inputColumn < (uint)Input.Width)
                        row.Add(Input.IndexOf(c, inputRow, inputColumn), filters[at]);
                }
            }
        }
    }

    /// <inheritdoc/>
    public Window Below(Window above) => Geometry.Below(above, Input);

    /// <inheritdoc/>
    public ILinearKernel<T> Pack<T>()
        where T : unmanaged => new ConvolutionKernel<T>(filters, Output, Input, Geometry, Groups);
}
