using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Branching;

/// <summary>
/// Neurons whose largest or smallest value is 0 up to the rounding of one number: their exact sign decides, checked against the oracle.
/// </summary>
public sealed class ExactSignTests
{
    [Fact]
    public void FindStable_BoxThatEndsOneUnitAboveTheKink_IsUnstable()
    {
        // 0.3 is not a double; a box that ends there is widened to the next double above, which is above the bias.
        double end = Math.BitIncrement(0.3);
        StabilityTable table = Find(new([new([1], [-0.3], 1, 1, Activation.Relu, WeightPrecision.Float64), Output(1)]), new([0], [end]));

        Assert.Equal(NeuronState.Unstable, table.Neurons[0].State);
        Assert.Equal([end], table.Neurons[0].PositiveWitness!);
        Assert.Equal(NeuronState.StablyInactive, Find(table.Network, new([0], [0.3])).Neurons[0].State);
    }

    /// <summary>A bias equal to the sum of the weights at a corner, in double precision: about half of the neurons go beyond 0.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(100)] // too many inputs for the enumeration of linear pieces
    public void FindStable_FirstLayerWithinRoundingOfZero_IsDecidedByTheExactSign(int inputs)
    {
        var random = new Random(inputs);
        int stable = 0, unstable = 0;
        for (int trial = 0; trial < 60; trial++)
        {
            double[] lower = Numbers(random, inputs), upper = [.. lower.Select(low => low + random.NextDouble())],
                row = Numbers(random, inputs);
            bool above = trial % 2 == 0;
            double bias = -row.Select((w, k) => w * (w > 0 == above ? upper[k] : lower[k])).Sum();
            StabilityTable table = Find(
                new([new(row, [bias], 1, inputs, Activation.Relu, WeightPrecision.Float64), Output(1)]), new(lower, upper));

            int sign = (Extreme(row, lower, upper, above) + bias).Sign;
            NeuronState expected = sign == 0 || (sign > 0 != above)
                ? (above ? NeuronState.StablyInactive : NeuronState.StablyActive)
                : NeuronState.Unstable;
            Assert.Equal(expected, table.Neurons[0].State);
            RequireWitnesses(table);
            (stable, unstable) = expected == NeuronState.Unstable ? (stable, unstable + 1) : (stable + 1, unstable);
        }

        Assert.True(stable > 5 && unstable > 5);
    }

    /// <summary>The same one layer deeper, behind rectifiers that are all on.</summary>
    [Fact]
    public void FindStable_SecondLayerWithinRoundingOfZero_IsUnstableWhereTheExactSignSaysSo()
    {
        const int Inputs = 30, Width = 3;
        var random = new Random(1);
        int shown = 0;
        for (int trial = 0; trial < 20; trial++)
        {
            double[] lower = Numbers(random, Inputs), upper = [.. lower.Select(low => low + random.NextDouble())],
                first = Numbers(random, Inputs * Width), second = Numbers(random, Width);
            var layer = new AffineLayer(first, [100, 100, 100], Width, Inputs, Activation.Relu, WeightPrecision.Float64);
            Rational[] joined = [.. Enumerable.Range(0, Inputs).Select(
                k => Sum(Enumerable.Range(0, Width).Select(i => (Rational)second[i] * first[(i * Inputs) + k])))];
            Rational most = Sum(
                joined.Select((w, k) => w * (w.Sign > 0 ? upper[k] : lower[k])).Concat(second.Select(static w => (Rational)w * 100)));
            double bias = -layer.Weights.ToArray().Select((_, k) => k).Aggregate(
                0.0, (sum, at) => sum + (second[at / Inputs] * first[at] * (joined[at % Inputs].Sign > 0 ? upper : lower)[at % Inputs]))
                - (100 * second.Sum());
            StabilityTable table = Find(
                new([layer, new(second, [bias], 1, Width, Activation.Relu, WeightPrecision.Float64), Output(1)]), new(lower, upper));

            NeuronStability neuron = table.Neurons[^1];
            if ((most + bias).Sign > 0)
            {
                Assert.Equal(NeuronState.Unstable, neuron.State);
                shown++;
            }
            else
            {
                Assert.Null(neuron.PositiveWitness);
                Assert.NotEqual(NeuronState.Unstable, neuron.State);
            }

            RequireWitnesses(table);
        }

        Assert.InRange(shown, 3, 17);
    }

    [Fact]
    public void FindStable_WeightsWithRadius_LeavesTheSignOpen()
    {
        var layer = new AffineLayer([1], [-0.3], 1, 1, Activation.Relu, WeightPrecision.Float64, [double.Epsilon]);

        Assert.Equal(NeuronState.Undetermined, Find(new([layer, Output(1)]), new([0], [Math.BitIncrement(0.3)])).Neurons[0].State);
    }

    /// <summary>
    /// The checker evaluates points in double precision with its own error bound, which exceeds such a value: the certificate claims
    /// nothing about the neuron.
    /// </summary>
    [Fact]
    public void Certificate_OfASignLostInRounding_ClaimsNothing()
    {
        var network = new ReluNetwork([new([1, 1], [-0.3, -2], 2, 1, Activation.Relu, WeightPrecision.Float64), Output(2)]);
        StabilityTable table = Find(network, new([0], [Math.BitIncrement(0.3)]));
        Assert.Equal([NeuronState.Unstable, NeuronState.StablyInactive], table.Neurons.Select(static n => n.State));
        CompressionResult result = LeoCompression.Compress(table, new(), default);

        Certificate certificate = CompressionCertificate.Make(result, default);

        Assert.Equal("1-1-1", result.Compressed.Architecture);
        Assert.Equal("?i", certificate.Original[0].States);
    }

    private static StabilityTable Find(ReluNetwork network, InputDomain domain) =>
        StabilityAnalysis.FindStable(StabilityTable.Undecided(network, domain), null, new() { Threads = 1 }, default);

    private static AffineLayer Output(int inputs) => new([.. Enumerable.Repeat(1.0, inputs)], [0], 1, inputs, Activation.Identity);

    private static double[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];

    private static Rational Extreme(double[] row, double[] lower, double[] upper, bool above) =>
        Sum(row.Select((w, k) => (Rational)w * (w > 0 == above ? upper[k] : lower[k])));

    private static Rational Sum(IEnumerable<Rational> terms) => terms.Aggregate(Rational.Zero, static (sum, term) => sum + term);

    private static void RequireWitnesses(StabilityTable table)
    {
        var exact = new ExactNetwork(table.Network);
        foreach (NeuronStability neuron in table.Neurons)
        {
            foreach ((double[]? witness, int sign) in new[] { (neuron.PositiveWitness, 1), (neuron.NegativeWitness, -1) })
            {
                if (witness is null)
                    continue;
                Assert.True(table.Domain.Contains(witness));
                Assert.Equal(
                    sign, exact.PreActivations([.. witness.Select(static x => (Rational)x)])[neuron.Layer - 1][neuron.Neuron].Sign);
            }
        }
    }
}
