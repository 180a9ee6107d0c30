using ExactCompression.Witnesses;

namespace ExactCompression.Tests.Witnesses;

/// <summary>
/// Works like the CPU, and fails like a card that is out of memory: with more points than fit, or from a given forward pass on.
/// </summary>
/// <param name="passes">Forward passes that work, over all sessions.</param>
/// <param name="fits">Points that fit into its memory.</param>
/// <param name="opens">Sessions that can be opened.</param>
internal sealed class FailingDevice(int passes = int.MaxValue, int fits = int.MaxValue, int opens = int.MaxValue) : IWitnessDevice
{
    private readonly SimdWitnessDevice cpu = new();
    private int passesLeft = passes;
    private int opensLeft = opens;

    public string Name => "failing";

    public IWitnessSession Open(ReluNetwork network, InputDomain domain, int threads, int mostPoints = int.MaxValue) =>
        opensLeft-- > 0 ? new Session(this, cpu.Open(network, domain, threads, mostPoints)) : throw Failure("It is lost.");

    public void Dispose() => cpu.Dispose();

    private static ComputeDeviceException Failure(string problem) => new("ComputeDeviceFailed", "failing", problem);

    private void Pass()
    {
        if (passesLeft-- <= 0)
            throw Failure("It has fallen off the bus.");
    }

    private sealed class Session(FailingDevice device, IWitnessSession inner) : IWitnessSession
    {
        public int MaxPoints => inner.MaxPoints;

        public int MinPoints => inner.MinPoints;

        public void Want(ReadOnlySpan<MissingSigns> wanted) => inner.Want(wanted);

        public void Stage(int count, PointSource source)
        {
            if (count > device.Fits)
                throw Failure("It is out of memory.");
            inner.Stage(count, source);
        }

        public void Load() => inner.Load();

        public void Forward()
        {
            device.Pass();
            inner.Forward();
        }

        public void KeepStarts(int first) => inner.KeepStarts(first);

        public void Aim(int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs) => inner.Aim(layer, targets, signs);

        public int Ascend(PgdSchedule ascent, int from, int to)
        {
            device.Pass();
            return inner.Ascend(ascent, from, to);
        }

        public void ReadCandidates(List<WitnessCandidate> found) => inner.ReadCandidates(found);

        public void ReadWitness(WitnessCandidate candidate, Span<float> point) => inner.ReadWitness(candidate, point);

        public int[] ReadStarts(int neuron, bool above) => inner.ReadStarts(neuron, above);

        public void ReadExtremes(Span<NeuronExtremes> extremes) => inner.ReadExtremes(extremes);

        public void ReadPoint(int index, Span<float> point) => inner.ReadPoint(index, point);

        public void Dispose() => inner.Dispose();
    }

    private int Fits => fits;
}
