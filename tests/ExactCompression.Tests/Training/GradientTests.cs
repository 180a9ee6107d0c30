using ExactCompression.Training;
using Xunit;

namespace ExactCompression.Tests.Training;

public sealed class GradientTests
{
    public static TheoryData<int, int[], int, double> Shapes => new()
    {
        { 5, [7, 33], 3, 1 },
        { 40, [6], 2, 0.2 },
        { 17, [], 4, 0.6 },
        { 64, [40, 35, 3], 10, 0.4 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Step_WithoutMomentum_DescendsTheGradientOfTheLoss(int columns, int[] hidden, int classes, double share)
    {
        InputData data = MadeData.Random(23, columns, classes, share, seed: 3);
        var random = new Random(9);
        var options = new ClassifierOptions { Hidden = hidden, Momentum = 0, ValidationFraction = 0 };
        var set = new TrainingSet(data, 0, random);
        using var network = new TrainingNetwork(set, options, random);
        int[] rows = [4, 0, 22, 9, 17, 9, 1];
        // The first step puts biases where they are not zero.
        network.Step(set.Order, 0.1);
        ReluNetwork before = Result(network, options);
        (double loss, int _) = network.Step(rows, 1)!.Value;
        ReluNetwork after = Result(network, options);
        var plain = new PlainTraining(before);
        Assert.Equal(plain.Loss(data, rows), loss / rows.Length, 1e-5);
        for (int l = 0; l < before.Layers.Count; l++)
        {
            (AffineLayer was, AffineLayer layer) = (before.DenseLayers[l], after.DenseLayers[l]);
            for (int o = 0; o < was.Outputs; o++)
            {
                Assert.Equal(plain.Slope(data, rows, l, o, -1), was.Bias.Span[o] - layer.Bias.Span[o], 2e-6);
                for (int k = 0; k < was.Inputs; k++)
                    Assert.Equal(plain.Slope(data, rows, l, o, k), was.Row(o)[k] - layer.Row(o)[k], 2e-6);
            }
        }
    }

    [Theory]
    [InlineData(TrainingOptimizer.Sgd, L1Mode.Proximal, 0.9, 0.01)]
    [InlineData(TrainingOptimizer.Sgd, L1Mode.Subgradient, 0.9, 0.01)]
    [InlineData(TrainingOptimizer.Sgd, L1Mode.Proximal, 0, 0.1)]
    [InlineData(TrainingOptimizer.Adam, L1Mode.Proximal, 0.9, 0.01)]
    [InlineData(TrainingOptimizer.Adam, L1Mode.Subgradient, 0.8, 0)]
    public void Steps_OfEachRule_AreThoseOfTheFormulas(TrainingOptimizer optimizer, L1Mode mode, double momentum, double l1)
    {
        InputData data = MadeData.Random(60, 20, 3, 0.5, seed: 5);
        var random = new Random(2);
        var options = new ClassifierOptions { Hidden = [18, 9], Momentum = momentum, L1 = l1, L1Mode = mode, Optimizer = optimizer,
            BatchSize = 25, ValidationFraction = 0 };
        var set = new TrainingSet(data, 0, random);
        using var network = new TrainingNetwork(set, options, random);
        var plain = new PlainTraining(Result(network, options));
        for (int step = 0; step < 12; step++)
        {
            // The last batch of an epoch is shorter.
            int[] rows = [.. Enumerable.Range(0, step % 3 == 2 ? 10 : 25).Select(_ => random.Next(60))];
            double rate = optimizer == TrainingOptimizer.Adam ? 0.01 : 0.1 / (1 + step);
            network.Step(rows, rate);
            plain.Step(data, rows, options, rate);
        }

        ReluNetwork trained = Result(network, options);
        for (int l = 0; l < trained.Layers.Count; l++)
        {
            Assert.All(
                plain.Weights(l).Zip(trained.DenseLayers[l].Weights.ToArray()), static pair => Assert.Equal(pair.First, pair.Second, 2e-5));
            Assert.All(plain.Bias(l).Zip(trained.DenseLayers[l].Bias.ToArray()), static pair => Assert.Equal(pair.First, pair.Second, 2e-5));
        }

        int zeros = trained.Layers.Sum(static l => (int)(l.ConnectionCount - l.NonZeroConnectionCount));
        Assert.Equal(zeros, network.ZeroWeights);
        if (mode == L1Mode.Subgradient)
            Assert.Equal(0, zeros);
        else
            Assert.Equal(Enumerable.Range(0, 3).Sum(l => plain.Weights(l).Count(static w => w == 0)), zeros, 2.0);
    }

    [Fact]
    public void Step_OutputsThatWouldOverflow_HaveAFiniteLoss()
    {
        var gradient = new float[3];
        double loss = CrossEntropy.Differentiate([1000f, 3e38f, -3e38f], 1, 0.5f, gradient, out bool isRight);
        Assert.True(isRight);
        Assert.Equal(0, loss, 1e-12);
        Assert.Equal([0f, 0f, 0f], gradient);
        Assert.Equal(Math.Log(2), CrossEntropy.Differentiate([-5000f, -5000f], 0, 1, gradient.AsSpan(0, 2), out _), 1e-12);
        Assert.Equal([-0.5f, 0.5f, 0f], gradient);
    }

    private static ReluNetwork Result(TrainingNetwork network, ClassifierOptions options) =>
        network.Result("made", new(options, "made", 0, 0, [], 0, false))!;
}
