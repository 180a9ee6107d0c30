using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace ExactCompression.Gpu;

/// <summary>Distinguishes a failed device from a mistake in the call.</summary>
internal static class DeviceFailure
{
    /// <summary>Whether an exception comes from the driver, the kernel compiler or the device's memory.</summary>
    /// <param name="exception">What was thrown.</param>
    public static bool Is(Exception exception) =>
        exception is AcceleratorException or InternalCompilerException or CapabilityNotSupportedException or OutOfMemoryException
            or NotSupportedException or DllNotFoundException or EntryPointNotFoundException;

    /// <summary>What the driver said, on one line.</summary>
    /// <param name="exception">What was thrown; of a <see cref="ComputeDeviceException"/>, what caused it.</param>
    public static string Cause(Exception exception) => exception switch
    {
        ComputeDeviceException { InnerException: { } inner } => Cause(inner),
        CLException opencl => opencl.Error.ToString(),
        _ => exception.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.'),
    };

    /// <summary>A failure to report, with what the driver said.</summary>
    /// <param name="errorId">A stable name of the cause.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="problem">What it failed at, as a sentence.</param>
    /// <param name="cause">What the driver threw.</param>
    public static ComputeDeviceException Report(string errorId, string device, string problem, Exception cause) =>
        new(errorId, device, $"{problem} ({Cause(cause)})", cause);

    /// <summary>A failure to report of a device that was in use.</summary>
    /// <inheritdoc cref="Report(string, string, string, Exception)"/>
    public static ComputeDeviceException Report(string device, string problem, Exception cause) =>
        Report("ComputeDeviceFailed", device, problem, cause);

    /// <summary>Releases something on a device; on a lost device there is nothing to release.</summary>
    /// <param name="part">What to dispose.</param>
    public static void Dispose(IDisposable? part)
    {
        try
        {
            part?.Dispose();
        }
        catch (AcceleratorException)
        {
            // The failure itself has been reported by the call in which it occurred.
        }
    }
}
