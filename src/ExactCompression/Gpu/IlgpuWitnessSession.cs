using ExactCompression.Stability;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>A network and a batch of points on an ILGPU accelerator.</summary>
/// <remarks>Launches queue up on the accelerator's one stream; only what is read back waits for them.</remarks>
internal sealed class IlgpuWitnessSession : IWitnessSession
{
    private readonly IlgpuWitnessDevice device;
    private readonly DeviceMemory memory;
    private readonly DeviceNetwork network;
    private readonly DevicePasses passes;
    private readonly ArrayView<NeuronExtremes> extremesOnDevice;
    private readonly ArrayView<float> pointOnDevice;
    private DeviceBatch? batch;
    private int computed;

    /// <summary>Sends a network to the device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="kernels">Its kernels.</param>
    /// <param name="shape">How it cuts work into groups.</param>
    /// <param name="network">The network.</param>
    /// <param name="domain">The box, of the network's input size.</param>
    /// <param name="maxPoints">The most points a batch can have.</param>
    public IlgpuWitnessSession(IlgpuWitnessDevice device, DeviceKernels kernels, LaunchShape shape, ReluNetwork network, InputDomain domain, int maxPoints)
    {
        this.device = device;
        MaxPoints = maxPoints;
        memory = new(device.Accelerator);
        try
        {
            extremesOnDevice = memory.Vector<NeuronExtremes>(network.NeuronCount);
            pointOnDevice = memory.Vector<float>(network.InputSize);
            this.network = new(device.Accelerator, network, domain);
            passes = new(kernels, shape, this.network);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int MaxPoints { get; }

    private DeviceBatch Batch => batch ?? throw new InvalidOperationException("Load points first.");

    /// <inheritdoc/>
    public void Load(ReadOnlySpan<float> points, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxPoints);
        int inputs = network.Widths[0];
        RequireLength(points.Length, (long)count * inputs, nameof(points));
        try
        {
            device.Accelerator.Bind();
            computed = 0;
            if (batch is null || batch.Capacity < count)
            {
                batch?.Dispose();
                batch = null;
                batch = new(device.Accelerator, network.Widths, count);
            }

            batch.Count = count;
            batch.Rows(inputs).BaseView.CopyFromCPU(points[..(count * inputs)]);
            passes.Take(batch);
            batch.Momentum.BaseView.MemSetToZero();
            device.Accelerator.Synchronize();
        }
        catch (Exception e) when (DeviceFailure.Is(e))
        {
            throw device.Failure($"it could not take {count} points.", e);
        }
    }

    /// <inheritdoc/>
    public void Forward(int depth, Span<NeuronExtremes> extremes)
    {
        RequireLayer(depth, nameof(depth));
        int neurons = 0;
        for (int layer = 1; layer <= depth; layer++)
            neurons += network.Widths[layer];
        RequireLength(extremes.Length, neurons, nameof(extremes));
        DeviceBatch points = Batch;
        try
        {
            device.Accelerator.Bind();
            passes.Forward(points, depth, extremesOnDevice);
            extremesOnDevice.SubView(0, neurons).CopyToCPU(extremes[..neurons]);
            computed = depth;
        }
        catch (Exception e) when (DeviceFailure.Is(e))
        {
            throw device.Failure($"it could not run {points.Count} points through {depth} layers.", e);
        }
    }

    /// <inheritdoc/>
    public void ReadPreActivations(int layer, ReadOnlySpan<int> neurons, Span<float> values)
    {
        RequireLayer(layer, nameof(layer));
        RequireComputed(layer);
        DeviceBatch points = Batch;
        RequireLength(values.Length, (long)points.Count * neurons.Length, nameof(values));
        RequireNeurons(neurons, layer, nameof(neurons));
        values = values[..(points.Count * neurons.Length)];
        if (neurons.IsEmpty)
            return;
        try
        {
            device.Accelerator.Bind();
            using DeviceMemory lent = new(device.Accelerator);
            ArrayView<int> rows = lent.Vector<int>(neurons.Length);
            rows.CopyFromCPU(neurons);
            MatrixView gathered = lent.Matrix(values.Length).As(points.Count, neurons.Length);
            passes.Gather(points, layer, rows, gathered);
            gathered.BaseView.CopyToCPU(values);
        }
        catch (Exception e) when (DeviceFailure.Is(e))
        {
            throw device.Failure($"it could not give back the pre-activations of {neurons.Length} neurons.", e);
        }
    }

    /// <inheritdoc/>
    public void Ascend(int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs, float step, float momentum)
    {
        RequireLayer(layer, nameof(layer));
        RequireComputed(layer);
        DeviceBatch points = Batch;
        RequireLength(targets.Length, points.Count, nameof(targets));
        RequireLength(signs.Length, points.Count, nameof(signs));
        targets = targets[..points.Count];
        RequireNeurons(targets, layer, nameof(targets));
        try
        {
            device.Accelerator.Bind();
            points.Targets.SubView(0, points.Count).CopyFromCPU(targets);
            points.Signs.SubView(0, points.Count).CopyFromCPU(signs[..points.Count]);
            passes.Differentiate(points, layer);
            passes.Step(points, step, momentum);
            device.Accelerator.Synchronize();
        }
        catch (Exception e) when (DeviceFailure.Is(e))
        {
            throw device.Failure($"it could not move {points.Count} points.", e);
        }
    }

    /// <inheritdoc/>
    public void ReadPoint(int index, Span<float> point)
    {
        DeviceBatch points = Batch;
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, points.Count);
        int inputs = network.Widths[0];
        RequireLength(point.Length, inputs, nameof(point));
        try
        {
            device.Accelerator.Bind();
            passes.GatherPoint(points, index, pointOnDevice);
            pointOnDevice.SubView(0, inputs).CopyToCPU(point[..inputs]);
        }
        catch (Exception e) when (DeviceFailure.Is(e))
        {
            throw device.Failure("it could not give back a point.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        batch?.Dispose();
        batch = null;
        network.Dispose();
        memory.Dispose();
    }

    private void RequireLayer(int layer, string name)
    {
        if (layer < 1 || layer > network.Depth)
            throw new ArgumentOutOfRangeException(name, layer, $"The hidden layers are 1 to {network.Depth}.");
    }

    private void RequireComputed(int layer)
    {
        if (layer > computed)
            throw new InvalidOperationException($"The batch has been run through {computed} layers, not yet through layer {layer}.");
    }

    private void RequireNeurons(ReadOnlySpan<int> neurons, int layer, string name)
    {
        foreach (int neuron in neurons)
        {
            if ((uint)neuron >= (uint)network.Widths[layer])
                throw new ArgumentOutOfRangeException(name, neuron, $"Layer {layer} has neurons 0 to {network.Widths[layer] - 1}.");
        }
    }

    private static void RequireLength(int length, long needed, string name)
    {
        if (length < needed)
            throw new ArgumentException($"There must be room for {needed} values, not {length}.", name);
    }
}
