using System.Globalization;
using ExactCompression.Witnesses;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace ExactCompression.Gpu;

/// <summary>The descriptions of devices in the list.</summary>
internal static class DeviceDescriptions
{
    /// <summary>OpenCL's query whether a device shares the host's memory, as only integrated GPUs and CPUs do.</summary>
    private const CLDeviceInfoType HostUnifiedMemory = (CLDeviceInfoType)0x1035;

    /// <summary>The CPU's vector units.</summary>
    public static ComputeDevice Simd() => new()
    {
        Index = 0,
        Kind = ComputeDeviceKind.Cpu,
        Name = "CPU (SIMD)",
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Units = Environment.ProcessorCount,
        Capability = string.Create(CultureInfo.InvariantCulture, $"{SimdWitnessDevice.VectorBits}-bit vectors"),
    };

    /// <summary>A device of ILGPU.</summary>
    /// <param name="device">The device.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="index">Its place in the list.</param>
    public static ComputeDevice Of(Device device, ComputeDeviceKind kind, int index) => new()
    {
        Index = index,
        Kind = kind,
        Name = kind == ComputeDeviceKind.IlgpuCpu ? "ILGPU CPU accelerator" : device.Name.Trim(),
        MemoryBytes = kind == ComputeDeviceKind.IlgpuCpu ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : device.MemorySize,
        Units = device.NumMultiprocessors,
        Capability = Capability(device),
        IsDiscrete = IsDiscrete(device),
        Source = device,
    };

    private static string Capability(Device device) => device switch
    {
        CudaDevice { Architecture: { } architecture } =>
            string.Create(CultureInfo.InvariantCulture, $"compute capability {architecture.Major}.{architecture.Minor}"),
        CLDevice opencl => string.Create(CultureInfo.InvariantCulture, $"OpenCL C {opencl.CVersion.Major}.{opencl.CVersion.Minor}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"for checking kernels, {device.MaxNumThreadsPerGroup} threads a group"),
    };

    private static bool IsDiscrete(Device device) => device switch
    {
        CudaDevice => true,
        CLDevice opencl => opencl.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU)
            && CLAPI.CurrentAPI.GetDeviceInfo(opencl.DeviceId, HostUnifiedMemory, out int unified) == CLError.CL_SUCCESS
            && unified == 0,
        _ => false,
    };
}
