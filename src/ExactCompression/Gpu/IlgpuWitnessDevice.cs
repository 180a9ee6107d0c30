using ExactCompression.Witnesses;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ExactCompression.Gpu;

/// <summary>
/// Witness search on an ILGPU accelerator: a CUDA or OpenCL GPU, or ILGPU's own CPU accelerator, which shows what a GPU would do.
/// </summary>
internal sealed class IlgpuWitnessDevice : IWitnessDevice
{
    /// <summary>
    /// Enough points to keep the largest GPUs busy, and few enough that a data set makes several batches: copies overlap with work only
    /// between batches.
    /// </summary>
    private const int MostPoints = 8192;

    /// <summary>Points that occupy a GPU: 64 tiles in a row, and several rows of them.</summary>
    private const int FewPoints = 4096;

    /// <summary>
    /// ILGPU's CPU accelerator gives every thread of a group an operating system thread: it is for tests, not for speed.
    /// </summary>
    private const int MostPointsOnCpu = 256;

    private const int FewPointsOnCpu = 64;

    private readonly IEnumerable<IDisposable> owned;
    private readonly DeviceKernels kernels;
    private readonly LaunchShape shape;

    /// <summary>Compiles the kernels for an accelerator.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="owned">What is to be disposed with this device, in that order.</param>
    /// <exception cref="ComputeDeviceException">The accelerator cannot run the kernels.</exception>
    public IlgpuWitnessDevice(string name, Accelerator accelerator, IEnumerable<IDisposable> owned)
    {
        Name = name;
        Accelerator = accelerator;
        this.owned = owned;
        shape = new(accelerator);
        try
        {
            kernels = new(accelerator, shape.Edge);
        }
        catch (Exception e) when (DeviceFailure.Is(e))
        {
            throw DeviceFailure.Report(Name, "its driver does not match the kernels.", e);
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The accelerator.</summary>
    public Accelerator Accelerator { get; }

    private bool IsCpu => Accelerator.AcceleratorType == AcceleratorType.CPU;

    /// <inheritdoc/>
    public IWitnessSession Open(ReluNetwork network, InputDomain domain, int threads, int mostPoints = int.MaxValue)
    {
        if (!network.Lowered.IsPiecewiseLinear)
            throw new ComputeDeviceException(
                "ComputeDeviceTakesNoSmoothFunction", Name, $"it computes no Sigmoid and no Tanh, which '{network.Name}' has.");
        InputDomain box = domain.For(network.InputSize);
        try
        {
            Accelerator.Bind();
            var plan = new DevicePlan(network.Lowered);
            return new IlgpuWitnessSession(
                Name, Accelerator, kernels, shape, plan, box, threads, Math.Min(mostPoints, MaxPoints(plan)),
                IsCpu ? FewPointsOnCpu : FewPoints);
        }
        catch (Exception e) when (DeviceFailure.Is(e))
        {
            throw DeviceFailure.Report(
                Name, $"it could not take the network '{network.Name}' of {network.ConnectionCount} connections.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable part in owned)
            DeviceFailure.Dispose(part);
    }

    /// <summary>
    /// A batch takes at most half of the memory that is free once the weights and the candidates are allocated, and no single matrix more
    /// than a quarter of the whole (the least that every OpenCL device allows) or more elements than an index can count.
    /// </summary>
    private int MaxPoints(DevicePlan plan)
    {
        long free = Accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : Accelerator.MemorySize;
        long before = plan.WeightBytes + DeviceTargets.Bytes(plan.Widths);
        long byMemory = (free - before) / 2 / plan.BytesPerPoint(shape.TileSide);
        long byMatrix = Math.Min(Accelerator.MemorySize / 4 / sizeof(float), int.MaxValue) / plan.Widest;
        return (int)Math.Clamp(Math.Min(byMemory, byMatrix), 1, IsCpu ? MostPointsOnCpu : MostPoints);
    }
}
