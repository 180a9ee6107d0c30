using CsCheck;
using ExactCompression.Tests.Oracles;
using ExactCompression.Networks;
using ExactCompression.Tests.Compression;
using Xunit;

namespace ExactCompression.Tests.Networks;

public class NetworkEvaluatorTests
{
    [Fact]
    public void Evaluate_Batch_AgreesWithEvaluatingEachRow() =>
        (from network in StableNetworks.Any
         from points in StableNetworks.Points(InputDomain.Unit.For(network.InputSize), 11)
         select (network, points))
        .ForAll(
            c =>
            {
                using var evaluator = new NetworkEvaluator<double>(c.network);
                double[] outputs = evaluator.Evaluate([.. c.points.SelectMany(static p => p)], c.points.Length);
                double[] expected = [.. c.points.SelectMany(p => c.network.Evaluate(p))];
                double scale = c.points.Max(p => Magnitude(c.network, p)); // large terms that cancel leave their rounding
                Assert.All(
                    expected.Zip(outputs), pair => Assert.InRange(pair.Second - pair.First, -1e-12 * (1 + scale), 1e-12 * (1 + scale)));
            },
            count: 200);

    /// <summary>The largest sum of the sizes of an output's terms, through all layers.</summary>
    private static double Magnitude(ReluNetwork network, double[] point)
    {
        double[] sizes = Array.ConvertAll(point, Math.Abs);
        foreach (AffineLayer layer in network.Layers)
            sizes = [.. Enumerable.Range(0, layer.Outputs).Select(
                n => Math.Abs(layer.Bias.Span[n]) + Enumerable.Range(0, layer.Inputs).Sum(i => Math.Abs(layer.Row(n)[i]) * sizes[i]))];
        return sizes.Max();
    }

    [Fact]
    public void Gradient_AwayFromKinks_IsTheSlope()
    {
        var random = new Random(3);
        double[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
        var network = new ReluNetwork(
            [new(Weights(20), Weights(5), 5, 4, Activation.Relu), new(Weights(30), Weights(6), 6, 5, Activation.Relu),
                new(Weights(12), Weights(2), 2, 6, Activation.Identity)]);
        using var evaluator = new NetworkEvaluator<double>(network);
        double[] points = Weights(3 * 4), seeds = [1, 0, 0, 1, -2, 0.5];
        double[] gradient = evaluator.Gradient(evaluator.Trace(points, 3), seeds, 3);

        double Value(int row, double[] at)
        {
            double[] output = network.Evaluate(at.AsSpan(row * 4, 4));
            return (output[0] * seeds[2 * row]) + (output[1] * seeds[(2 * row) + 1]);
        }

        for (int k = 0; k < points.Length; k++)
        {
            double[] up = [.. points], down = [.. points];
            up[k] += 1e-6;
            down[k] -= 1e-6;
            Assert.Equal((Value(k / 4, up) - Value(k / 4, down)) / 2e-6, gradient[k], 1e-6);
        }
    }

    [Fact]
    public void Evaluate_MoreThanIsMultipliedAtATime_GivesEachRowsOutput()
    {
        const int Width = 1_024, Rows = 1_100;
        var random = new Random(1);
        ReluNetwork network = Wide(Width, random);
        double[] inputs = [.. Enumerable.Range(0, Rows * Width).Select(_ => random.NextDouble())];
        using var evaluator = new NetworkEvaluator<double>(network);
        double[] all = evaluator.Evaluate(inputs, Rows);
        foreach (int row in (int[])[0, 1_023, 1_024, Rows - 1])
            Assert.Equal(evaluator.Evaluate(inputs.AsSpan(row * Width, Width), 1)[0], all[row], 1e-9);
    }

    [Fact]
    public void Evaluate_Cancelled_Throws()
    {
        using var evaluator = new NetworkEvaluator<double>(Wide(4, new Random(1)));
        using var stop = new CancellationTokenSource();
        double[][] trace = evaluator.Trace(new double[4], 1, stop.Token);
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => evaluator.Evaluate(new double[4], 1, stop.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => evaluator.Trace(new double[4], 1, stop.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => evaluator.Gradient(trace, [1], 1, stop.Token));
    }

    private static ReluNetwork Wide(int width, Random random) => new(
        [new([.. Enumerable.Range(0, width * width).Select(_ => random.NextDouble() - 0.5)], new double[width], width, width,
                Activation.Relu),
            new([.. Enumerable.Range(0, width).Select(_ => random.NextDouble() - 0.5)], [0], 1, width, Activation.Identity)]);
}
