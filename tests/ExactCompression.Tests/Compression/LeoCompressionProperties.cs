using CsCheck;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Compression;

public class LeoCompressionProperties
{
    [Fact]
    public void Compress_RandomNetworks_ExactDifferenceIsWithinTheProvenBound()
    {
        int tight = 0, changed = 0;
        (from network in StableNetworks.Any
         from domain in StableNetworks.Domain(network.InputSize)
         from points in StableNetworks.Points(domain, 6)
         from level in Gen.Enum<CompressionLevel>()
         from precision in Gen.Enum<WeightPrecision>().Nullable()
         select (network, domain, points, level, precision))
        .ForAll(
            c =>
            {
                StabilityTable table = ExactDifference.Table(c.network, c.domain);
                CompressionResult result = LeoCompression.Compress(
                    table, new() { Level = c.level, Precision = c.precision }, CancellationToken.None);
                Assert.True(result.Compressed.ConnectionCount <= c.network.ConnectionCount);
                Assert.True(result.Compressed.NeuronCount <= c.network.NeuronCount);
                Assert.False(double.IsNaN(result.ProvenDeviation));
                Interlocked.Add(ref changed, result.Steps.Count > 0 ? 1 : 0);
                Interlocked.Add(ref tight, double.IsFinite(result.ProvenDeviation) ? 1 : 0);
                if (double.IsInfinity(result.ProvenDeviation))
                    return;
                foreach (double[] point in c.points)
                    Assert.True(ExactDifference.At(c.network, result.Compressed, point) <= result.ProvenDeviation);
            },
            count: 1000);
        Assert.True(changed > 200, $"{changed} networks were compressed at all"); // the test must not be vacuous
        Assert.True(tight > 950, $"{tight} bounds were finite");
    }

    [Fact]
    public void Compress_VerdictsOfExactEnumeration_ExactDifferenceIsWithinTheProvenBound() =>
        (from c in RandomNetworks.Cases(2, 2, 4)
         from points in StableNetworks.Points(c.Domain, 8)
         select (c, points))
        .ForAll(
            x =>
            {
                (Rational Min, Rational Max)[][] ranges = new ExactNetwork(x.c.Network).Ranges(x.c.Lower, x.c.Upper);
                StabilityTable table = StabilityTable.Found(
                    x.c.Network, x.c.Domain,
                    [.. ranges.SelectMany(
                        static (layer, l) => layer.Select(
                            (z, n) => new NeuronStability { Layer = l + 1, Neuron = n, State = ExactDifference.StateOf(z.Min, z.Max) }))]);
                CompressionResult result = LeoCompression.Compress(table, new(), CancellationToken.None);
                Assert.True(result.Compressed.ConnectionCount <= x.c.Network.ConnectionCount);
                bool collapsed = result.Steps.Any(static s => s.Kind == CompressionStepKind.Collapse); // of a bottleneck, to one neuron
                Assert.True(table.StablyInactive == 0 || collapsed || result.Compressed.NeuronCount < x.c.Network.NeuronCount);
                if (double.IsInfinity(result.ProvenDeviation))
                    return;
                foreach (double[] point in x.points)
                    Assert.True(ExactDifference.At(x.c.Network, result.Compressed, point) <= result.ProvenDeviation);
            },
            count: 300);

    [Fact]
    public void Compress_OnlyInactiveRemoved_IsExactlyEqual() =>
        (from network in StableNetworks.Any
         from domain in StableNetworks.Domain(network.InputSize)
         from points in StableNetworks.Points(domain, 3)
         select (network, domain, points))
        .ForAll(
            c =>
            {
                CompressionResult result = LeoCompression.Compress(
                    ExactDifference.Table(c.network, c.domain), new() { Level = CompressionLevel.DeleteOnly }, CancellationToken.None);
                if (result.Steps.Any(static s => s.Kind == CompressionStepKind.Collapse))
                    return;
                Assert.Equal(0, result.ProvenDeviation);
                foreach (double[] point in c.points)
                    Assert.True(ExactDifference.At(c.network, result.Compressed, point) == Rational.Zero);
            },
            count: 300);

    [Fact]
    public void Compress_InflatedNetwork_IsBackAtItsSizeOrBelow() =>
        (from inputs in Gen.Int[2, 5]
         from active in Gen.Int[1, 4]
         from copies in Gen.Int[1, 5]
         from dead in Gen.Int[0, 3]
         from weights in Gen.Int[1, 9].Array[60]
         from mix in Gen.Int[0, 4].Array[60]
         select (inputs, active, copies, dead, weights, mix))
        .ForAll(
            c =>
            {
                // One unstable neuron, `active` active ones, `copies` sums of multiples of them, `dead` inactive ones.
                int at = 0, mixed = 0;
                double[] Row(int sign, double bias) =>
                    [.. Enumerable.Range(0, c.inputs).Select(_ => (double)(sign * c.weights[at++ % 60])), bias];
                double[][] basis = [.. Enumerable.Range(0, c.active).Select(_ => Row(1, 1))];
                double[] unstable = Row(1, -1);
                unstable[0] = -unstable[0];
                double[][] sums = [.. Enumerable.Range(0, c.copies).Select(_ => basis.Aggregate(new double[c.inputs + 1], (sum, row) =>
                {
                    int factor = c.mix[mixed++ % 60];
                    return [.. sum.Zip(row, (s, r) => s + (factor * r))];
                }))];
                double[][] dead = [.. Enumerable.Range(0, c.dead).Select(_ => Row(-1, 0))];
                double[][] rows = [.. dead, .. sums, unstable, .. basis];
                string letters = new string('i', c.dead) + new string('a', c.copies) + "u" + new string('a', c.active);
                var network = new ReluNetwork(
                    [Nets.Hidden(rows),
                        Nets.Output(
                            [.. Enumerable.Range(1, rows.Length).Select(static i => (double)i), 1], [.. rows.Select(static _ => 1.0), 0])]);

                CompressionResult result = Nets.Compress(network, letters);

                int rank = ExactRank.Of([.. basis.SelectMany(static r => r[..^1])], c.inputs);
                Assert.Equal(1 + rank, result.Compressed.NeuronCount);
                Assert.Equal(c.dead, result.RemovedInactive);
                Assert.Equal(c.copies + c.active - rank, result.MergedActive);
                Assert.InRange(result.ProvenDeviation, 0, 0.01); // weights up to several thousand
                foreach (double x in (double[])[0, 0.3, 1])
                    Assert.True(
                        ExactDifference.At(network, result.Compressed, [.. Enumerable.Repeat(x, c.inputs)]) <= result.ProvenDeviation);
            },
            count: 300);
}
