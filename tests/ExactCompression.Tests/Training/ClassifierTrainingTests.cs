using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Training;

public sealed class ClassifierTrainingTests
{
    private static readonly Lazy<InputData> Digits = new(
        static () => InputDataFiles.Read(TestFiles.Example("digits.csv.gz"), new() { LabelColumn = "Last", Scale = 1.0 / 16 }));

    [Theory]
    [InlineData(L1Mode.Proximal, TrainingOptimizer.Sgd, 0.002, 0.1)]
    [InlineData(L1Mode.Subgradient, TrainingOptimizer.Sgd, 0.0002, 0.1)]
    [InlineData(L1Mode.Proximal, TrainingOptimizer.Adam, 0.002, 0.01)]
    public void Train_Digits_ClassifiesRowsItHasNotSeen(L1Mode mode, TrainingOptimizer optimizer, double l1, double rate)
    {
        ReluNetwork network = ClassifierTraining.Train(
            Digits.Value, new() { Hidden = [48, 32], L1 = l1, L1Mode = mode, Optimizer = optimizer, LearningRate = rate, Epochs = 40 },
            null, CancellationToken.None);
        TrainingHistory history = network.Training!;
        Assert.True(history.Completed);
        Assert.Equal((1617, 180, 40 * 13), (history.TrainRows, history.ValidationRows, history.Steps));
        Assert.InRange(history.ValidationAccuracy!.Value, 0.9, 1);
        Assert.InRange(history.Loss!.Value, 0, history.Epochs[0].Loss / 2);
        Assert.Equal("64-48-32-10", network.Architecture);
        Assert.Equal(network.ConnectionCount - network.NonZeroConnectionCount, history.Epochs[^1].ZeroWeights);
        Assert.Equal(WeightPrecision.Float32, network.Precision);
        Assert.Equal(Activation.Identity, network.Layers[^1].Activation);
        // What the history says of all rows trained on holds of the network: the measurement is another code.
        double all = NetworkMeasurement.Measure(network, Digits.Value, CancellationToken.None).Accuracy!.Value;
        Assert.InRange(all, ((0.9 * history.TrainAccuracy!.Value) + (0.1 * history.ValidationAccuracy.Value)) - 0.02, 1);
    }

    [Fact]
    public void Train_WithoutHiddenLayers_IsALinearClassifier()
    {
        ReluNetwork network = ClassifierTraining.Train(Digits.Value, new() { Hidden = [], Epochs = 80 }, null, CancellationToken.None);
        Assert.Equal(("64-10", "digits_linear_l1-0"), (network.Architecture, network.Name));
        Assert.InRange(network.Training!.ValidationAccuracy!.Value, 0.9, 1);
        Assert.Equal(
            0, StabilityAnalysis.FindStable(StabilityTable.Undecided(network, null), null, new(), CancellationToken.None).Undetermined);
    }

    [Fact]
    public void Train_LargePenalty_MakesWeightsExactlyZeroAndNotBiases()
    {
        ReluNetwork network = ClassifierTraining.Train(
            Digits.Value, new() { Hidden = [20], L1 = 1, Epochs = 30 }, null, CancellationToken.None);
        Assert.Equal(0, network.NonZeroConnectionCount);
        Assert.Equal(network.ConnectionCount, network.Training!.Epochs[^1].ZeroWeights);
        Assert.All(network.DenseLayers[^1].Bias.ToArray(), static b => Assert.NotEqual(0, b));
        Assert.All(network.DenseLayers.SelectMany(static l => l.Weights.ToArray()), static w => Assert.False(double.IsNegative(w)));
    }

    [Fact]
    public void Train_AnyNumberOfThreads_GivesTheSameNetwork()
    {
        // Wide enough that the work is shared out; rows of many zeros and of few.
        foreach (double share in new[] { 0.2, 0.9 })
        {
            InputData data = MadeData.Random(300, 150, 5, share, seed: 8);
            byte[] Trained(int threads, int seed) =>
                Weights(ClassifierTraining.Train(
                    data, new() { Hidden = [150, 90], L1 = 0.001, Epochs = 3, Threads = threads, Seed = seed, LearningRate = 0.02 }, null,
                    CancellationToken.None));
            byte[] alone = Trained(1, 4);
            foreach (int threads in new[] { 2, 3, 7, 0 })
                Assert.Equal(alone, Trained(threads, 4));
            Assert.NotEqual(alone, Trained(1, 5));
        }
    }

    [Fact]
    public void Train_Cancelled_GivesTheNetworkSoFar()
    {
        using var stop = new CancellationTokenSource();
        var options = new ClassifierOptions { Hidden = [16], L1 = 0.001, Epochs = 50, LearningRateDecay = 1 };
        ReluNetwork stopped = ClassifierTraining.Train(Digits.Value, options, new After(3, stop), stop.Token);
        Assert.False(stopped.Training!.Completed);
        Assert.Equal((3, 39L), (stopped.Training.Epochs.Count, stopped.Training.Steps));
        Assert.Contains("stopped early", stopped.Training.ToString(), StringComparison.Ordinal);
        ReluNetwork shorter = ClassifierTraining.Train(Digits.Value, options with { Epochs = 3 }, null, CancellationToken.None);
        Assert.Equal(Weights(shorter), Weights(stopped));
        ReluNetwork untrained = ClassifierTraining.Train(Digits.Value, options, null, stop.Token);
        Assert.Equal((0, 0L), (untrained.Training!.Epochs.Count, untrained.Training.Steps));
        Assert.Null(untrained.Training.ValidationAccuracy);
    }

    [Fact]
    public void Train_BatchLargerThanTheData_TakesAllRows()
    {
        InputData data = MadeData.Random(10, 4, 2, 1, seed: 1);
        ReluNetwork network = ClassifierTraining.Train(
            data, new() { Hidden = [3], BatchSize = 1_000_000, Epochs = 2, ValidationFraction = 0 }, null, CancellationToken.None);
        Assert.Equal((2L, 10, 0), (network.Training!.Steps, network.Training.TrainRows, network.Training.ValidationRows));
        Assert.Null(network.Training.ValidationAccuracy);
    }

    [Fact]
    public void Train_HistoryAndName_TravelWithTheNetwork()
    {
        ReluNetwork network = ClassifierTraining.Train(
            Digits.Value, new() { Hidden = [8, 4], L1 = 2.5e-5, Epochs = 2, Seed = 7 }, null, CancellationToken.None);
        Assert.Equal("digits_8-4_l1-0.000025", network.Name);
        Assert.Same(network.Training, network.Renamed("other").Training);
        var again = (ReluNetwork)PortableForm.Read(PortableForm.Of(network));
        Assert.Equal(network.Training!.Epochs, again.Training!.Epochs);
        Assert.Equal(
            network.Training.Options with
            {
                Hidden = again.Training.Options.Hidden, Stability = again.Training.Options.Stability,
                InputShape = again.Training.Options.InputShape,
            },
            again.Training.Options);
        Assert.Equal([8, 4], again.Training.Options.Hidden);
        Assert.Equal(network.Training.ToString(), again.Training.ToString());
        Assert.Equal(PortableForm.Of(network), PortableForm.Of(again));
    }

    [Fact]
    public void Train_EpochsLeftOut_TakesTheUsualNumberOfSteps()
    {
        InputData data = MadeData.Random(1280, 4, 2, 1, seed: 1);
        using var stop = new CancellationTokenSource();
        ReluNetwork network = ClassifierTraining.Train(
            data, new() { Hidden = [2], ValidationFraction = 0 }, new After(1, stop), stop.Token);
        Assert.Equal((1200, 1200), (network.Training!.Options.Epochs, network.Training.Epochs[0].Epochs));
    }

    private static byte[] Weights(ReluNetwork network) =>
        [.. network.DenseLayers.SelectMany(static l => l.Weights.ToArray().Concat(l.Bias.ToArray())).SelectMany(BitConverter.GetBytes)];

    /// <summary>Cancels after an epoch.</summary>
    private sealed class After(int epoch, CancellationTokenSource stop) : IProgress<TrainingEpoch>
    {
        public void Report(TrainingEpoch value)
        {
            if (value.Epoch == epoch)
                stop.Cancel();
        }
    }
}
