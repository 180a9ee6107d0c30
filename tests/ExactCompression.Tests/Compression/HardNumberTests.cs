using ExactCompression.Compression.Equivalence;
using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// Proven bounds against fractions where rounding is the only error: weights and biases from 1e-20 to 1e20 (and near underflow) that
/// cancel. Most terms of the proofs are needed by one of these cases; the others are documented as redundant.
/// </summary>
public class HardNumberTests
{
    private static readonly WeightPrecision?[] Precisions = [WeightPrecision.Float64, WeightPrecision.Float32];

    [Fact]
    public void Compress_CancellingNumbers_IsNeverFurtherOffThanProven()
    {
        int rounded = 0;
        for (int seed = 0; seed < 900; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = CancellingNetworks.Next(random);
            (double[] lower, double[] upper) = CancellingNetworks.Box(random, network.InputSize);
            StabilityTable table = ExactDifference.Table(network, new(lower, upper));
            foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
            {
                CompressionResult result = LeoCompression.Compress(
                    table, new() { Level = level, Precision = Precisions[random.Next(2)],
                        Tolerance = level == CompressionLevel.Maximal ? double.MaxValue : null }, default);
                for (int p = 0; p < 6; p++)
                {
                    Rational gap = ExactDifference.At(network, result.Compressed, CancellingNetworks.Point(random, lower, upper, p));
                    rounded += gap.Sign;
                    Assert.True(
                        double.IsPositiveInfinity(result.ProvenDeviation) || gap <= result.ProvenDeviation,
                        $"seed {seed}, {level}: {string.Join("; ", result.Steps)}");
                }
            }
        }

        Assert.True(rounded > 2_000, $"{rounded}"); // the test must not be vacuous
    }

    [Fact]
    public void Apply_RewritesOfCancellingNumbers_AreBounded()
    {
        for (int seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = CancellingNetworks.Next(random);
            (double[] lower, double[] upper) = CancellingNetworks.Box(random, network.InputSize);
            DraftNetwork before = DraftNetwork.Of(ExactDifference.Table(network, new(lower, upper)));
            if (before.Layers.Any(static l => l.Rows.Any(static r => !double.IsFinite(r.Lower) || !double.IsFinite(r.Upper))))
                continue;
            LayerRewrite rewrite = CancellingNetworks.Rewrite(random, before, random.Next(network.Depth));
            if (!Array.TrueForAll(rewrite.NextWeights, double.IsFinite) || !Array.TrueForAll(rewrite.NextBias, double.IsFinite))
                continue;
            DraftNetwork after = RewriteProof.Apply(before, rewrite, default);
            ReluNetwork result = CancellingNetworks.Plain(after);
            (AffineLayer[] layers, double stored) = StoredDraft.Of(after, WeightPrecision.Float32);
            for (int p = 0; p < 6; p++)
            {
                double[] point = CancellingNetworks.Point(random, lower, upper, p);
                Rational[] exact = Array.ConvertAll(point, static x => (Rational)x);
                Rational[] f = new ExactNetwork(network).Evaluate(exact);
                Rational[][] all = new ExactNetwork(result).PreActivations(exact);
                for (int o = 0; o < f.Length; o++)
                    Assert.True(
                        double.IsInfinity(after.Deviation[o]) || Rational.Abs(f[o] - all[^1][o]) <= after.Deviation[o], $"seed {seed}");
                for (int l = 0; l < after.Layers.Count; l++)
                {
                    for (int i = 0; i < after.Layers[l].Count; i++)
                    {
                        Assert.True(
                            double.IsInfinity(after.Layers[l].Rows[i].Lower) || all[l][i] >= after.Layers[l].Rows[i].Lower,
                            $"seed {seed}, layer {l}, row {i}");
                        Assert.True(
                            double.IsInfinity(after.Layers[l].Rows[i].Upper) || all[l][i] <= after.Layers[l].Rows[i].Upper,
                            $"seed {seed}, layer {l}, row {i}");
                    }
                }

                Assert.True(double.IsInfinity(stored) || ExactDifference.At(network, new(layers), point) <= stored, $"seed {seed}, stored");
            }
        }
    }

    [Fact]
    public void Shifted_SumsOfNeuronsWhoseBoundsAreTighterThanTheBox_KeepsWithinItsClaims()
    {
        int tight = 0;
        for (int seed = 0; seed < 1500; seed++)
        {
            // The first layer gives one number two or three times, so that it cancels in the second, and exact bounds are far inside those
            // of the box.
            var random = new Random(seed);
            double big = Math.Pow(10, random.Next(-20, 21)), offset = random.Next(3) * big;
            AffineLayer first = new([1, 1, 0.5], [offset, offset, 0], 3, 1, Activation.Relu, WeightPrecision.Float64);
            double[] rows = [.. Enumerable.Range(0, 3).SelectMany(
                _ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 3)) is var w
                    ? (double[])[w, -w, random.NextDouble()]
                    : [])];
            double[] bias = [.. Enumerable.Range(0, 3).Select(_ => random.NextDouble() * Math.Pow(10, random.Next(-20, 2)) * big)];
            ReluNetwork network = new(
                [first, new(rows, bias, 3, 3, Activation.Relu, WeightPrecision.Float64),
                    new([1, 1, 1], [0], 1, 3, Activation.Identity, WeightPrecision.Float64)]);
            InputDomain domain = new([0], [big]);
            StabilityTable table = WithExactBounds(network, domain);
            var part = new LinearPart(DraftNetwork.Of(table), 1, []);
            (int Neuron,
                double Coefficient)[] terms = [.. Enumerable.Range(0, 3).Select(
                    j => (j, (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-2, 3)))).Take(random.Next(1, 4))];
            var (weights, constant) = (new double[3], 0.0);
            foreach ((int j, double c) in terms)
            {
                for (int k = 0; k < 3; k++)
                    weights[k] += c * part.Layer.Row(j)[k];
                constant += c * part.Layer.Bias[j];
            }

            if (random.Next(3) == 0) // as the residual of weights that cancel is set to 0
                weights[random.Next(3)] *= 1 + (Math.Pow(2, -random.Next(10, 53)) * random.Next(-1, 2));
            AddedNeuron added = part.Shifted([.. weights], constant, terms);
            (Rational Min, Rational Max) box = (added.Lower, added.Upper);
            foreach (double x in (double[])[0, big, big * random.NextDouble(), big * random.NextDouble()])
            {
                Rational[] a = Array.ConvertAll(
                    new ExactNetwork(network).PreActivations([x])[0], static z => Rational.Max(z, Rational.Zero));
                Rational z = (Rational)added.Bias + a.Zip(weights, static (v, w) => v * w).Aggregate(static (s, t) => s + t);
                Assert.True(z >= box.Min && z <= box.Max, $"seed {seed}");
            }

            tight += added.Upper - added.Lower < 0.1 * part.Inputs.Magnitude.Zip(weights, static (m, w) => m * Math.Abs(w)).Sum() ? 1 : 0;
        }

        Assert.True(tight > 300, $"{tight}");
    }

    /// <summary>
    /// 1e16 + 1 - 1e16 is lost in the difference of a neuron and the sum that it is close to: by the sum's bounds alone it would be at
    /// least 3.
    /// </summary>
    [Fact]
    public void Shifted_RowsThatCancel_ChargesWhatIsLost()
    {
        AffineLayer first = new([1, 0, 1, 0, 0, 1], [0, 0, 0], 3, 2, Activation.Relu, WeightPrecision.Float64);
        double[] rows = [1e16, -1e16, 0, 1, 0, 0, -1e16, 1e16, 0, 0, 0, 1];
        ReluNetwork network = new(
            [first, new(rows, [1, 0, 1, 0], 4, 3, Activation.Relu, WeightPrecision.Float64),
                new([1, 1, 1, 1], [0], 1, 4, Activation.Identity, WeightPrecision.Float64)]);
        var part = new LinearPart(DraftNetwork.Of(WithExactBounds(network, new([1, 0], [2, 1]))), 1, []);
        AddedNeuron added = part.Shifted([0, 0, 1], 2, [(0, 1), (1, 1), (2, 1), (3, 1)]);
        Assert.True(added.Bias == 2 && added.Lower <= 2 && added.Upper >= 3);
    }

    /// <summary>Radii of either network, and of a map that both share.</summary>
    [Fact]
    public void OfSameWidths_Radii_AreCharged()
    {
        static AffineLayer Layer(double weight, double weightRadius, double biasRadius, Activation activation) =>
            new([weight], [0], 1, 1, activation, WeightPrecision.Float64, [weightRadius], [biasRadius]);
        var wide = new ReluNetwork([Layer(1, 0.5, 0.25, Activation.Identity)]);
        ReluNetwork exact = new([Layer(1, 0, 0, Activation.Identity)]);
        Assert.True(DeviationProof.OfSameWidths(wide, exact, new([0], [1])) >= 0.75);
        Assert.True(DeviationProof.OfSameWidths(exact, wide, new([0], [1])) >= 0.75);

        // A weight of 0 with a radius of 1, the same in both; it may be 1, and its input differs by 0.125.
        AffineLayer shared = Layer(0, 1, 0, Activation.Identity).WithParts(
            [AffinePart.Of(AffineMap.Dense([1], [0], 1, 1), WeightPrecision.Float64)!]);
        ReluNetwork one = new([Layer(1, 0, 0, Activation.Relu), shared]), other = new([Layer(1.125, 0, 0, Activation.Relu), shared]);
        Assert.True(DeviationProof.OfSameWidths(one, other, new([0], [1])) >= 0.125);
    }

    [Fact]
    public void OfSameWidths_NetworksThatDifferLittle_BoundsTheDifference()
    {
        for (int seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = CancellingNetworks.Next(random), other = CancellingNetworks.Disturbed(random, network);
            (double[] lower, double[] upper) = CancellingNetworks.Box(random, network.InputSize);
            double bound = DeviationProof.OfSameWidths(network, other, new(lower, upper));
            for (int p = 0; p < 6 && double.IsFinite(bound); p++)
                Assert.True(ExactDifference.At(network, other, CancellingNetworks.Point(random, lower, upper, p)) <= bound, $"seed {seed}");
        }
    }

    [Fact]
    public void OfSameWidths_SubtractionThatRounds_IsCharged()
    {
        // 1e16 + 2 - 1 is not a double: the difference of the weights is 1e16 + 1 and is computed as 1e16.
        ReluNetwork network = One(1, 0), other = One(1e16 + 2, 0);
        Assert.True(DeviationProof.OfSameWidths(network, other, new([1], [1])) >= Math.BitIncrement(1e16));
        Assert.True(DeviationProof.OfSameWidths(One(0, 1), One(0, 1e16 + 2), new([1], [1])) >= Math.BitIncrement(1e16));

        static ReluNetwork One(double weight, double bias) =>
            new([new([weight], [bias], 1, 1, Activation.Identity, WeightPrecision.Float64)]);
    }

    [Theory]
    [InlineData(1e-200, 1e-200)]
    [InlineData(1e-320, 0.5)]
    public void Apply_MultipleWhoseWeightUnderflows_IsCharged(double outgoing, double factor)
    {
        // relu(factor x) becomes factor relu(x), but the weight outgoing * factor is not a double, and is left out.
        ReluNetwork network = new(
            [new([1, factor], [0, 0], 2, 1, Activation.Relu, WeightPrecision.Float64),
                new([0, outgoing], [0], 1, 2, Activation.Identity, WeightPrecision.Float64)]);
        DraftNetwork before = DraftNetwork.Of(StabilityTable.Undecided(network, new([-1e300], [1e300])));
        var fates = new RewrittenNeuron[] { default, new(NeuronFate.Multiple, 0, factor) };
        var rewrite = new LayerRewrite { At = 0, Kind = CompressionStepKind.MergeMultiples, Description = "", Fates = fates, Added = [],
            NextWeights = [0], NextBias = [0] };
        Rational truth = (Rational)outgoing * factor * 1e300;
        Assert.True(truth <= RewriteProof.Apply(before, rewrite, default).Deviation[0]);
    }

    /// <summary>Verdicts and bounds of every neuron, exact and then rounded outward.</summary>
    private static StabilityTable WithExactBounds(ReluNetwork network, InputDomain domain)
    {
        (Rational Min, Rational Max)[][] ranges = new ExactNetwork(network).Ranges(domain.Lower.ToArray(), domain.Upper.ToArray());
        return StabilityTable.Found(network, domain, [.. ranges.SelectMany((layer, l) => layer.Select((z, i) => new NeuronStability
        {
            Layer = l + 1,
            Neuron = i,
            State = ExactDifference.StateOf(z.Min, z.Max) is var state && state == NeuronState.Undetermined ? NeuronState.Unstable : state,
            LowerBound = Outward(z.Min, -1),
            UpperBound = Outward(z.Max, 1),
        }))]);
    }

    /// <summary>The nearest double above or below a fraction, by bisection of all doubles.</summary>
    internal static double Outward(Rational value, int sign)
    {
        // Doubles of one sign are ordered as their bits.
        bool negative = value.Sign < 0;
        Rational magnitude = Rational.Abs(value);
        (long low, long high) = (0, BitConverter.DoubleToInt64Bits(double.MaxValue));
        while (high - low > 1)
        {
            long middle = low + ((high - low) / 2);
            (low, high) = (Rational)BitConverter.Int64BitsToDouble(middle) <= magnitude ? (middle, high) : (low, middle);
        }

        double below = BitConverter.Int64BitsToDouble(low), nearest = negative ? -below : below;
        return (Rational)nearest == value
            ? nearest
            : (sign < 0) == negative
            ? (negative ? -1 : 1) * BitConverter.Int64BitsToDouble(high) : nearest;
    }
}
