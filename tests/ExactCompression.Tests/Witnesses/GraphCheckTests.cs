using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Witnesses;

/// <summary>The check of witnesses on networks that are graphs, against exact arithmetic.</summary>
public sealed class GraphCheckTests
{
    [Fact]
    public void Signs_HardNumbers_AreThoseOfExactArithmetic()
    {
        int shown = 0, lost = 0;
        for (int seed = 0; seed < 84; seed++)
        {
            var random = new Random(seed);
            int kind = seed % HardNumbers.Kinds;
            ReluNetwork network = SmallGraphs.Next(random, () => random.Next(5) == 0 ? 0 : HardNumbers.Next(random, kind));
            double[] point = [.. Enumerable.Range(0, SmallGraphs.Inputs).Select(_ => HardNumbers.Next(random, kind))];
            if (!AreFinite(network, point))
                continue;
            Rational[][] values = ExactOperators.Values(network.Graph!, point);
            using var check = new WitnessCheck(network, new(point, point));
            sbyte[] signs = check.Signs(point);
            var layout = new NeuronLayout(network);
            for (int i = 0; i < signs.Length; i++)
            {
                (int layer, int neuron) = layout.NeuronOf(i);
                if (layer == 0)
                    continue;
                int exact = ExactOperators.PreActivations(network.Graph!, values, layer)[neuron].Sign;
                Assert.True(signs[i] == 0 || signs[i] == exact, $"seed {seed}: neuron {layer}:{neuron} is {exact}, not {signs[i]}");
                shown += signs[i] != 0 ? 1 : 0;
                lost += signs[i] == 0 && exact != 0 ? 1 : 0;
            }
        }

        Assert.InRange(shown, 1000, int.MaxValue);
        Assert.InRange(lost, 10, shown);
    }

    [Fact]
    public void Credit_SumOfManyTermsLosesThem_ClaimsNoSign()
    {
        // 1 and many terms that are lost in the sum: above 0 by 299 u, computed as -100 u or so.
        const int Terms = 400;
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(Terms));
        int[] parts = [.. Enumerable.Range(0, Terms).Select(
            i => builder.Add(new SelectOperator([[i]]), new(1), "", "", x))];
        int sum = builder.Add(new SumOperator([.. Enumerable.Repeat(1, Terms)]), new(1), "", "", parts);
        int shifted = builder.Add(new DenseOperator([1], [-1 - (100 * Rounding.Unit)], 1), new(1), "", "", sum);
        builder.AddOutput("y", builder.Add(new ReluOperator(), new(1), "", "", shifted));
        var network = new ReluNetwork(builder.Build());
        double[] point = [.. Enumerable.Range(0, Terms).Select(static i => i == 0 ? 1 : 0.99 * Rounding.Unit)];
        using var check = new WitnessCheck(network, new(point, point));
        Assert.NotEqual(-1, check.Signs(point)[0]);
    }

    [Fact]
    public void Signs_ErrorOfOneBranch_ReachesTheSum()
    {
        // The branch is above 1 by 299 u, computed as 1; the other one is exact.
        const int Terms = 400;
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(Terms));
        double[] ones = [.. Enumerable.Repeat(1.0, Terms)], first = [1, .. new double[Terms - 1]];
        int branch = builder.Add(new ReluOperator(), new(1), "", "", builder.Add(new DenseOperator(ones, [0], Terms), new(1), "", "", x));
        int exact = builder.Add(
            new ReluOperator(), new(1), "", "", builder.Add(new DenseOperator(first, [100 * Rounding.Unit], Terms), new(1), "", "", x));
        int difference = builder.Add(new SumOperator([1, -1]), new(1), "", "", branch, exact);
        builder.AddOutput("y", builder.Add(new ReluOperator(), new(1), "", "", difference));
        var network = new ReluNetwork(builder.Build());
        double[] point = [.. Enumerable.Range(0, Terms).Select(static i => i == 0 ? 1 : 0.99 * Rounding.Unit)];
        using var check = new WitnessCheck(network, new(point, point));
        Assert.NotEqual(-1, check.Signs(point)[^1]);
    }

    [Fact]
    public void Signs_SecondTermLosesManyTerms_ClaimsNoSignAbove()
    {
        // The sum of the second term is 1 + 395 u, computed as 1; the layer above takes 1 + 100 u away.
        const int Many = 400;
        MapShape input = MapShape.Vector(Many), one = MapShape.Vector(1);
        double[] swallowed = [.. Enumerable.Range(0, Many).Select(static i => i == 0 ? 1 : 0.99 * Rounding.Unit)];
        var sum = new LoweredLayer(
            "sum", one, [new(0, new DenseMap(new double[Many], one, input)), new(0, new DenseMap(swallowed, one, input))], new double[1],
            default, LayerUnit.Rectifier, 1);
        var difference = new LoweredLayer(
            "difference", one, [new(1, new DiagonalMap(one))], new[] { -1 - (100 * Rounding.Unit) }, default, LayerUnit.Rectifier, 2);
        Assert.NotEqual(-1, Signs(Many, sum, difference)[1]);
    }

    [Fact]
    public void Signs_RadiusOfTheSecondTerm_LeavesTheSignOpen()
    {
        // z is anything from 2^-10 - r to 2^-10 + r.
        sbyte SignWithin(double radius)
        {
            MapShape one = MapShape.Vector(1);
            var sum = new LoweredLayer(
                "sum", one, [new(0, new DiagonalMap(one, 1.0 / 1024)), new(0, new DiagonalMap(one, new double[1], [radius]))],
                new double[1], default, LayerUnit.Rectifier, 1);
            return Signs(1, sum)[0];
        }

        Assert.Equal(1, SignWithin(1.0 / 2048));
        Assert.Equal(0, SignWithin(1.0 / 512));
    }

    [Fact]
    public void Credit_ManyPoints_CreditsEachNeuronAtAPointThatShowsIt()
    {
        var random = new Random(4);
        ReluNetwork network = SmallGraphs.Next(random, () => random.NextDouble() - 0.5);
        var domain = new InputDomain([.. new double[SmallGraphs.Inputs]], [.. Enumerable.Repeat(1.0, SmallGraphs.Inputs)]);
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, domain));
        using var check = new WitnessCheck(network, domain);
        double[][] points = [.. Enumerable.Range(0, 100).Select(
            _ => Enumerable.Range(0, SmallGraphs.Inputs).Select(_ => random.NextDouble()).ToArray())];
        Assert.True(check.Credit(points, ledger) > 0);
        foreach (NeuronStability neuron in ledger.ToTable(default, [], null).Neurons)
        {
            foreach ((double[]? witness, int sign) in ((double[]?, int)[])[(neuron.PositiveWitness, 1), (neuron.NegativeWitness, -1)])
            {
                if (witness is null)
                    continue;
                Rational[][] values = ExactOperators.Values(network.Graph!, witness);
                Assert.Equal(sign, ExactOperators.PreActivations(network.Graph!, values, neuron.Layer)[neuron.Neuron].Sign);
            }
        }
    }

    /// <summary>The proven signs of some layers where all inputs are 1.</summary>
    private static sbyte[] Signs(int inputs, params LoweredLayer[] layers)
    {
        var builder = new GraphBuilder();
        builder.AddOutput("y", builder.Add(new ReluOperator(), new(inputs), "", "", builder.AddInput("x", new(inputs))));
        double[] point = [.. Enumerable.Repeat(1.0, inputs)];
        ReluNetwork network = new ReluNetwork(builder.Build()).With(new LoweredGraph(MapShape.Vector(inputs), layers, [layers.Length]));
        using var check = new WitnessCheck(network, new(point, point));
        return check.Signs(point);
    }

    /// <summary>Whether no value is close to the end of double's range; the oracle takes finite numbers alone.</summary>
    private static bool AreFinite(ReluNetwork network, double[] point) =>
        LoweredEvaluation.Values(network.Lowered, point).All(static value => Array.TrueForAll(value, static v => Math.Abs(v) < 1e300));
}
