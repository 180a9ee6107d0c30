using ExactCompression.Gpu;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Gpu;

public sealed class IlgpuWitnessSessionTests(WitnessDevices devices) : IClassFixture<WitnessDevices>
{
    /// <summary>
    /// Device, points, widths: single elements, sizes around and between tiles of every group size, one to four hidden layers.
    /// </summary>
    public static TheoryData<string, int, int[]> Shapes => new()
    {
        { "cpu-1", 1, [1, 1, 1] },
        { "cpu-1", 9, [5, 7, 6, 3, 5, 2] },
        { "cpu-2", 7, [17, 9, 3] },
        { "cpu-2", 33, [3, 8, 1, 4, 2] },
        { "cpu-4", 1, [2, 1, 5, 1] },
        { "cpu-4", 18, [33, 17, 16, 2] },
        { "cpu-8", 35, [6, 33, 5, 1] },
        { "cuda", 1, [1, 1, 1] },
        { "cuda", 700, [70, 129, 64, 65, 17, 3] },
        { "opencl", 1, [1, 1, 1] },
        { "opencl", 700, [70, 129, 64, 65, 17, 3] },
    };

    [SkippableTheory]
    [MemberData(nameof(Shapes))]
    public void Forward_AnyShape_GivesEveryNeuronsExtremes(string name, int count, int[] widths)
    {
        (IWitnessSession session, PlainSearch plain, ReluNetwork network) = Open(name, count, widths);
        using (session)
        {
            NeuronExtremes[] extremes = session.Extremes(network.NeuronCount);
            int at = 0;
            for (int layer = 1; layer <= network.Depth; layer++)
            {
                double[][] z = [.. Enumerable.Range(0, count).Select(n => plain.Forward(n)[layer - 1])];
                for (int neuron = 0; neuron < network.WidthOf(layer); neuron++, at++)
                {
                    NeuronExtremes expected = plain.Extremes(layer, neuron);
                    AssertNear(expected.Minimum, extremes[at].Minimum);
                    AssertNear(expected.Maximum, extremes[at].Maximum);
                    AssertNear(expected.Minimum, z[extremes[at].MinimumPoint][neuron]);
                    AssertNear(expected.Maximum, z[extremes[at].MaximumPoint][neuron]);
                }
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Shapes))]
    public void Ascend_EachLayerInTurn_MovesAsTheFormula(string name, int count, int[] widths)
    {
        (IWitnessSession session, PlainSearch plain, ReluNetwork network) = Open(name, count, widths);
        using (session)
        {
            int compared = 0;
            var ascent = new PgdSchedule(10, 0.07f);
            session.WantAll(network.NeuronCount);
            session.Forward();
            var random = new Random(5);
            var certain = Enumerable.Repeat(true, count).ToArray();
            for (int layer = 1; layer <= network.Depth; layer++)
            {
                int[] targets = [.. Enumerable.Range(0, count).Select(_ => random.Next(network.WidthOf(layer)))];
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

            Assert.True(compared > count * network.InputSize * network.Depth / 2, $"Only {compared} coordinates could be compared.");
        }
    }

    private (IWitnessSession Session, PlainSearch Plain, ReluNetwork Network) Open(string name, int count, int[] widths)
    {
        IlgpuWitnessDevice? device = devices.Find(name);
        Skip.If(device is null, $"There is no {name} device here.");
        ReluNetwork network = TestNetworks.Random(count, widths);
        InputDomain domain = InputDomain.Uniform(-1, 2).For(network.InputSize);
        float[] points = TestNetworks.Points(3, count, network.InputSize);
        var plain = new PlainSearch(network, domain.Lower.ToArray(), domain.Upper.ToArray());
        plain.Load(points, count);
        IWitnessSession session = device.Open(network, domain, 0);
        session.Load(points, count);
        return (session, plain, network);
    }

    private static void AssertNear(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-4 * (1 + Math.Abs(expected)), $"{actual} is not {expected}.");
}
