using ExactCompression.Stability;

namespace ExactCompression.Tests.Stability;

/// <summary>Works like the CPU for some forward passes, then fails as a card that is out of memory.</summary>
internal sealed class FailingDevice(int passes) : IWitnessDevice
{
    private readonly SimdWitnessDevice cpu = new();

    public string Name => "failing";

    public IWitnessSession Open(ReluNetwork network, InputDomain domain, int threads) => new Session(cpu.Open(network, domain, threads), passes);

    public void Dispose() => cpu.Dispose();

    private sealed class Session(IWitnessSession inner, int passes) : IWitnessSession
    {
        private int left = passes;

        public int MaxPoints => inner.MaxPoints;

        public void Load(ReadOnlySpan<float> points, int count) => inner.Load(points, count);

        public void Forward(int depth, Span<NeuronExtremes> extremes)
        {
            if (left-- == 0)
                throw new ComputeDeviceException("ComputeDeviceFailed", "failing", "It is out of memory.");
            inner.Forward(depth, extremes);
        }

        public void ReadPreActivations(int layer, ReadOnlySpan<int> neurons, Span<float> values) => inner.ReadPreActivations(layer, neurons, values);

        public void Ascend(int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs, float step, float momentum) => inner.Ascend(layer, targets, signs, step, momentum);

        public void ReadPoint(int index, Span<float> point) => inner.ReadPoint(index, point);

        public void Dispose() => inner.Dispose();
    }
}
