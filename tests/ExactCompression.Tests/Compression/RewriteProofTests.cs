using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// The proof of a rewrite must hold for any rewrite, however bad: here replacements, new neurons and new weights are drawn at random, and
/// the proven bounds are compared with exact arithmetic.
/// </summary>
public class RewriteProofTests
{
    [Fact]
    public void Apply_RandomRewrites_BoundTheOutputsAndEveryPreActivation()
    {
        int close = 0, folds = 0;
        for (int seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            int[] widths = [random.Next(1, 4), random.Next(1, 6), random.Next(1, 5), 2];
            var network = new ReluNetwork(Enumerable.Range(1, 3).Select(l => Layer(random, widths[l], widths[l - 1], l == 3)));
            var domain = new InputDomain(
                [.. Enumerable.Range(0, widths[0]).Select(_ => -random.NextDouble())],
                [.. Enumerable.Range(0, widths[0]).Select(_ => random.NextDouble())]);
            DraftNetwork before = DraftNetwork.Of(StabilityTable.Undecided(network, domain));
            LayerRewrite rewrite = Rewrite(random, before, random.Next(2));
            folds += rewrite.Folds ? 1 : 0;
            DraftNetwork after = RewriteProof.Apply(before, rewrite, default);
            ReluNetwork result = Plain(after);
            double worst = 0, bound = after.Deviation.Max();
            for (int p = 0; p < 12; p++)
            {
                double[] point = [.. domain.Lower.ToArray().Zip(
                    domain.Upper.ToArray(),
                    (low, high) => p < 8
                        ? (random.Next(2) == 0 ? low : high)
                        : Math.Clamp(low + ((high - low) * random.NextDouble()), low, high))];
                Rational[] exact = [.. point.Select(static x => (Rational)x)];
                Rational[] f = new ExactNetwork(network).Evaluate(exact);
                Rational[][] all = new ExactNetwork(result).PreActivations(exact);
                for (int o = 0; o < 2; o++)
                {
                    Assert.True(Rational.Abs(f[o] - all[^1][o]) <= after.Deviation[o], $"seed {seed}");
                    worst = Math.Max(worst, Math.Abs(network.Evaluate(point)[o] - result.Evaluate(point)[o]));
                }

                for (int l = 0; l < after.Layers.Count; l++)
                {
                    for (int i = 0; i < after.Layers[l].Count; i++)
                        Assert.True(
                            all[l][i] >= after.Layers[l].Rows[i].Lower && all[l][i] <= after.Layers[l].Rows[i].Upper,
                            $"seed {seed}, layer {l}, row {i}");
                }
            }

            close += bound <= 10 * worst ? 1 : 0;
        }

        Assert.True(
            folds > 30 && close > 150, $"{folds} folds, {close} bounds within ten times what is seen"); // the bounds are not just large
    }

    [Fact]
    public void Apply_NothingChanged_MovesNothing()
    {
        var random = new Random(1);
        var network = new ReluNetwork([Layer(random, 4, 3, false), Layer(random, 2, 4, true)]);
        DraftNetwork before = DraftNetwork.Of(StabilityTable.Undecided(network));
        var fates = new RewrittenNeuron[4];
        var rewrite = new LayerRewrite
        {
            At = 0,
            Kind = CompressionStepKind.Merge,
            Description = "",
            Fates = fates,
            Added = [],
            NextWeights = network.DenseLayers[1].Weights.ToArray(),
            NextBias = network.DenseLayers[1].Bias.ToArray(),
        };
        Assert.Equal([0.0, 0], RewriteProof.Apply(before, rewrite, default).Deviation);
    }

    /// <summary>
    /// Replacements with correct error bounds, some sensible and some absurd; the next weights follow from them, corrupted now and then.
    /// </summary>
    private static LayerRewrite Rewrite(Random random, DraftNetwork network, int at)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        Box inputs = network.InputsOf(at);
        bool folds = random.Next(5) == 0;
        var fates = new RewrittenNeuron[layer.Count];
        for (int j = folds ? 0 : 1; j < fates.Length; j++) // neuron 0 is kept, and others may be multiples of it
            fates[j] = Fate(random, layer, inputs, j, folds);
        AddedNeuron[] added = folds ? [] : [.. Enumerable.Range(0, random.Next(3)).Select(_ => Added(random, layer.Columns, inputs))];
        var weights = new OutgoingWeights(next, fates, added.Length);
        double[] matrix = folds
            ? [.. Enumerable.Range(0, next.Count * layer.Columns).Select(_ => random.NextDouble() - 0.5)]
            : weights.Weights;
        for (int k = 0; k < matrix.Length; k++)
            matrix[k] += random.Next(4) == 0 ? (random.NextDouble() - 0.5) * Math.Pow(10, -random.Next(16)) : 0;
        return new()
        {
            At = at,
            Kind = folds ? CompressionStepKind.Fold : CompressionStepKind.Merge,
            Description = "",
            Fates = fates,
            Added = added,
            NextWeights = matrix,
            NextBias = [.. weights.Bias.Select(b => b + (random.Next(2) * (random.NextDouble() - 0.5)))],
            Folds = folds,
        };
    }

    private static RewrittenNeuron Fate(Random random, DraftLayer layer, Box inputs, int neuron, bool folds)
    {
        DraftRow row = layer.Rows[neuron];
        double factor = (random.NextDouble() * 4) + 0.1;
        double Distance(double by) =>
            UpperBound.Add(
                inputs.Largest(
                    [.. layer.Row(neuron).ToArray().Zip(layer.Row(0).ToArray(), (a, b) => a - (by * b))], row.Bias - (by * layer.Bias[0])),
                    1e-12);
        return (folds ? 1 + random.Next(3) : random.Next(6)) switch
        {
            0 => default,
            1 => new(NeuronFate.Zero, Error: row.Most),
            2 => new(NeuronFate.Constant, Value: 0.5, Error: UpperBound.Add(row.Most, 0.5)),
            3 => new(NeuronFate.Linear, Error: row.Slack),
            4 => new(NeuronFate.Multiple, 0, factor, Distance(factor)),
            _ => new(NeuronFate.Opposite, 0, factor, UpperBound.Multiply(2, Distance(-factor))),
        };
    }

    private static AddedNeuron Added(Random random, int columns, Box inputs)
    {
        double[] weights = [.. Enumerable.Range(0, columns).Select(_ => random.NextDouble() - 0.5)];
        double bias = random.NextDouble() - 0.3; // it need not be active: the violation is its slack
        (double lower, double upper) = inputs.Range(weights, bias);
        return new(weights, bias, lower, upper);
    }

    private static ReluNetwork Plain(DraftNetwork network) => new(network.Layers.Select((l, at) => new AffineLayer(
        l.Weights, l.Bias, l.Count, l.Columns, at == network.Depth ? Activation.Identity : Activation.Relu, WeightPrecision.Float64)));

    private static AffineLayer Layer(Random random, int outputs, int inputs, bool last)
    {
        double Number() =>
            random.Next(6) switch { 0 => 0, 1 => random.Next(-2, 3), 2 => (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-30, 5)),
                _ => (2 * random.NextDouble()) - 1 };
        return new(
            [.. Enumerable.Range(0, outputs * inputs).Select(_ => Number())], [.. Enumerable.Range(0, outputs).Select(_ => Number())],
            outputs, inputs, last ? Activation.Identity : Activation.Relu, WeightPrecision.Float64);
    }
}
