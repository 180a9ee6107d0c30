namespace ExactCompression;

/// <summary>
/// A compute device failed: it ran out of memory, was lost, or refused a kernel. Nothing is wrong with the input, and the work can continue
/// on another device.
/// </summary>
public sealed class ComputeDeviceException : ExactCompressionException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="errorId">A stable name of the cause.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="problem">What it failed at, as a sentence, with what the driver said.</param>
    /// <param name="inner">What the driver threw, or null.</param>
    public ComputeDeviceException(string errorId, string device, string problem, Exception? inner = null)
        : base(errorId, $"{Sentence(device, problem)} Choose another device (Cpu is always available).", inner)
    {
        Device = device;
        Problem = Sentence(device, problem);
    }

    /// <summary>The device's name.</summary>
    public string Device { get; }

    /// <summary>What went wrong, as a sentence, without advice.</summary>
    public string Problem { get; }

    private static string Sentence(string device, string problem) => $"The compute device '{device}' failed: {problem}";
}
