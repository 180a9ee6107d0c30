using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Networks;

/// <summary>Rectifiers of opposite values, as one.</summary>
public sealed class OpposedRectifiersTests
{
    private static readonly ParallelOptions OneThread = new() { MaxDegreeOfParallelism = 1 };

    /// <summary>All pre-activations stay what they are, in exact arithmetic, whatever the numbers.</summary>
    [Fact]
    public void Join_AnyNetwork_KeepsEveryPreActivation()
    {
        int joined = 0;
        for (int seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = Opposed(random, seed % HardNumbers.Kinds);
            LoweredGraph graph = network.Lowered, other = network.Joined;
            Assert.Equal(graph.Rectifiers, other.Rectifiers);
            if (ReferenceEquals(graph, other))
                continue;
            joined++;
            ExactGraph before = new(graph, random), after = new(other, random);
            for (int p = 0; p < 4; p++)
            {
                Rational[] point = [.. Enumerable.Range(0, network.InputSize).Select(_ => (Rational)HardNumbers.Next(random, 6))];
                Rational[][] expected = before.PreActivations(point), found = after.PreActivations(point);
                for (int number = 1; number <= graph.Rectifiers; number++)
                    Assert.Equal(expected[graph.ValueOf(number) - 1], found[other.ValueOf(number) - 1]);
                Assert.Equal(expected[graph.Outputs![0] - 1], found[other.Outputs![0] - 1]);
            }
        }

        Assert.True(joined > 80, $"{joined} networks have pairs");
    }

    /// <summary>Nothing above depends on the second of a pair, and on the first only where their halves do not cancel.</summary>
    [Fact]
    public void Join_ValuePassedOn_DependsOnNoRectifier()
    {
        AffineLayer first = Relu([1, -2, -2, 4, 3, 1], [0.5, -1, 7], 2), second = Relu([2, -1, 1, 1, 1, 0], [0, 0], 3);
        LoweredGraph graph = OpposedRectifiers.Join(LoweredGraph.Of([first, second, Output(2)]));
        LoweredLayer reader = graph.Rectifier(2);
        Assert.Equal([0, 0, 1, 1, 1, 0], Row(reader.Terms[0], 0).Concat(Row(reader.Terms[0], 1)));
        Assert.Equal([-1, 0], Row(reader.Terms[1], 0).Concat(Row(reader.Terms[1], 1)));
        LoweredLayer passed = graph.Layers[reader.Terms[1].Source - 1];
        Assert.True(passed.IsLinear);
        Assert.Equal([-2, 4], Row(passed.Terms[0], 0));
        Assert.Equal([-1], passed.Bias.ToArray());
    }

    /// <summary>
    /// Rows that are opposite but for one number, by a factor that is no power of two, or known to a radius alone; and weights of a reader
    /// that have the same sign, or whose sum would be rounded.
    /// </summary>
    [Theory]
    [InlineData(1.0, 1.0, -1.0, -1.0, 0.5)]
    [InlineData(1.0, 1.0, -1.0, -1.0000000000000002, -0.5)]
    [InlineData(1.0, 1.0, -1.0, 1.0, -0.5)]
    [InlineData(1.0, 0.0, -1.0, 1.0, -0.5)]
    [InlineData(1.0, 1.0, -3.0, -3.0, -1.5)]
    [InlineData(1.0, 1.0, 2.0, 2.0, 1.0)]
    [InlineData(0.0, 0.0, 0.0, 0.0, -0.5)]
    [InlineData(1e-320, 0.0, -0.5e-320, 0.0, -0.25)]
    [InlineData(1.0, 1.0, -1.0, -1.0, -0.5, 1e-20)]
    [InlineData(1.0, 1.0, -1.0, -1.0, -0.5, 0, 1)]
    [InlineData(1.0, 1.0, -1.0, -1.0, -0.5, 0, -1e-20)]
    public void Join_NothingToJoin_GivesTheSameGraph(
        double a, double b, double c, double d, double bias, double radius = 0, double weight = -1)
    {
        var first = new AffineLayer(
            [a, b, c, d], [0.5, bias], 2, 2, Activation.Relu, WeightPrecision.Float64, radius > 0 ? [0, 0, radius, 0] : null,
            radius > 0 ? [0, 0] : null);
        LoweredGraph graph = LoweredGraph.Of([first, Relu([1, weight], [0], 2), Output(1)]);
        Assert.Same(graph, OpposedRectifiers.Join(graph));
    }

    /// <summary>
    /// A network whose neurons were split has the bounds that it had before, and its trees are no larger: |x| + |y| >= |x + y| with
    /// every rectifier split.
    /// </summary>
    [Theory]
    [InlineData(1.0)]
    [InlineData(0.25)]
    public void Search_SplitNetwork_TakesNoMoreSubproblemsThanBefore(double scale)
    {
        AffineLayer[] layers = [
            Relu([1, 0, -1, 0, 0, 1, 0, -1, 1, 1, -1, -1], new double[6], 2), Relu([1, 1, 1, 1, -1, -1], [0.01], 6), Output(1)];
        var split = new List<double>();
        var back = new double[6 * 12];
        for (int i = 0; i < 6; i++)
        {
            split.AddRange(layers[0].Row(i).ToArray().Select(w => scale * w));
            split.AddRange(layers[0].Row(i).ToArray().Select(static w => -w));
            (back[(i * 12) + (2 * i)], back[(i * 12) + (2 * i) + 1]) = (1 / scale, -1);
        }

        // Its first layer has most rows twice: pairs are found all the same.
        AffineLayer[] deep = [Relu([.. split], new double[12], 2), Relu(back, new double[6], 12), .. layers[1..]];
        (int plain, VerdictLedger before) = Solved(layers);
        (int solved, VerdictLedger after) = Solved(deep);
        Assert.True(before.Lower[6] < 0 && Math.Abs(before.Lower[6] - after.Lower[18]) < 1e-12, $"{before.Lower[6]}, {after.Lower[18]}");
        Assert.InRange(solved, 3, plain);
    }

    /// <summary>Sub-problems of the tree that proves the only neuron of the last hidden layer never below 0.</summary>
    private static (int Solved, VerdictLedger Ledger) Solved(AffineLayer[] layers)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(new ReluNetwork(layers), new([-1, -1], [1, 1])));
        using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
        BoundPropagation.Run(ledger, clock);
        using var below = new RelaxedGraph(ledger.Domain, ledger.Network.Joined);
        LoweredLayer top = below.AdvanceTo(1);
        for (int number = 1; number < ledger.Graph.Rectifiers; number++)
        {
            below.Add(ledger.LowerOf(number), ledger.UpperOf(number));
            top = below.AdvanceTo(number + 1);
        }

        var tree = new ReluBranchAndBound(new(top, below), new(ledger.Count - 1, Above: false), 0);
        tree.Continue(100_000, null, OneThread);
        Assert.True(tree.IsProven);
        return (tree.Solved, ledger);
    }

    /// <summary>A network of two hidden layers; some rows of the first are opposite to others, up to a factor.</summary>
    private static ReluNetwork Opposed(Random random, int kind)
    {
        int inputs = random.Next(1, 4), width = random.Next(2, 7);
        AffineLayer layer = HardNumbers.Layer(random, kind, width, inputs);
        double[] weights = layer.Weights.ToArray(), bias = layer.Bias.ToArray();
        for (int i = 1; i < width; i++)
        {
            if (random.Next(3) == 0)
                continue;
            int from = random.Next(i);
            double factor = (random.Next(4) == 0 ? 1 : -1) * Math.ScaleB(1, random.Next(-2, 3));
            for (int j = 0; j < inputs; j++)
                weights[(i * inputs) + j] = factor * weights[(from * inputs) + j];
            bias[i] = factor * bias[from];
        }

        AffineLayer next = HardNumbers.Layer(random, kind, 3, width), last = HardNumbers.Layer(random, kind, 2, 3, Activation.Identity);
        return new([new(weights, bias, width, inputs, Activation.Relu, WeightPrecision.Float64), Exact(next), Exact(last)]);
    }

    private static AffineLayer Exact(AffineLayer layer) =>
        new(layer.Weights.ToArray(), layer.Bias.ToArray(), layer.Outputs, layer.Inputs, layer.Activation, WeightPrecision.Float64);

    private static double[] Row(LinearTerm term, int row) => ((DenseMap)term.Map).Row(row).ToArray();

    private static AffineLayer Relu(double[] weights, double[] bias, int inputs) =>
        new(weights, bias, bias.Length, inputs, Activation.Relu, WeightPrecision.Float64);

    private static AffineLayer Output(int inputs) => new([.. Enumerable.Repeat(1.0, inputs)], [0], 1, inputs, Activation.Identity);
}
