namespace ExactCompression;

/// <summary>What runs the witness search.</summary>
public enum ComputeDeviceKind
{
    /// <summary>The CPU's vector units, by code of our own: always there.</summary>
    Cpu,

    /// <summary>An NVIDIA card.</summary>
    Cuda,

    /// <summary>A device with an OpenCL driver.</summary>
    OpenCL,

    /// <summary>ILGPU's CPU accelerator: runs the card's kernels on the CPU, slowly, to check them.</summary>
    IlgpuCpu,
}
