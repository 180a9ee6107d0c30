using System.Globalization;
using ExactCompression.Gpu;
using ExactCompression.Witnesses;
using ILGPU.Runtime.CPU;
using Xunit;

namespace ExactCompression.Tests.Gpu;

/// <summary>The accelerators under test, each made once and shared by all their tests.</summary>
public sealed class WitnessDevices : IDisposable
{
    private readonly Dictionary<string, IlgpuWitnessDevice?> devices = [];

    /// <summary>
    /// A device by name: <c>cpu-T</c> with thread groups of T x T, <c>cuda</c> or <c>opencl</c>; null where there is none.
    /// </summary>
    internal IlgpuWitnessDevice? Find(string name)
    {
        if (!devices.TryGetValue(name, out IlgpuWitnessDevice? device))
            devices[name] = device = Make(name);
        return device;
    }

    /// <summary>As <see cref="Find"/>, and the CPU's vector units as <c>simd</c>.</summary>
    public IWitnessDevice? FindAny(string name) => name == "simd" ? new SimdWitnessDevice() : Find(name);

    public void Dispose()
    {
        foreach (IlgpuWitnessDevice? device in devices.Values)
            device?.Dispose();
    }

    private static IlgpuWitnessDevice? Make(string name)
    {
        if (name is "cuda" or "opencl")
        {
            ComputeDeviceKind kind = name == "cuda" ? ComputeDeviceKind.Cuda : ComputeDeviceKind.OpenCL;
            return IlgpuPlatform.Find(kind) is [var card, ..] ? IlgpuPlatform.Open(card, name) : null;
        }

        int edge = int.Parse(name.AsSpan(4), CultureInfo.InvariantCulture);
        return IlgpuPlatform.Open(new CPUDevice(2, Math.Max(1, edge * edge / 2), 1), name);
    }
}

/// <summary>
/// The tests on devices, after all others and one at a time: ILGPU's CPU accelerator has a thread for each element of a group, whose
/// barriers take many times as long where other tests take the cores from some of them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DeviceTests : ICollectionFixture<WitnessDevices>
{
    public const string Name = "Devices";
}
