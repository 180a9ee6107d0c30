using System.Globalization;
using ILGPU.Runtime;

namespace ExactCompression;

/// <summary>A device that witness search can run on.</summary>
public sealed record ComputeDevice
{
    /// <summary>Its index in the list; selects it.</summary>
    public required int Index { get; init; }

    /// <summary>What it is.</summary>
    public required ComputeDeviceKind Kind { get; init; }

    /// <summary>Its name; selects it, written in full.</summary>
    public required string Name { get; init; }

    /// <summary>Memory it can use, in bytes; 0 where unknown.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Cores, multiprocessors or compute units.</summary>
    public required int Units { get; init; }

    /// <summary>What it can do: the vector width, the compute capability, the OpenCL version.</summary>
    public required string Capability { get; init; }

    /// <summary>Whether it is a GPU with memory of its own, which <c>Auto</c> takes before the CPU.</summary>
    public bool IsDiscrete { get; init; }

    /// <summary>ILGPU's own description; null for the CPU's vector units.</summary>
    internal Device? Source { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}: {Name} ({Kind}, {Capability})");
}
