using ExactCompression.Witnesses;

namespace ExactCompression.Benchmarks;

/// <summary>One device with a network on it, and the two kinds of work that a search gives it.</summary>
internal sealed class DeviceContestant : IDisposable
{
    /// <summary>Attack steps that are timed together.</summary>
    public const int Steps = 8;

    private readonly InputData data;
    private readonly ReluNetwork network;
    private readonly IWitnessSession session;
    private readonly List<WitnessCandidate> found = [];

    /// <summary>Uploads the network to the device with every neuron undecided, so that each one counts.</summary>
    public DeviceContestant(IWitnessDevice device, ReluNetwork network, InputData data)
    {
        this.data = data;
        this.network = network;
        session = device.Open(network, InputDomain.Unit, threads: 0);
        session.Want([.. Enumerable.Repeat(MissingSigns.Both, network.NeuronCount)]);
    }

    /// <summary>Points of the attack.</summary>
    public int Points => Math.Min(session.MaxPoints, data.Rows);

    /// <summary>
    /// Operations of one row through the hidden layers: a multiplication and an addition for each weight, wherever filters reuse it.
    /// </summary>
    public double ForwardOperations => Operations(network.Depth);

    /// <summary>Operations of a step: back through all layers but the last, of which only one row is used, and forward again.</summary>
    public double StepOperations => ForwardOperations + Operations(network.Depth - 1);

    /// <summary>
    /// All rows, from the host's memory through the hidden layers, each batch uploaded while the one before is computed; then the
    /// findings.
    /// </summary>
    public void Sample()
    {
        Stage(0);
        for (int first = 0; first < data.Rows; first += session.MaxPoints)
        {
            session.Load();
            session.Forward();
            if (first + session.MaxPoints < data.Rows)
                Stage(first + session.MaxPoints);
            found.Clear();
            session.ReadCandidates(found);
        }
    }

    /// <summary>Prepares a batch for <see cref="Attack"/>.</summary>
    public void Aim()
    {
        Stage(0);
        session.Load();
        session.Forward();
        session.ReadCandidates(found);
        session.Aim(
            network.Depth,
            [.. Enumerable.Range(0, Points).Select(p => p % network.WidthOf(network.Depth))],
            [.. Enumerable.Range(0, Points).Select(static p => p % 2 == 0 ? 1f : -1f)]);
    }

    /// <summary>Some steps of an attack on a full batch.</summary>
    public void Attack()
    {
        for (int step = 0; step < Steps;)
        {
            step = session.Ascend(new(Steps, 0.01f), step, Steps);
            found.Clear();
            session.ReadCandidates(found);
        }
    }

    public void Dispose() => session.Dispose();

    private double Operations(int layers) => 2.0 * network.Layers.Take(layers).Sum(static layer => layer.MultiplyAddCount);

    private void Stage(int start)
    {
        int columns = data.Columns;
        session.Stage(
            Math.Min(session.MaxPoints, data.Rows - start),
            (first, count, points) => data.Values.Span.Slice((start + first) * columns, count * columns).CopyTo(points));
    }
}
