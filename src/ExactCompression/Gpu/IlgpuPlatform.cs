using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace ExactCompression.Gpu;

/// <summary>ILGPU and its devices, found without failing if no driver is installed.</summary>
internal static class IlgpuPlatform
{
    /// <summary>The devices of a kind that the kernels can run on; none if there is no driver, or it does not work.</summary>
    /// <param name="kind">Not <see cref="ComputeDeviceKind.Cpu"/>.</param>
    public static IReadOnlyList<Device> Find(ComputeDeviceKind kind)
    {
        if (!DriverLibraries.Exist(kind))
            return [];
        using var drivers = new DriverLibraries();
        try
        {
            return kind switch
            {
                ComputeDeviceKind.Cuda => CudaDevice.GetDevices(static d => d.Architecture.HasValue && d.InstructionSet.HasValue),
                ComputeDeviceKind.OpenCL =>
                    CLDevice.GetDevices(static d => d.CLStdVersion >= CLBackend.MinimumVersion && d.Capabilities.GenericAddressSpace),
                _ => [CPUDevice.Default],
            };
        }
        catch (Exception e) when (DeviceFailure.Is(e))
        {
            return [];
        }
    }

    /// <summary>
    /// What kernels are compiled with. Only at this level does ILGPU infer that views passed to a kernel are in global memory; below it,
    /// each access would have to determine that.
    /// </summary>
    /// <param name="builder">Where to set it.</param>
    public static void Configure(Context.Builder builder) => builder.Optimize(OptimizationLevel.O2);

    /// <summary>Opens a device.</summary>
    /// <param name="device">One that was found.</param>
    /// <param name="name">What to call it.</param>
    /// <exception cref="ComputeDeviceException">The driver refuses.</exception>
    public static IlgpuWitnessDevice Open(Device device, string name)
    {
        var owned = new Stack<IDisposable>();
        try
        {
            owned.Push(new DriverLibraries());
            var context = Context.Create(Configure);
            owned.Push(context);
            Accelerator accelerator = device.CreateAccelerator(context);
            owned.Push(accelerator);
            return new IlgpuWitnessDevice(name, accelerator, owned);
        }
        catch (Exception e)
        {
            foreach (IDisposable part in owned)
                part.Dispose();
            if (DeviceFailure.Is(e))
                throw DeviceFailure.Report("ComputeDeviceUnusable", name, "its driver refuses to start it.", e);
            throw;
        }
    }
}
