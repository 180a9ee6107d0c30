using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Witnesses;

/// <summary>Evaluation, gradients and the check of witnesses behind Sigmoid and Tanh.</summary>
public sealed class SmoothCheckTests
{
    private static readonly MapShape One = MapShape.Vector(1);

    [Theory]
    [InlineData(LayerUnit.Logistic)]
    [InlineData(LayerUnit.Tanh)]
    internal void Signs_ErrorBelowTheFunction_ReachesWhatLiesBehind(LayerUnit unit)
    {
        // f(0.3 within a radius) minus a number that is f(0.3) but for 2^-10: the radius times the slope of f decides.
        double value = unit == LayerUnit.Tanh ? Math.Tanh(0.3) : 1 / (1 + Math.Exp(-0.3)), slope = unit == LayerUnit.Tanh
            ? 1 - (value * value) : value * (1 - value), margin = 1.0 / 1024;
        sbyte SignWithin(double radius)
        {
            LoweredLayer smooth = new("s", One, [new(0, new DiagonalMap(One, 0.3))], new double[1], new[] { radius }, unit, 0),
                top = new("r", One, [new(1, new DiagonalMap(One))], new[] { margin - value }, default, LayerUnit.Rectifier, 1);
            return Signs(smooth, top);
        }

        Assert.Equal(1, SignWithin(0.9 * margin / slope));
        Assert.Equal(0, SignWithin(1.1 * margin / slope));
    }

    [Theory]
    [InlineData(LayerUnit.Logistic, 0.3)]
    [InlineData(LayerUnit.Tanh, 0.7)]
    internal void Signs_RoundingOfTheFunction_IsNeverASign(LayerUnit unit, double at)
    {
        // Minus the value that doubles give: the true sign is that of a rounding error.
        var smooth = new LoweredLayer("s", One, [new(0, new DiagonalMap(One, at))], new double[1], default, unit, 0);
        double value = smooth.Smooth!.Value(at);
        foreach (int steps in (int[])[-20, -1, 0, 1, 20])
        {
            double bias = -value - (steps * Rounding.Unit * value);
            var top = new LoweredLayer("r", One, [new(1, new DiagonalMap(One))], new[] { bias }, default, LayerUnit.Rectifier, 1);
            int exact = (PreciseSmooth.Value(unit == LayerUnit.Tanh, at) + bias).Sign;
            Assert.True(Signs(smooth, top) is var sign && (sign == 0 || sign == exact));
        }
    }

    [Fact]
    public void Gradient_AwayFromKinks_IsTheSlope()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = seed % 2 == 0 ? SmoothGraphs.Dense(random, 5, 2) : SmoothGraphs.Image(random, 4, 1);
            LoweredGraph graph = network.Lowered;
            float[] single = [.. Enumerable.Range(0, network.InputSize).Select(_ => random.NextSingle())];
            double[] point = Array.ConvertAll(single, static v => (double)v);
            using var simd = new SimdNetwork(graph);
            float[][] kept = [.. simd.Widths.Skip(1).Select(static w => new float[w])];
            var scratch = new SimdScratch();
            simd.Forward(single, 1, simd.Depth, scratch, number => kept[number - 1], static _ => { });
            double[][] values = SmoothGraphs.Values(network.Graph!, point);
            for (int layer = 1; layer <= simd.Depth; layer++)
            {
                double[] z = SmoothGraphs.PreActivations(network.Graph!, values, graph.Rectifier(layer).Layer);
                Assert.All(z.Zip(kept[layer - 1]), static pair => Assert.Equal(pair.First, pair.Second, 1e-4));
                int neuron = random.Next(z.Length), k = random.Next(point.Length);
                simd.Aim(layer);
                float[] gradient = simd.Gradient(layer, [neuron], [-1], scratch, number => kept[number - 1]).ToArray();
                Assert.Equal(-Slope(point, k, p => SmoothGraphs.PreActivations(
                    network.Graph!, SmoothGraphs.Values(network.Graph!, p), graph.Rectifier(layer).Layer)[neuron]), gradient[k], 1e-3);
            }
        }
    }

    [Fact]
    public void Evaluate_GraphsOfAllKinds_ComputesTheOutputsAndTheirGradient()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = SmoothGraphs.Dense(random, 4, 2);
            double[] point = [.. Enumerable.Range(0, 4).Select(_ => random.NextDouble())];
            double[] expected = SmoothGraphs.Values(network.Graph!, point)[^1];
            using var evaluator = new NetworkEvaluator<double>(network);
            using var single = new NetworkEvaluator<float>(network);
            Assert.All(expected.Zip(network.Evaluate(point)), static pair => Assert.Equal(pair.First, pair.Second, 1e-13));
            Assert.All(expected.Zip(evaluator.Evaluate(point, 1)), static pair => Assert.Equal(pair.First, pair.Second, 1e-13));
            Assert.All(
                expected.Zip(single.Evaluate(Array.ConvertAll(point, static v => (float)v), 1)),
                static pair => Assert.Equal(pair.First, pair.Second, 1e-4));
            double[] gradient = evaluator.Gradient(evaluator.Trace(point, 1), [1, -2], 1);
            for (int k = 0; k < point.Length; k++)
            {
                double slope = Slope(
                    point, k, p => SmoothGraphs.Values(network.Graph!, p)[^1] is var y ? y[0] - (2 * y[1]) : 0);
                Assert.Equal(slope, gradient[k], 1e-5);
            }
        }
    }

    private static double Slope(double[] point, int k, Func<double[], double> value)
    {
        double[] up = [.. point], down = [.. point];
        up[k] += 1e-7;
        down[k] -= 1e-7;
        return (value(up) - value(down)) / 2e-7;
    }

    /// <summary>The proven sign of the rectifier where the input is 1.</summary>
    private static sbyte Signs(LoweredLayer smooth, LoweredLayer top)
    {
        var builder = new GraphBuilder();
        builder.AddOutput("y", builder.Add(new ReluOperator(), new(1), "", "", builder.AddInput("x", new(1))));
        ReluNetwork network = new ReluNetwork(builder.Build()).With(new LoweredGraph(One, [smooth, top], [2]));
        using var check = new WitnessCheck(network, new([1], [1]));
        return check.Signs([1])[0];
    }
}
