using ExactCompression.Gpu;
using ILGPU;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace ExactCompression.Tests.Gpu;

/// <summary>The accelerators under test, each made once and shared by the tests of a class.</summary>
public sealed class WitnessDevices : IDisposable
{
    private readonly Dictionary<string, IlgpuWitnessDevice?> devices = [];

    /// <summary>A device by name: <c>cpu-T</c> with thread groups of T x T, <c>cuda</c> or <c>opencl</c>; null where there is none.</summary>
    internal IlgpuWitnessDevice? Find(string name)
    {
        if (!devices.TryGetValue(name, out IlgpuWitnessDevice? device))
            devices[name] = device = Make(name);
        return device;
    }

    public void Dispose()
    {
        foreach (IlgpuWitnessDevice? device in devices.Values)
            device?.Dispose();
    }

    private static IlgpuWitnessDevice? Make(string name)
    {
        switch (name)
        {
            case "cuda":
                Context cuda = Context.Create(static b => b.Cuda());
                return cuda.GetCudaDevices().Count == 0 ? null : new(name, cuda.CreateCudaAccelerator(0), cuda);
            case "opencl":
                Context openCL = Context.Create(static b => b.OpenCL());
                return openCL.GetCLDevices().Count == 0 ? null : new(name, openCL.CreateCLAccelerator(0), openCL);
            default:
                int edge = int.Parse(name.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture);
                Context cpu = Context.Create(b => b.CPU(new CPUDevice(2, Math.Max(1, edge * edge / 2), 1)));
                return new(name, cpu.CreateCPUAccelerator(0), cpu);
        }
    }
}
