using ILGPU.Runtime.Cuda;

namespace ExactCompression.Benchmarks;

/// <summary>The peak float32 operations per second of a device.</summary>
internal static class DevicePeak
{
    /// <summary>
    /// A card's clock times its cores times two, for a multiply-add is two operations; null where the driver does not report enough.
    /// </summary>
    public static double? Of(ComputeDevice device) => device.Source is CudaDevice { Architecture: { } architecture } card
        ? 2.0 * 1000 * card.ClockRate * card.NumMultiprocessors * CoresOf(architecture)
        : null;

    /// <summary>Float32 units of a multiprocessor, by compute capability (CUDA C++ Programming Guide, arithmetic instructions).</summary>
    private static int CoresOf(CudaArchitecture architecture) => (architecture.Major, architecture.Minor) switch
    {
        (7, _) or (8, 0) or (6, 0) => 64,
        _ => 128,
    };
}
