using System.Globalization;

namespace ExactCompression.Gpu;

/// <summary>Which of the available devices a user's request selects.</summary>
internal sealed class DeviceChoice
{
    private readonly string reason;

    private DeviceChoice(string reason, params ComputeDevice[] candidates)
    {
        this.reason = reason;
        Candidates = candidates;
    }

    /// <summary>The devices to try, best first; at least one.</summary>
    public IReadOnlyList<ComputeDevice> Candidates { get; }

    /// <summary>Finds the devices.</summary>
    /// <param name="request">The user's request.</param>
    /// <param name="devices">The available devices; the CPU's vector units are always among them.</param>
    /// <exception cref="InvalidInputException">It selects no available device.</exception>
    public static DeviceChoice Of(string request, IReadOnlyList<ComputeDevice> devices)
    {
        string wanted = request.Trim();
        if (wanted.Equals("Auto", StringComparison.OrdinalIgnoreCase))
            return Best(devices);
        if (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            return devices.FirstOrDefault(d => d.Index == index) is { } numbered ? new("", numbered) : throw Unknown(wanted, devices);
        if (Array.Find(Enum.GetNames<ComputeDeviceKind>(), name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is { } kind)
            return devices.FirstOrDefault(d => d.Kind.ToString() == kind) is { } first ? new("", first) : throw Unknown(kind, devices);
        // Whole names only: "gpu" is a part of "ILGPU CPU accelerator", which is a thousand times slower than the CPU's vector units.
        return devices.FirstOrDefault(d => d.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is { } named
            ? new("", named) : throw Unknown(wanted, devices);
    }

    /// <summary>One line that says what was chosen and why.</summary>
    /// <param name="device">The candidate that could be used.</param>
    public string Message(ComputeDevice device) =>
        reason.Length == 0 ? $"Using {Describe(device)}." : $"{reason}: using {Describe(device)}.";

    /// <summary>A short description of a device.</summary>
    /// <param name="device">The device.</param>
    public static string Describe(ComputeDevice device) => device.Kind == ComputeDeviceKind.Cpu
        ? string.Create(CultureInfo.InvariantCulture, $"{device.Name}, {device.Units} cores, {device.Capability}")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{device.Kind} device '{device.Name}', {device.MemoryBytes / (double)(1L << 30):F1} GiB, {device.Capability}");

    private static DeviceChoice Best(IReadOnlyList<ComputeDevice> devices)
    {
        ComputeDevice cpu = devices.First(static d => d.Kind == ComputeDeviceKind.Cpu);
        ComputeDevice[] cuda = [.. devices.Where(static d => d.Kind == ComputeDeviceKind.Cuda)];
        ComputeDevice[] discrete = [.. devices.Where(static d => d.Kind == ComputeDeviceKind.OpenCL && d.IsDiscrete)];
        string reason = cuda.Length > 0 ? "A CUDA device is available"
            : discrete.Length > 0 ? "No CUDA device"
            : devices.Any(static d => d.Kind == ComputeDeviceKind.OpenCL) ? "No CUDA device, and no OpenCL device with memory of its own"
            : "No CUDA or OpenCL device";
        return new(reason, [.. cuda.Take(1), .. discrete.Take(1), cpu]);
    }

    private static InvalidInputException Unknown(string wanted, IReadOnlyList<ComputeDevice> devices) => new(
        "ComputeDeviceUnknown",
        $"There is no compute device '{wanted}' here.",
        $"Give Auto (a GPU if there is one), Cpu, Cuda, OpenCL, IlgpuCpu, or the index or whole name of an available one: "
            + $"{string.Join("; ", devices)}.");
}
