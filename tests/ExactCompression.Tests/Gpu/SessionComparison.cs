using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Gpu;

/// <summary>A session beside <see cref="PlainSearch"/>, on the same network and points.</summary>
internal sealed class SessionComparison : IDisposable
{
    private readonly int count;
    private readonly ReluNetwork network;
    private readonly PlainSearch plain;
    private readonly IWitnessSession session;

    public SessionComparison(IWitnessDevice device, int count, ReluNetwork network)
    {
        (this.count, this.network) = (count, network);
        InputDomain domain = InputDomain.Uniform(-1, 2).For(network.InputSize);
        float[] points = TestNetworks.Points(3, count, network.InputSize);
        plain = new(network, domain.Lower.ToArray(), domain.Upper.ToArray());
        plain.Load(points, count);
        session = device.Open(network, domain, 0);
        session.Load(points, count);
    }

    private int Neurons => Enumerable.Range(1, plain.Depth).Sum(plain.WidthOf);

    /// <summary>A forward pass for all neurons, then one for some of each layer in turn.</summary>
    public void Forward()
    {
        Compare(session.Extremes(Neurons), static _ => true);
        for (int layer = 1, first = 0; layer <= plain.Depth; first += plain.WidthOf(layer++))
        {
            int begin = first, end = first + plain.WidthOf(layer);
            bool IsWanted(int neuron) => neuron < end && (neuron == begin || neuron % 3 == 0);
            session.Want([.. Enumerable.Range(0, Neurons).Select(i => IsWanted(i) ? MissingSigns.Both : MissingSigns.None)]);
            session.Forward();
            var extremes = new NeuronExtremes[Neurons];
            session.ReadExtremes(extremes);
            Compare(extremes, IsWanted);
        }
    }

    /// <summary>A step of an attack on each layer in turn; returns the share of coordinates that could be compared.</summary>
    public double Ascend()
    {
        int compared = 0;
        var ascent = new PgdSchedule(plain.Depth + 2, 0.07f);
        session.WantAll(Neurons);
        session.Forward();
        var random = new Random(5);
        var certain = Enumerable.Repeat(true, count).ToArray();
        for (int layer = 1; layer <= plain.Depth; layer++)
        {
            int[] targets = [.. Enumerable.Range(0, count).Select(_ => random.Next(plain.WidthOf(layer)))];
            float[] signs = [.. Enumerable.Range(0, count).Select(_ => random.Next(2) == 0 ? -1f : 1f)];
            for (int n = 0; n < count; n++)
                certain[n] &= !plain.IsNearKink(layer, n);
            IReadOnlyList<double[]> momenta = plain.Ascend(layer, targets, signs, ascent.Length(layer), PgdSchedule.Momentum);
            session.Aim(layer, targets, signs);
            Assert.Equal(layer + 1, session.Ascend(ascent, layer, layer + 1));
            var moved = new float[network.InputSize];
            for (int n = 0; n < count; n++)
            {
                session.ReadPoint(n, moved);
                for (int k = 0; k < moved.Length; k++)
                {
                    if (!certain[n] || Math.Abs(momenta[n][k]) is > 0 and < 1e-3)
                        continue;
                    AssertNear(plain.Points[n][k], moved[k]);
                    compared++;
                }

                plain.Points[n] = Array.ConvertAll(moved, static v => (double)v);
            }
        }

        return compared / ((double)count * network.InputSize * plain.Depth);
    }

    public void Dispose() => session.Dispose();

    private void Compare(NeuronExtremes[] extremes, Func<int, bool> isWanted)
    {
        int at = 0;
        for (int layer = 1; layer <= plain.Depth; layer++)
        {
            double[][] z = [.. Enumerable.Range(0, count).Select(n => plain.Forward(n)[layer - 1])];
            for (int neuron = 0; neuron < plain.WidthOf(layer); neuron++, at++)
            {
                if (!isWanted(at))
                    continue;
                NeuronExtremes expected = plain.Extremes(layer, neuron);
                AssertNear(expected.Minimum, extremes[at].Minimum);
                AssertNear(expected.Maximum, extremes[at].Maximum);
                AssertNear(expected.Minimum, z[extremes[at].MinimumPoint][neuron]);
                AssertNear(expected.Maximum, z[extremes[at].MaximumPoint][neuron]);
            }
        }
    }

    private static void AssertNear(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-4 * (1 + Math.Abs(expected)), $"{actual} is not {expected}.");
}
