using ExactCompression.Gpu.Kernels;
using ExactCompression.Numerics;
using ILGPU;

namespace ExactCompression.Gpu;

/// <summary>A convolution on the device, packed for both directions.</summary>
internal sealed class DeviceConvolution : IDeviceMap
{
    private readonly GraphKernels kernels;
    private readonly LaunchShape shape;
    private readonly ConvolutionGeometry forward;
    private readonly ConvolutionGeometry backward;
    private readonly ArrayView<float> weights;
    private readonly ArrayView<float> transposed;

    /// <summary>Copies a convolution's weights to the device.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="shape">How work is divided into groups.</param>
    /// <param name="memory">What owns the weights.</param>
    /// <param name="map">The convolution.</param>
    public DeviceConvolution(GraphKernels kernels, LaunchShape shape, DeviceMemory memory, ConvolutionMap map)
    {
        (this.kernels, this.shape) = (kernels, shape);
        forward = Geometry(map, map.Output, map.Input);
        backward = Geometry(map, map.Input, map.Output);
        ReadOnlySpan<float> filters = KernelValues.Convert<float>(map.Filters);
        weights = memory.Vector(Pack(filters, forward, isTransposed: false));
        transposed = memory.Vector(Pack(filters, backward, isTransposed: true));
    }

    /// <inheritdoc/>
    public bool FindsExtremes => false;

    /// <inheritdoc/>
    public void Apply(in ForwardCall call) => kernels.Convolve(
        shape.Positions(call.X.IntExtent.Y, forward.TargetPlane, forward.Blocks), forward, weights, call.Bias, call.X, call.Floor, call.Add,
        call.Z);

    /// <inheritdoc/>
    public void Pull(MatrixView gradient, in BackwardCall call) => kernels.PullConvolution(
        shape.Positions(gradient.IntExtent.Y, backward.TargetPlane, backward.Blocks), backward, transposed, gradient, call.Below,
        call.Floor, call.Add, call.Result);

    /// <inheritdoc/>
    public void Seed(ArrayView<int> targets, ArrayView<float> signs, in BackwardCall call) => kernels.SeedConvolution(
        shape.Elements(call.Result.IntExtent.Y, call.Result.IntExtent.X), forward, weights, targets, signs, call.Below, call.Floor,
        call.Add, call.Result);

    private static ConvolutionGeometry Geometry(ConvolutionMap map, MapShape target, MapShape source)
    {
        ConvolutionShape of = map.Geometry;
        int channels = target.Channels / map.Groups;
        int blocks = (channels + ConvolutionKernels.PerThread - 1) / ConvolutionKernels.PerThread;
        return new()
        {
            TargetChannels = channels,
            SourceChannels = source.Channels / map.Groups,
            TargetWidth = target.Width,
            TargetPlane = target.Plane,
            SourceHeight = source.Height,
            SourceWidth = source.Width,
            KernelHeight = of.KernelHeight,
            KernelWidth = of.KernelWidth,
            StrideRows = of.StrideRows,
            StrideColumns = of.StrideColumns,
            PadTop = of.PadTop,
            PadLeft = of.PadLeft,
            DilationRows = of.DilationRows,
            DilationColumns = of.DilationColumns,
            BlocksOfGroup = blocks,
            Blocks = map.Groups * blocks,
        };
    }

    /// <summary>The filters as blocks of four target channels x taps x source channels x 4.</summary>
    private static float[] Pack(ReadOnlySpan<float> filters, ConvolutionGeometry of, bool isTransposed)
    {
        const int Lanes = ConvolutionKernels.PerThread;
        int taps = of.KernelHeight * of.KernelWidth, groups = of.Blocks / of.BlocksOfGroup;
        int outputs = isTransposed ? of.SourceChannels : of.TargetChannels, inputs = isTransposed ? of.TargetChannels : of.SourceChannels;
        var packed = new float[checked(of.Blocks * taps * of.SourceChannels * Lanes)];
        for (int group = 0; group < groups; group++)
        {
            for (int output = 0; output < outputs; output++)
            {
                for (int input = 0; input < inputs; input++)
                {
                    (int target, int source) = isTransposed ? (input, output) : (output, input);
                    int block = (group * of.BlocksOfGroup) + (target / Lanes);
                    int from = ((((group * outputs) + output) * inputs) + input) * taps;
                    for (int tap = 0; tap < taps; tap++)
                        packed[(((((block * taps) + tap) * of.SourceChannels) + source) * Lanes) + (target % Lanes)] = filters[from + tap];
                }
            }
        }

        return packed;
    }
}
