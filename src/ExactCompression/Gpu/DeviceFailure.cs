using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>Tells a device that failed from a mistake in the call.</summary>
internal static class DeviceFailure
{
    /// <summary>Whether an exception comes from the driver, the kernel compiler or the device's memory.</summary>
    /// <param name="exception">What was thrown.</param>
    public static bool Is(Exception exception) =>
        exception is AcceleratorException or InternalCompilerException or CapabilityNotSupportedException or OutOfMemoryException or NotSupportedException or DllNotFoundException or EntryPointNotFoundException;
}
