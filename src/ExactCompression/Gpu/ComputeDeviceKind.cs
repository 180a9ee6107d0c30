namespace ExactCompression;

/// <summary>What runs the witness search.</summary>
public enum ComputeDeviceKind
{
    /// <summary>The CPU's vector units, by our own code: always available.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>A device with an OpenCL driver.</summary>
    OpenCL,

    /// <summary>ILGPU's CPU accelerator: runs the GPU kernels on the CPU, slowly, to check them.</summary>
    IlgpuCpu,
}
