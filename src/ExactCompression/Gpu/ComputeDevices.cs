using ExactCompression.Gpu;
using ExactCompression.Witnesses;
using ILGPU.Runtime;

namespace ExactCompression;

/// <summary>The devices that witness search can run on, and the choice of one.</summary>
public static class ComputeDevices
{
    /// <summary>
    /// All devices: the CPU's vector units first, then CUDA, OpenCL and ILGPU's CPU accelerator. Never fails because of a missing driver.
    /// </summary>
    public static IReadOnlyList<ComputeDevice> List()
    {
        List<ComputeDevice> devices = [DeviceDescriptions.Simd()];
        foreach (ComputeDeviceKind kind in (ReadOnlySpan<ComputeDeviceKind>)[ComputeDeviceKind.Cuda, ComputeDeviceKind.OpenCL,
            ComputeDeviceKind.IlgpuCpu])
        {
            foreach (Device device in IlgpuPlatform.Find(kind))
                devices.Add(DeviceDescriptions.Of(device, kind, devices.Count));
        }

        return devices;
    }

    /// <summary>Opens a device.</summary>
    /// <param name="device">
    /// <c>Auto</c> (a CUDA device, else a discrete OpenCL device, else the CPU's vector units), a <see cref="ComputeDeviceKind"/>, an index
    /// of <see cref="List"/>, or a device's whole name.
    /// </param>
    /// <param name="message">One line that says what was chosen and why.</param>
    /// <returns>The device; the caller disposes it.</returns>
    /// <exception cref="InvalidInputException">There is no such device.</exception>
    /// <exception cref="ComputeDeviceException">A device that was asked for by kind, index or name cannot be used.</exception>
    public static IWitnessDevice Select(string device, out string message) => Select(device, List(), out message);

    /// <summary>Opens one of some devices.</summary>
    internal static IWitnessDevice Select(string device, IReadOnlyList<ComputeDevice> devices, out string message)
    {
        DeviceChoice choice = DeviceChoice.Of(device, devices);
        string refused = "";
        for (int i = 0; ; i++)
        {
            ComputeDevice candidate = choice.Candidates[i];
            try
            {
                IWitnessDevice opened = Open(candidate);
                message = refused.Length == 0 ? choice.Message(candidate) : $"{refused}: using {DeviceChoice.Describe(candidate)}.";
                return opened;
            }
            catch (ComputeDeviceException e) when (i + 1 < choice.Candidates.Count)
            {
                // Only Auto has more than one candidate, and its last is the CPU, which never fails.
                refused = $"{candidate.Kind} device '{candidate.Name}' cannot be used ({DeviceFailure.Cause(e)})";
            }
        }
    }

    private static IWitnessDevice Open(ComputeDevice device) =>
        device.Source is null ? new SimdWitnessDevice() : IlgpuPlatform.Open(device.Source, device.Name);
}
