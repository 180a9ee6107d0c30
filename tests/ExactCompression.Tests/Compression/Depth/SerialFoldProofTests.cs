using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Compression.Depth;

/// <summary>
/// The proof of a fold of unstable neurons must hold for any such fold: rows that take over any neuron's rectifier, weights that do not
/// cancel, new weights that are wrong. The proven bounds are compared with exact arithmetic.
/// </summary>
public class SerialFoldProofTests
{
    [Fact]
    public void Apply_RandomFolds_BoundTheOutputsAndEveryPreActivation()
    {
        int close = 0, exact = 0, lifted = 0;
        for (int seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            int[] widths = [random.Next(1, 4), random.Next(1, 6), random.Next(1, 5), random.Next(1, 4), 2];
            var network = new ReluNetwork(Enumerable.Range(1, 4).Select(l => Layer(random, widths[l], widths[l - 1], l == 4)));
            var domain = new InputDomain(
                [.. Enumerable.Range(0, widths[0]).Select(_ => -random.NextDouble())],
                [.. Enumerable.Range(0, widths[0]).Select(_ => random.NextDouble())]);
            DraftNetwork before = DraftNetwork.Of(StabilityTable.Undecided(network, domain));
            LayerRewrite rewrite = Rewrite(random, before, random.Next(3));
            lifted += rewrite.Lifted!.Count(static k => k >= 0);
            DraftNetwork after = RewriteProof.Apply(before, rewrite, default);
            ReluNetwork result = CancellingNetworks.Plain(after);
            Rational worst = Rational.Zero;
            for (int p = 0; p < 12; p++)
            {
                Rational[] point = [.. domain.Lower.ToArray().Zip(
                    domain.Upper.ToArray(),
                    (low, high) => (Rational)(p < 8
                        ? (random.Next(2) == 0 ? low : high)
                        : Math.Clamp(low + ((high - low) * random.NextDouble()), low, high)))];
                Rational[] f = new ExactNetwork(network).Evaluate(point);
                Rational[][] all = new ExactNetwork(result).PreActivations(point);
                for (int o = 0; o < 2; o++)
                {
                    Rational gap = Rational.Abs(f[o] - all[^1][o]);
                    Assert.True(gap <= after.Deviation[o], $"seed {seed}");
                    worst = Rational.Max(worst, gap);
                }

                for (int l = 0; l < after.Layers.Count; l++)
                {
                    for (int i = 0; i < after.Layers[l].Count; i++)
                    {
                        DraftRow row = after.Layers[l].Rows[i];
                        Rational z = all[l][i];
                        Assert.True(z >= row.Lower && z <= row.Upper, $"seed {seed}, layer {l}, row {i}");
                        Assert.True(!row.IsActive || -z <= row.Slack, $"seed {seed}, layer {l}, row {i} is not active");
                    }
                }
            }

            exact += after.Deviation.Max() == 0 ? 1 : 0;
            close += after.Deviation.Max() > 0 && worst * 20 >= after.Deviation.Max() ? 1 : 0;
        }

        Assert.True(
            lifted > 400 && exact > 50 && close > 200, $"{lifted} lifted, {exact} exact, {close} within twenty times what is seen");
    }

    /// <summary>The activation is what counts: the pre-activation goes below what it was, and its bounds follow.</summary>
    [Fact]
    public void Apply_RowThatTakesARectifierOver_MovesNothingAndHasANewLowerBound()
    {
        var network = new ReluNetwork([Nets.Double([2, -1]), Nets.Double([3, -0.5]), Nets.DoubleOutput([1, 0])]);
        DraftNetwork after = RewriteProof.Apply(Draft(network), Fold([new(NeuronFate.Cancelled)], [0], [6], [-3.5]), default);

        Assert.Equal([0.0], after.Deviation);
        DraftRow row = Assert.Single(after.Layers[0].Rows);
        Assert.InRange(row.Lower, -3.5 - 1e-12, -3.5);
        Assert.InRange(row.Upper, 2.5, 2.5 + 1e-12);
        Assert.False(row.IsActive);
    }

    /// <summary>With a bias above 0 the second rectifier is never off where the first is: their difference is charged.</summary>
    [Fact]
    public void Apply_RowWithAPositiveBias_IsChargedForIt()
    {
        var network = new ReluNetwork([Nets.Double([2, -1]), Nets.Double([3, 0.5]), Nets.DoubleOutput([-1, 0])]);
        DraftNetwork after = RewriteProof.Apply(Draft(network), Fold([new(NeuronFate.Cancelled)], [0], [6], [-2.5]), default);
        Assert.InRange(Assert.Single(after.Deviation), 0.5, 0.5 + 1e-12);
        Assert.InRange(after.Layers[0].Rows[0].Lower, -2.5 - 0.5 - 1e-12, -2.5);
    }

    [Fact]
    public void Apply_RowThatTakesOverARectifierItSubtracts_ProvesNothing()
    {
        var network = new ReluNetwork([Nets.Double([2, -1]), Nets.Double([-3, 0]), Nets.DoubleOutput([1, 0])]);
        DraftNetwork after = RewriteProof.Apply(Draft(network), Fold([new(NeuronFate.Cancelled)], [0], [-6], [3]), default);
        Assert.Equal([double.PositiveInfinity], after.Deviation);
    }

    [Fact]
    public void Apply_OutputsThatTakeARectifierOver_AreRefused()
    {
        var network = new ReluNetwork([Nets.Double([2, -1]), Nets.DoubleOutput([1, 0])]);
        Assert.Throws<ArgumentException>(
            () => RewriteProof.Apply(Draft(network), Fold([new(NeuronFate.Cancelled)], [0], [2], [-1]), default));
    }

    private static DraftNetwork Draft(ReluNetwork network) => DraftNetwork.Of(StabilityTable.Undecided(network));

    private static LayerRewrite Fold(RewrittenNeuron[] fates, int[] lifted, double[] weights, double[] bias, int at = 0) => new()
    {
        At = at, Kind = CompressionStepKind.Fold, Description = "", Fates = fates, Added = [], NextWeights = weights, NextBias = bias,
        Folds = true, Lifted = lifted,
    };

    /// <summary>A fold with honest errors of the replacements; the next weights mostly follow from them.</summary>
    private static LayerRewrite Rewrite(Random random, DraftNetwork network, int at)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        Box inputs = network.InputsOf(at);
        var fates = new RewrittenNeuron[layer.Count];
        for (int j = 0; j < fates.Length; j++)
            fates[j] = Fate(random, layer, inputs, j);
        int[] lifted = [.. Enumerable.Range(0, next.Count).Select(i =>
        {
            int j = random.Next(layer.Count);
            return at + 1 < network.Depth && random.Next(4) > 0 && Weight(next, fates, i, j) > 0 ? j : -1;
        })];
        var weights = new double[next.Count * layer.Columns];
        double[] bias = [.. next.Bias];
        for (int i = 0; i < next.Count; i++)
        {
            for (int j = 0; j < layer.Count; j++)
            {
                double by = j == lifted[i] ? Weight(next, fates, i, j) : fates[j].HasLinearPart ? next.Row(i)[j] : 0;
                for (int c = 0; c < layer.Columns; c++)
                    weights[(i * layer.Columns) + c] += by * layer.Row(j)[c];
                bias[i] += by * layer.Bias[j];
            }
        }

        for (int k = 0; k < weights.Length; k++)
            weights[k] += random.Next(8) == 0 ? (random.NextDouble() - 0.5) * Math.Pow(10, -random.Next(16)) : 0;
        return Fold(fates, lifted, weights, bias, at);
    }

    /// <summary>A row's weight on a neuron, that on its opposites included where it is not an opposite itself.</summary>
    private static double Weight(DraftLayer next, RewrittenNeuron[] fates, int row, int neuron)
    {
        double sum = next.Row(row)[neuron];
        for (int j = 0; j < fates.Length; j++)
            sum += fates[j].Fate == NeuronFate.Opposite && fates[j].Of == neuron ? next.Row(row)[j] * fates[j].Value : 0;
        return sum;
    }

    private static RewrittenNeuron Fate(Random random, DraftLayer layer, Box inputs, int neuron)
    {
        DraftRow row = layer.Rows[neuron];
        if (neuron == 0)
            return new(NeuronFate.Cancelled);
        double[] own = [.. layer.Row(neuron), row.Bias], first = [.. layer.Row(0), layer.Bias[0]];
        if (own.Zip(first).All(static p => p.First == -p.Second))
            return new(NeuronFate.Opposite, 0, 1); // exactly
        double distance = UpperBound.Add(
            inputs.Largest([.. layer.Row(neuron).ToArray().Zip(layer.Row(0).ToArray(), static (a, b) => a + b)], row.Bias + layer.Bias[0]),
            1e-12);
        return random.Next(5) switch
        {
            0 => new(NeuronFate.Zero, Error: row.Most),
            1 => new(NeuronFate.Linear, Error: row.Slack),
            2 => new(NeuronFate.Opposite, 0, 1, distance),
            _ => new(NeuronFate.Cancelled),
        };
    }

    /// <summary>Rows of few numbers, some the opposites of the first.</summary>
    private static AffineLayer Layer(Random random, int outputs, int inputs, bool last)
    {
        double Number() => random.Next(5) switch { 0 or 1 => 0, 2 => random.Next(-2, 3), _ => (2 * random.NextDouble()) - 1 };
        var rows = new double[outputs][];
        for (int i = 0; i < outputs; i++)
        {
            rows[i] = i > 0 && random.Next(3) == 0
                ? Array.ConvertAll(rows[0], static w => -w)
                : [.. Enumerable.Range(0, inputs).Select(_ => Number()), random.Next(3) == 0 ? Number() : -random.NextDouble()];
        }

        return Nets.Layer(WeightPrecision.Float64, last, rows);
    }
}
