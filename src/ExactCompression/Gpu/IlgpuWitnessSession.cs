using ExactCompression.Gpu.Kernels;
using ExactCompression.Witnesses;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>A network and a batch of points on an ILGPU accelerator.</summary>
/// <remarks>
/// Launches queue up on the accelerator's default stream; only what is read back waits for them. An attack queues several steps at a time
/// and then reads one number: whether there is a candidate.
/// </remarks>
internal sealed class IlgpuWitnessSession : IWitnessSession
{
    /// <summary>Steps that are queued before the host looks for candidates.</summary>
    private const int StepsAtOnce = 8;

    private readonly string device;
    private readonly Accelerator accelerator;
    private readonly LaunchShape shape;
    private readonly DeviceMemory memory;
    private readonly DevicePlan plan;
    private readonly DeviceTargets signTargets;
    private readonly DeviceStaging staging;
    private readonly DeviceSchedule passes;
    private readonly ArrayView<float> pointOnDevice;
    private RankedPoint[]? starts;
    private DeviceBatch? batch;
    private int stagedCount;
    private int aimedLayer;

    /// <summary>Copies a network to the device.</summary>
    /// <param name="device">The device's name.</param>
    /// <param name="accelerator">The device.</param>
    /// <param name="kernels">Its kernels.</param>
    /// <param name="shape">How work is divided into groups.</param>
    /// <param name="plan">The network.</param>
    /// <param name="domain">The box, of the network's input size.</param>
    /// <param name="threads">CPU threads that write points; 0 for all cores.</param>
    /// <param name="maxPoints">The most points a batch can have.</param>
    /// <param name="minPoints">Fewer points take about as long.</param>
    public IlgpuWitnessSession(
        string device, Accelerator accelerator, DeviceKernels kernels, LaunchShape shape, DevicePlan plan, InputDomain domain,
        int threads, int maxPoints, int minPoints)
    {
        (this.device, this.accelerator) = (device, accelerator);
        (this.shape, this.plan) = (shape, plan);
        MaxPoints = maxPoints;
        MinPoints = Math.Min(minPoints, maxPoints);
        memory = new(accelerator);
        try
        {
            pointOnDevice = memory.Vector<float>(plan.Widths[0]);
            DeviceNetwork network = memory.Keep(new DeviceNetwork(accelerator, kernels, shape, plan, domain));
            signTargets = memory.Keep(new DeviceTargets(accelerator, plan.Widths, plan.Widest));
            staging = memory.Keep(new DeviceStaging(accelerator, plan.Widths[0], threads));
            passes = new(kernels, shape, network, signTargets);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int MaxPoints { get; }

    /// <inheritdoc/>
    public int MinPoints { get; }

    private DeviceBatch Batch => batch ?? throw new InvalidOperationException("Load points first.");

    /// <inheritdoc/>
    public void Want(ReadOnlySpan<MissingSigns> wanted)
    {
        RequireLength(wanted.Length, signTargets.Count / 2, nameof(wanted));
        MissingSigns[] signs = wanted.ToArray();
        OnDevice("it could not take a list of neurons.", () => signTargets.Want(signs));
    }

    /// <inheritdoc/>
    public void Stage(int count, PointSource source)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxPoints);
        stagedCount = count;
        OnDevice($"it could not take {count} points.", () => staging.Stage(count, source));
    }

    /// <inheritdoc/>
    public void Load() => OnDevice($"it could not hold {stagedCount} points.", () =>
    {
        MatrixView points = staging.Take();
        if (batch is null || batch.Capacity < stagedCount)
        {
            batch?.Dispose();
            batch = null;
            batch = new(accelerator, plan, stagedCount, shape.TileSide);
        }

        batch.Count = stagedCount;
        passes.Take(batch, points);
    });

    /// <inheritdoc/>
    public void Forward()
    {
        DeviceBatch points = Batch;
        OnDevice($"it could not run {points.Count} points through {signTargets.Deepest} layers.", () => passes.Forward(points));
    }

    /// <inheritdoc/>
    public void KeepStarts(int first)
    {
        DeviceBatch points = Batch;
        starts = null;
        OnDevice("it could not keep starts.", () => passes.KeepStarts(points, first));
    }

    /// <inheritdoc/>
    public void Aim(int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs)
    {
        if (layer < 1 || layer > plan.Depth)
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The hidden layers are 1 to {plan.Depth}.");
        DeviceBatch points = Batch;
        RequireLength(targets.Length, points.Count, nameof(targets));
        RequireLength(signs.Length, points.Count, nameof(signs));
        int[] aimedAt = targets[..points.Count].ToArray();
        float[] directions = signs[..points.Count].ToArray();
        if (Array.FindIndex(aimedAt, target => (uint)target >= (uint)plan.Widths[layer]) is >= 0 and var wrong)
            throw new ArgumentOutOfRangeException(
                nameof(targets), aimedAt[wrong], $"Layer {layer} has neurons 0 to {plan.Widths[layer] - 1}.");
        aimedLayer = layer;
        OnDevice("it could not take the targets of an attack.", () =>
        {
            points.Targets.SubView(0, points.Count).CopyFromCPU(aimedAt);
            points.Signs.SubView(0, points.Count).CopyFromCPU(directions);
        });
    }

    /// <inheritdoc/>
    public int Ascend(PgdSchedule ascent, int from, int to)
    {
        DeviceBatch points = Batch;
        if (aimedLayer == 0 || aimedLayer > signTargets.Deepest)
            throw new InvalidOperationException(
                $"The points aim at layer {aimedLayer}; wanted are neurons of layers up to {signTargets.Deepest}.");
        int step = from;
        OnDevice($"it could not move {points.Count} points.", () =>
        {
            while (step < to)
            {
                passes.Step(points, passes.Differentiate(points, aimedLayer), ascent.Length(step), PgdSchedule.Momentum);
                passes.Forward(points);
                step++;
                if ((step - from) % StepsAtOnce == 0 && signTargets.HasCandidates())
                    return;
            }
        });
        return step;
    }

    /// <inheritdoc/>
    public void ReadCandidates(List<WitnessCandidate> found) =>
        OnDevice("it could not return its candidates.", () => signTargets.ReadCandidates(found));

    /// <inheritdoc/>
    public void ReadWitness(WitnessCandidate candidate, Span<float> point) =>
        Read(
            point, "it could not return a candidate.",
            () => signTargets.KeptPoint(RankedPoint.TargetOf(candidate.Neuron, candidate.Above)));

    /// <inheritdoc/>
    public int[] ReadStarts(int neuron, bool above)
    {
        if (starts is null)
            OnDevice("it could not return starts.", () => starts = signTargets.ReadStarts());
        return [.. starts!.AsSpan(RankedPoint.TargetOf(neuron, above) * WitnessStarts.Most, WitnessStarts.Most).ToArray()
            .Where(static start => start.Point >= 0)
            .OrderByDescending(static start => start.Value)
            .ThenBy(static start => start.Point)
            .Select(static start => start.Point)];
    }

    /// <inheritdoc/>
    public void ReadExtremes(Span<NeuronExtremes> extremes)
    {
        RankedPoint[] largest = [];
        OnDevice("it could not return extremes.", () => largest = signTargets.ReadLargest());
        for (int neuron = 0; neuron < signTargets.Count / 2; neuron++)
        {
            if (signTargets.IsWanted(2 * neuron) || signTargets.IsWanted((2 * neuron) + 1))
                extremes[neuron] = new(
                    -largest[(2 * neuron) + 1].Value, largest[2 * neuron].Value, largest[(2 * neuron) + 1].Point,
                    largest[2 * neuron].Point);
        }
    }

    /// <inheritdoc/>
    public void ReadPoint(int index, Span<float> point)
    {
        DeviceBatch points = Batch;
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, points.Count);
        Read(point, "it could not return a point.", () =>
        {
            passes.GatherPoint(points, index, pointOnDevice);
            return pointOnDevice.SubView(0, plan.Widths[0]);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            accelerator.Bind();
            accelerator.Synchronize(); // nothing that is released may still be in use
        }
        catch (Exception e) when (DeviceFailure.Is(e))
        {
            // A lost device uses nothing.
        }

        batch?.Dispose();
        batch = null;
        memory.Dispose();
    }

    private static void RequireLength(int length, long needed, string name)
    {
        if (length < needed)
            throw new ArgumentException($"There must be room for {needed} values, not {length}.", name);
    }

    private void Read(Span<float> point, string problem, Func<ArrayView<float>> source)
    {
        RequireLength(point.Length, plan.Widths[0], nameof(point));
        var values = new float[plan.Widths[0]];
        OnDevice(problem, () => source().CopyToCPU(values));
        values.CopyTo(point);
    }

    private void OnDevice(string problem, Action work)
    {
        try
        {
            accelerator.Bind();
            work();
        }
        catch (Exception e) when (DeviceFailure.Is(e))
        {
            throw DeviceFailure.Report(device, problem, e);
        }
    }
}
