using ExactCompression.Bounds;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>
/// Each kind of bound separately, on numbers that are hard to round and for every layer within the radii, against exact fractions.
/// </summary>
public sealed class RigourTests
{
    [Fact]
    public void Intervals_HardLayers_EncloseTheExactEnds()
    {
        for (int seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            int kind = random.Next(HardNumbers.Kinds), size = random.Next(1, 9);
            (double[] lower, double[] upper) = HardNumbers.Box(random, kind, size);
            AffineLayer layer = HardNumbers.Layer(random, kind, 1, size);
            (Rational min, Rational max) = Ends(layer, lower, upper);
            double[] low = new double[1], high = new double[1];
            IntervalBounds.Propagate(layer, ActivationRange.OfInput(new(lower, upper)), low, high);
            AssertEncloses(low[0], high[0], min, max, $"interval, seed {seed}, kind {kind}");
            var box = new Box(lower, upper);
            (double from, double to) = LayerRadius.Range(layer, 0, box);
            AssertEncloses(from, to, min, max, $"box, seed {seed}, kind {kind}");
            Rational sum = Rational.Zero;
            for (int j = 0; j < size; j++)
                sum += Rational.Abs(layer.Row(0)[j]) * Rational.Max(Rational.Abs(lower[j]), Rational.Abs(upper[j]));
            AssertEncloses(
                double.NegativeInfinity, UpperBound.MagnitudeDot(layer.Row(0), box.Magnitude), sum, sum,
                $"magnitudes, seed {seed}, kind {kind}");
        }
    }

    [Fact]
    public void Witnesses_HardNetworks_HaveTheirSignForEveryNetworkWithinTheRadii()
    {
        int credited = 0;
        for (int seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            int kind = random.Next(HardNumbers.Kinds), size = random.Next(1, 6);
            (double[] lower, double[] upper) = HardNumbers.Box(random, kind, size);
            ReluNetwork network = NearTie(random, HardNumbers.Network(random, kind, size, 2, 3), upper);
            var ledger = new VerdictLedger(StabilityTable.Undecided(network, new(lower, upper)));
            using var check = new WitnessCheck(network, ledger.Domain);
            check.Credit(new[] { upper }, ledger);
            NeuronStability[] neurons = [.. ledger.ToTable(default, [], null).Neurons];
            for (int corner = 0; corner < 4; corner++)
            {
                Rational[][] z = new ExactNetwork(HardNumbers.Within(random, network, corner)).PreActivations(
                    [.. upper.Select(x => (Rational)x)]);
                foreach (NeuronStability neuron in neurons)
                {
                    credited += neuron.PositiveWitness is null && neuron.NegativeWitness is null ? 0 : 1;
                    Assert.True(
                        neuron.PositiveWitness is null || z[neuron.Layer - 1][neuron.Neuron].Sign > 0,
                        $"above 0, seed {seed}, kind {kind}, {neuron}");
                    Assert.True(
                        neuron.NegativeWitness is null || z[neuron.Layer - 1][neuron.Neuron].Sign < 0,
                        $"below 0, seed {seed}, kind {kind}, {neuron}");
                }
            }
        }

        Assert.True(credited > 5_000, $"{credited}"); // the test must not be vacuous
    }

    [Fact]
    public void BackwardBounds_HardNetworksAnySlopesAndSplits_EncloseTheExactRange()
    {
        int finite = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            int kind = random.Next(HardNumbers.Kinds), size = random.Next(1, 3);
            (double[] lower, double[] upper) = HardNumbers.Box(random, kind, size);
            ReluNetwork network = HardNumbers.Network(random, kind, size, 2, 3);
            (Rational Min,
                Rational Max)[][] all = [.. Enumerable.Range(0, 4).Select(
                    corner => new ExactNetwork(HardNumbers.Within(random, network, corner)).Ranges(lower, upper)[1])];
            foreach ((int neuron, bool above, double bound, string what) in Backward(random, network, new(lower, upper)))
            {
                Assert.False(double.IsNegativeInfinity(bound));
                if (!double.IsFinite(bound))
                    continue;
                finite++;
                foreach ((Rational Min, Rational Max)[] ranges in all)
                    Assert.True(
                        (Rational)bound >= (above ? ranges[neuron].Max : -ranges[neuron].Min),
                        $"{what}, seed {seed}, kind {kind}, neuron {neuron}, above {above}");
            }
        }

        Assert.True(finite > 1_000, $"{finite}");
    }

    /// <summary>
    /// Bounds of <c>z</c> or <c>-z</c> from above for the second layer: plain, with random slopes, and with a rectifier split under random
    /// multipliers.
    /// </summary>
    private static IEnumerable<(int Neuron, bool Above, double Bound, string What)> Backward(
        Random random, ReluNetwork network, InputDomain domain)
    {
        AffineLayer first = network.DenseLayers[0], map = network.DenseLayers[1];
        using RelaxedGraph below = new(domain, network.Lowered);
        below.AddIntervals();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 1 };
        var crown = new CrownBounds(below);
        var optimized = new AlphaBetaCrown(below.Above(map), below);
        int[] neurons = [.. Enumerable.Range(0, map.Outputs)];
        foreach (bool above in (bool[])[true, false])
        {
            var bounds = new double[map.Outputs];
            crown.Bound(below.Above(map), neurons, above, bounds, null, parallel);
            foreach (int neuron in neurons)
            {
                yield return (neuron, above, above ? bounds[neuron] : -bounds[neuron], "plain");
                var slopes = new float[first.Outputs];
                for (int i = 0; i < slopes.Length; i++)
                    slopes[i] = random.Next(3) switch { 0 => 0, 1 => 1, _ => random.NextSingle() };
                CrownSubproblem root = CrownSubproblem.Root(neuron, above, slopes);
                int split = random.Next(slopes.Length);
                CrownSubproblem[] halves = [root.With(split, 1), root.With(split, -1)];
                foreach (CrownSubproblem half in halves)
                    half.Multipliers[0] = random.NextSingle() * 3;
                optimized.Evaluate([root, .. halves], parallel);
                yield return (neuron, above, root.Bound, "slopes");
                yield return (neuron, above, Math.Max(halves[0].Bound, halves[1].Bound), "split");
            }
        }
    }

    /// <summary>The same network with the last hidden layer's biases such that its pre-activations at a point are close to 0.</summary>
    private static ReluNetwork NearTie(Random random, ReluNetwork network, double[] point)
    {
        AffineLayer last = network.DenseLayers[1];
        double[] z = ExactCompression.Networks.LoweredEvaluation.PreActivations(network.Lowered, point, 2)[1];
        double[] bias = [.. z.Zip(last.Bias.ToArray(), (value, b) => random.Next(2) == 0 || !double.IsFinite(b - value) ? b : b - value)];
        double[]? weightRadius = last.WeightRadius.IsEmpty ? null : last.WeightRadius.ToArray(),
            biasRadius = last.BiasRadius.IsEmpty ? null : last.BiasRadius.ToArray();
        return new(
            [network.DenseLayers[0],
                new(last.Weights.ToArray(), bias, last.Outputs, last.Inputs, last.Activation, last.Precision, weightRadius, biasRadius),
                network.DenseLayers[2]]);
    }

    private static (Rational Min, Rational Max) Ends(AffineLayer layer, double[] lower, double[] upper)
    {
        Rational radius = layer.BiasRadius.IsEmpty ? 0 : layer.BiasRadius.Span[0], min = layer.Bias.Span[0] - radius,
            max = layer.Bias.Span[0] + radius;
        for (int j = 0; j < lower.Length; j++)
        {
            Rational a = (Rational)layer.Row(0)[j] * lower[j], b = (Rational)layer.Row(0)[j] * upper[j];
            Rational widened = layer.WeightRadius.IsEmpty
                ? 0
                : layer.WeightRadius.Span[j] * Rational.Max(Rational.Abs(lower[j]), Rational.Abs(upper[j]));
            (min, max) = (min + Rational.Min(a, b) - widened, max + Rational.Max(a, b) + widened);
        }

        return (min, max);
    }

    private static void AssertEncloses(double low, double high, Rational min, Rational max, string what)
    {
        Assert.False(double.IsPositiveInfinity(low) || double.IsNegativeInfinity(high), what);
        Assert.True(!double.IsFinite(low) || (Rational)low <= min, $"{what}: {low:R}");
        Assert.True(!double.IsFinite(high) || (Rational)high >= max, $"{what}: {high:R}");
    }
}
