using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Gpu;
using ExactCompression.Tests.Oracles;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Witnesses;

/// <summary>The CPU's vector units on networks that are graphs, against plain evaluation.</summary>
public sealed class GraphSessionTests
{
    [Fact]
    public void Forward_GraphsOfAllKinds_ComputesEveryRectifier()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = Network(random);
            double[][] points = [.. Enumerable.Range(0, 70).Select(_ => Point(random))];
            double[][] expected = [.. points.Select(p => PreActivations(network.Lowered, p))];
            using var session = new SimdWitnessSession(network, Box(), threads: 2, int.MaxValue);
            session.Load([.. points.SelectMany(static p => p.Select(static v => (float)v))], points.Length);
            NeuronExtremes[] extremes = session.Extremes(expected[0].Length);
            for (int i = 0; i < extremes.Length; i++)
            {
                Assert.Equal(expected.Max(z => z[i]), extremes[i].Maximum, 1e-3);
                Assert.Equal(expected[extremes[i].MinimumPoint][i], extremes[i].Minimum, 1e-3);
                Assert.Equal(expected.Min(z => z[i]), extremes[i].Minimum, 1e-3);
            }
        }
    }

    [Fact]
    public void Gradient_AwayFromKinks_IsTheSlope()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = Network(random);
            LoweredGraph graph = network.Lowered;
            double[] point = Array.ConvertAll(Point(random), static v => (double)(float)v);
            float[] single = Array.ConvertAll(point, static v => (float)v);
            using var simd = new SimdNetwork(graph);
            float[][] z = [.. simd.Widths.Skip(1).Select(static w => new float[w])];
            var scratch = new SimdScratch();
            simd.Forward(single, 1, simd.Depth, scratch, layer => z[layer - 1], static _ => { });
            for (int layer = 1; layer <= simd.Depth; layer++)
            {
                int neuron = random.Next(simd.Widths[layer]), sign = random.Next(2) == 0 ? 1 : -1;
                simd.Aim(layer);
                float[] gradient = simd.Gradient(layer, [neuron], [sign], scratch, l => z[l - 1]).ToArray();
                for (int trial = 0; trial < 5; trial++)
                {
                    int k = random.Next(point.Length);
                    double[] up = [.. point], down = [.. point];
                    up[k] += 1e-7;
                    down[k] -= 1e-7;
                    double slope = (PreActivation(graph, layer, neuron, up) - PreActivation(graph, layer, neuron, down)) / 2e-7;
                    Assert.Equal(sign * slope, gradient[k], 1e-3);
                }
            }
        }
    }

    [Fact]
    public void Evaluate_GraphsOfAllKinds_ComputesTheOutputsAndTheirGradient()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = Network(random);
            double[] points = [.. Point(random), .. Point(random), .. Point(random)], seeds = [1, 0, 0, -2, 0.5, 1];
            using var evaluator = new NetworkEvaluator<double>(network);
            double[] outputs = evaluator.Evaluate(points, 3), gradient = evaluator.Gradient(evaluator.Trace(points, 3), seeds, 3);
            double Value(double[] at) => evaluator.Evaluate(at, 3).Zip(seeds, static (y, s) => y * s).Sum();
            for (int r = 0; r < 3; r++)
            {
                double[] point = points[(r * SmallGraphs.Inputs)..((r + 1) * SmallGraphs.Inputs)];
                double[] plain = network.Evaluate(point);
                Rational exact = ExactOperators.Values(network.Graph!, point)[network.Graph!.Outputs[0].Value][0];
                Assert.True(Rational.Abs(exact - plain[0]) < 1e-9);
                Assert.Equal(plain[0], outputs[2 * r], 1e-9);
                Assert.Equal(plain[1], outputs[(2 * r) + 1], 1e-9);
            }

            for (int trial = 0; trial < 8; trial++)
            {
                int k = random.Next(points.Length);
                double[] up = [.. points], down = [.. points];
                up[k] += 1e-7;
                down[k] -= 1e-7;
                Assert.Equal((Value(up) - Value(down)) / 2e-7, gradient[k], 1e-4);
            }
        }
    }

    [Fact]
    public void Evaluate_OutputsBehindAnOpaqueNode_SaysSo()
    {
        var builder = new GraphBuilder();
        int hidden = builder.Add(new ReluOperator(), new(2), "", "", builder.AddInput("x", new(2)));
        builder.AddOutput("y", builder.Add(new OpaqueOperator("Mystery"), new(2), "", "", hidden));
        var network = new ReluNetwork(builder.Build());
        Assert.Equal("OutputsNotComputed", Assert.Throws<InvalidInputException>(() => network.Evaluate([1, 2])).ErrorId);
        Assert.Equal("OutputsNotComputed", Assert.Throws<InvalidInputException>(() => new NetworkEvaluator<double>(network)).ErrorId);
    }

    private static ReluNetwork Network(Random random) => SmallGraphs.Next(random, () => random.NextDouble() - 0.5);

    private static double[] Point(Random random) => [.. Enumerable.Range(0, SmallGraphs.Inputs).Select(_ => random.NextDouble())];

    private static InputDomain Box() => InputDomain.Unit.For(SmallGraphs.Inputs);

    /// <summary>The pre-activations of all rectifiers.</summary>
    private static double[] PreActivations(LoweredGraph graph, double[] point)
    {
        double[][] values = LoweredEvaluation.Values(graph, point);
        return [.. Enumerable.Range(1, graph.Rectifiers).SelectMany(
            number => Enumerable.Range(0, graph.Rectifier(number).Width).Select(i => Sum(graph.Rectifier(number), i, values)))];
    }

    private static double PreActivation(LoweredGraph graph, int number, int element, double[] point) =>
        Sum(graph.Rectifier(number), element, LoweredEvaluation.Values(graph, point));

    private static double Sum(LoweredLayer layer, int element, double[][] values)
    {
        var row = new SparseRow();
        double z = layer.Bias.Span[element];
        foreach (LinearTerm term in layer.Terms)
        {
            term.Map.ReadRow(element, row);
            for (int k = 0; k < row.Count; k++)
                z += row.Weights[k] * values[term.Source][row.Columns[k]];
        }

        return z;
    }
}
