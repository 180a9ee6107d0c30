using CsCheck;
using ExactCompression.Certificates.Checking;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>The checker's own reading of graphs, against the operators' definitions and against what searches work on.</summary>
public sealed class CheckedGraphTests
{
    private static readonly Gen<int> Seeds = Gen.Int[0, int.MaxValue - 1];

    /// <summary>Outputs are exactly those of the operators, at any input.</summary>
    [Fact]
    public void Of_AnyGraph_ComputesWhatItsOperatorsDo() => Seeds.Sample(
        static seed =>
        {
            var random = new Random(seed);
            NetworkGraph graph = OperatorGraphs.Of(random, random.Next(1, 7), isRational: true);
            var network = new ReluNetwork(graph);
            double[] input = Input(random, network.InputSize);
            Rational[][] values;
            try
            {
                values = ExactOperators.Values(graph, input);
            }
            catch (NotSupportedException)
            {
                return; // a root that is no fraction
            }

            CheckedGraph read = GraphReading.Read(network, "original", new());
            Rational[][] found = ExactValues.Of(read, input.Select(static x => (Rational)x));
            Assert.Equal(graph.Outputs.SelectMany(o => values[o.Value]), read.Outputs.SelectMany(o => found[o]));
            for (int layer = 1; layer <= network.Depth; layer++)
            {
                var rectified = (RectifiedValue)read.Values[read.Rectifiers[read.Layers[layer - 1]]];
                Assert.Equal(ExactOperators.PreActivations(graph, values, layer), found[rectified.Source]);
            }
        },
        iter: 300);

    /// <summary>
    /// Rectifiers have the order that searches number them in, so that slopes and trees that were found there can be stated here.
    /// </summary>
    [Fact]
    public void Of_AnyGraph_HasTheRectifiersOfTheLoweredGraph() => Seeds.Sample(
        static seed =>
        {
            var random = new Random(seed);
            ReluNetwork network = random.Next(2) == 0
                ? new(OperatorGraphs.Of(random, random.Next(1, 9), isRational: true))
                : SmallGraphs.Next(random, () => random.NextDouble() - 0.5);
            CheckedGraph read = GraphReading.Read(network, "original", new());
            LoweredGraph lowered = network.Lowered;
            Assert.Equal(
                Enumerable.Range(1, lowered.Rectifiers).Select(k => lowered.Rectifier(k).Width),
                read.Rectifiers.Select(v => read.Values[v].Size));
            for (int layer = 1; layer <= network.Depth; layer++)
                Assert.Equal(layer, lowered.Rectifier(read.Layers[layer - 1] + 1).Layer);
            if (network.Graph!.Nodes.Any(static n => n.Operator is ScaleShiftOperator { Part.Kind: AffinePartKind.BatchNormalization }))
                return; // roots, which are no fractions
            Rational[] input = [.. Input(random, network.InputSize).Select(static x => (Rational)x)];
            Rational[][] expected = new ExactGraph(lowered, random).PreActivations(input), found = ExactValues.Of(read, input);
            for (int k = 1; k <= lowered.Rectifiers; k++)
            {
                Rational[] z = found[((RectifiedValue)read.Values[read.Rectifiers[k - 1]]).Source];
                Assert.All(expected[lowered.ValueOf(k) - 1].Zip(z), static p => Assert.True(Rational.Abs(p.First - p.Second) < 1e-9));
            }
        },
        iter: 150);

    /// <summary>Chains of dense layers; what rectifies the outputs is claimed about nowhere.</summary>
    [Fact]
    public void Of_DenseLayers_ReadsThemAsTheyAre()
    {
        var network = new ReluNetwork(
            [
                new AffineLayer([1, 2, 0, -1], [0.5, 0], 2, 2, Activation.Relu),
                new AffineLayer([1, 1], [-1], 1, 2, Activation.Relu),
            ]);
        CheckedGraph read = GraphReading.Read(network, "original", new());
        Assert.Equal([2], read.Rectifiers);
        Assert.Equal([0], read.Layers);
        Assert.Equal([4], read.Outputs);
        Rational[][] values = ExactValues.Of(read, [1, 2]);
        Assert.Equal([5.5, 0], values[2]);
        Assert.Equal([4.5], values[4]);
    }

    /// <summary>The hash of a graph depends on its numbers alone, and on all of them.</summary>
    [Fact]
    public void OfValues_AnyNumberChanged_ChangesTheHash() => Seeds.Sample(
        static seed =>
        {
            NetworkGraph Next(double change)
            {
                var random = new Random(seed);
                var builder = new GraphBuilder();
                int x = builder.AddInput("x", new(2, 3, 3));
                double[] filters = [.. Enumerable.Range(0, 16).Select(_ => random.NextDouble())];
                filters[random.Next(16)] += change;
                int z = builder.Add(new ConvolutionOperator(filters, [0, 1], new(2, 2)), new(2, 2, 2), $"conv {change}", "", x);
                builder.AddOutput("y", builder.Add(new ReluOperator(), new(2, 2, 2), "", "", z));
                return builder.Build();
            }

            string Hash(double change)
            {
                CheckedGraph read = GraphReading.Read(new ReluNetwork(Next(change)), "original", new());
                return GraphHashes.OfGraph(GraphHashes.OfValues(read, new()), read);
            }

            Assert.Equal(Hash(0), Hash(0));
            Assert.NotEqual(Hash(0), Hash(1e-9));
        },
        iter: 20);

    /// <summary>What a node does must be known.</summary>
    [Fact]
    public void Of_OpaqueNode_IsRefused()
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(2));
        builder.AddOutput("y", builder.Add(new OpaqueOperator("Erf"), new(2), "last", "", x));
        var refusal = Assert.Throws<Refusal>(() => GraphReading.Read(new ReluNetwork(builder.Build()), "original", new()));
        Assert.Equal("original, last", refusal.Place);
    }

    private static double[] Input(Random random, int size) => [.. Enumerable.Range(0, size).Select(_ => (random.NextDouble() * 4) - 2)];
}
