using ExactCompression.Numerics;

namespace ExactCompression.Gpu;

/// <summary>Copies linear maps to a device.</summary>
internal static class DeviceMaps
{
    /// <summary>Copies a map.</summary>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="shape">How work is divided into groups.</param>
    /// <param name="memory">What owns the copy.</param>
    /// <param name="map">The map, of any kind: what is neither a matrix nor a convolution is copied entry by entry.</param>
    public static IDeviceMap Copy(DeviceKernels kernels, LaunchShape shape, DeviceMemory memory, ILinearMap map) => map switch
    {
        DenseMap dense => new DeviceDenseMap(kernels, shape, memory, dense),
        ConvolutionMap convolution => new DeviceConvolution(kernels.Graph, shape, memory, convolution),
        _ => new DeviceSparseMap(kernels.Graph, shape, memory, map),
    };
}
