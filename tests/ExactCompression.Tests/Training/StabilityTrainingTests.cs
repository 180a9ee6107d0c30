using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using ExactCompression.Training;
using Xunit;

namespace ExactCompression.Tests.Training;

public sealed class StabilityTrainingTests
{
    private static readonly Lazy<InputData> Digits = new(
        static () => InputDataFiles.Read(TestFiles.Example("digits.csv.gz"), new() { LabelColumn = "Last", Scale = 1.0 / 16 }));

    public static TheoryData<StabilityMode, double, double[], int[]> Penalties => new()
    {
        { StabilityMode.Tanh, 0, [0.05], [7, 33] },
        { StabilityMode.Tanh, 0.03, [0.05], [40, 35, 3] },
        { StabilityMode.Tanh, 0.1, [0.2, 0.03], [7, 33] },
        { StabilityMode.Width, 0, [0.01], [40, 35, 3] },
        { StabilityMode.Width, 0.05, [0, 0.02, 0], [9, 6, 5] },
        { StabilityMode.Area, 0, [0.003], [7, 33] },
        { StabilityMode.Area, 0.2, [0.01, 0, 0.02], [40, 35, 3] },
    };

    [Theory]
    [MemberData(nameof(Penalties))]
    public void Step_WithPenalty_DescendsTheGradientByFiniteDifferences(StabilityMode mode, double radius, double[] weights, int[] hidden)
    {
        InputData data = MadeData.Random(23, 19, 3, 0.7, seed: 3);
        var random = new Random(9);
        var options = new ClassifierOptions { Hidden = hidden, Momentum = 0, ValidationFraction = 0, Stability = weights,
            StabilityMode = mode, StabilityRadius = radius };
        var set = new TrainingSet(data, 0, random);
        using var network = new TrainingNetwork(set, options, random);
        int[] rows = [4, 0, 22, 9, 17, 9, 1];
        // The first step puts biases where they are not zero; it has more rows than the one that is checked.
        network.Step(set.Order, 0.1);
        ReluNetwork before = Result(network, options);
        network.Step(rows, 1);
        ReluNetwork after = Result(network, options);
        var plain = new PlainTraining(before);
        double largest = 0;
        for (int l = 0; l < before.Layers.Count; l++)
        {
            (AffineLayer was, AffineLayer layer) = (before.DenseLayers[l], after.DenseLayers[l]);
            for (int o = 0; o < was.Outputs; o++)
            {
                for (int k = -1; k < was.Inputs; k++)
                {
                    // Closer to a weight's kink at 0 than the step of the differences, these say nothing.
                    if (k >= 0 && Math.Abs(was.Row(o)[k]) < 2e-6)
                        continue;
                    double slope = plain.Slope(data, rows, l, o, k, options);
                    double step = k < 0 ? was.Bias.Span[o] - layer.Bias.Span[o] : was.Row(o)[k] - layer.Row(o)[k];
                    Assert.True(
                        Math.Abs(slope - step) <= 3e-6 + (1e-5 * Math.Abs(slope)), $"Layer {l}, weight {o}, {k}: {step}, not {slope}.");
                    largest = Math.Max(largest, Math.Abs(slope - plain.Slope(data, rows, l, o, k)));
                }
            }
        }

        // The penalty matters, or the test would see nothing.
        Assert.True(largest > 1e-3, $"The largest slope of the penalty is {largest}.");
    }

    [Theory]
    [InlineData(StabilityMode.Tanh, 0)]
    [InlineData(StabilityMode.Tanh, 0.1)]
    [InlineData(StabilityMode.Width, 0.1)]
    public void Train_AnyNumberOfThreads_GivesTheSameNetwork(StabilityMode mode, double radius)
    {
        InputData data = MadeData.Random(300, 150, 5, 0.5, seed: 8);
        byte[] Trained(int threads) => Weights(ClassifierTraining.Train(
            data, new() { Hidden = [150, 90], L1 = 0.001, Stability = [1e-4], StabilityMode = mode, StabilityRadius = radius,
                Epochs = 3, Threads = threads, LearningRate = 0.02 }, null, CancellationToken.None));
        byte[] alone = Trained(1);
        foreach (int threads in new[] { 2, 3, 7 })
            Assert.Equal(alone, Trained(threads));
    }

    [Fact]
    public void Train_WeightZero_IsBitIdenticalToNoPenalty()
    {
        var options = new ClassifierOptions { Hidden = [20, 10], L1 = 0.002, Epochs = 5 };
        ReluNetwork without = Train(options);
        foreach (double[] zero in new double[][] { [0], [0, 0] })
        {
            foreach (double radius in new[] { 0, 0.1 })
            {
                ReluNetwork with = Train(options with { Stability = zero, StabilityRadius = radius, StabilityMode = StabilityMode.Area });
                Assert.Equal(Weights(without), Weights(with));
                Assert.Equal(without.Name, with.Name);
            }
        }

        Assert.NotEqual(Weights(without), Weights(Train(options with { Stability = [0, 1e-3], StabilityRadius = 0.1 })));
    }

    [Theory]
    [InlineData(StabilityMode.Width, 0.001)]
    [InlineData(StabilityMode.Area, 0.0001)]
    public void Train_WithPenaltyOverTheWholeDomain_HasMoreStableNeurons(StabilityMode mode, double weight)
    {
        var options = new ClassifierOptions { Hidden = [48, 32], L1 = 0.001, Epochs = 60 };
        ReluNetwork with = Train(options with { Stability = [weight], StabilityMode = mode });
        Assert.True(StableNeurons(with, null) >= StableNeurons(Train(options), null) + 10);
        Assert.InRange(with.Training!.ValidationAccuracy!.Value, 0.9, 1);
    }

    [Fact]
    public void Train_WithPenaltyAroundRows_HasMoreStableNeuronsThere()
    {
        var options = new ClassifierOptions { Hidden = [32, 24], Epochs = 60 };
        ReluNetwork without = Train(options), with = Train(
            options with { Stability = [0.003], StabilityMode = StabilityMode.Tanh, StabilityRadius = 0.1 });
        int Stable(ReluNetwork network) => Enumerable.Range(0, 10).Sum(
            row => StableNeurons(network, InputDomain.Ball(Digits.Value, row * 17, 0.1, double.NegativeInfinity, double.PositiveInfinity)));
        Assert.True(Stable(with) > Stable(without) + 40);
        Assert.InRange(with.Training!.ValidationAccuracy!.Value, 0.9, 1);
    }

    [Fact]
    public void Train_OptionsOfThePenalty_TravelWithTheNetwork()
    {
        var options = new ClassifierOptions { Hidden = [8, 4], Stability = [1e-3, 2e-3], StabilityMode = StabilityMode.Area,
            StabilityRadius = 0.25, Epochs = 2 };
        ReluNetwork network = Train(options);
        Assert.Equal("digits_8-4_l1-0_area-0.001-0.002_r-0.25", network.Name);
        ClassifierOptions again = ((ReluNetwork)PortableForm.Read(PortableForm.Of(network))).Training!.Options;
        Assert.Equal(options.Stability, again.Stability);
        Assert.Equal((StabilityMode.Area, 0.25), (again.StabilityMode, again.StabilityRadius));
    }

    [Fact]
    public void Train_WithoutHiddenLayers_HasNothingToPenalise() =>
        Assert.Equal(
            Weights(Train(new() { Hidden = [], Epochs = 3 })), Weights(Train(new() { Hidden = [], Epochs = 3, Stability = [0.1] })));

    [Fact]
    public void Train_PenaltyThatDiverges_NamesIt()
    {
        var error = Assert.Throws<InvalidInputException>(
            static () => Train(new() { Hidden = [32, 32, 32], Stability = [1e20], StabilityMode = StabilityMode.Area, Epochs = 20 }));
        Assert.Equal("TrainingDiverged", error.ErrorId);
        Assert.Contains("-Stability", error.Message, StringComparison.Ordinal);
    }

    private static ReluNetwork Train(ClassifierOptions options) =>
        ClassifierTraining.Train(Digits.Value, options, null, CancellationToken.None);

    private static int StableNeurons(ReluNetwork network, InputDomain? domain)
    {
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, domain), null, new(), CancellationToken.None);
        Assert.Equal(0, table.Undetermined);
        return table.StablyActive + table.StablyInactive;
    }

    private static ReluNetwork Result(TrainingNetwork network, ClassifierOptions options) =>
        network.Result("made", new(options, "made", 0, 0, [], 0, false))!;

    private static byte[] Weights(ReluNetwork network) =>
        [.. network.DenseLayers.SelectMany(static l => l.Weights.ToArray().Concat(l.Bias.ToArray())).SelectMany(BitConverter.GetBytes)];
}
