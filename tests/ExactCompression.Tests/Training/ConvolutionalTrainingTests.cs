using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Formats.Onnx;
using ExactCompression.Training;
using Xunit;

namespace ExactCompression.Tests.Training;

public sealed class ConvolutionalTrainingTests
{
    private static readonly Lazy<InputData> Digits = new(
        static () => InputDataFiles.Read(TestFiles.Example("digits.csv.gz"), new() { LabelColumn = "Last", Scale = 1.0 / 16 }));

    public static TheoryData<string, int[], bool> Shapes => new()
    {
        { "3c3s2-5c3s2-7", [1, 6, 6], false },
        { "3c3s2-5c3s2-7", [1, 6, 6], true },
        { "2c2p0", [3, 3, 4], false },
        { "2c2p1s3-4c1", [3, 3, 4], true },
        { "33c3-8c4p0-5", [1, 4, 4], false },
        { "4c5", [2, 5, 5], true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Step_WithoutMomentum_DescendsTheGradientOfTheLoss(string architecture, int[] shape, bool isNormalised)
    {
        InputData data = MadeData.Random(19, shape[0] * shape[1] * shape[2], 3, 0.7, seed: 4);
        var options = new ClassifierOptions
        {
            Architecture = architecture, InputShape = shape, BatchNormalization = isNormalised, Momentum = 0,
        };
        var random = new Random(6);
        var set = new TrainingSet(data, 0, random);
        using var network = new TrainingNetwork(set, options, random);
        int[] rows = [3, 0, 18, 7, 7, 12, 1, 5];
        // The first step puts biases and shifts where they are not zero.
        network.Step(set.Order, 0.1);
        ReluNetwork before = Result(network, options);
        (double loss, int _) = network.Step(rows, 1)!.Value;
        ReluNetwork after = Result(network, options);
        var plain = new PlainConvolutions(before);
        Assert.Equal(plain.Loss(data, rows), loss / rows.Length, 1e-5);
        int compared = 0;
        for (int n = 0; n < before.Graph!.Nodes.Count; n++)
        {
            double[][] was = PlainConvolutions.Parameters(before.Graph.Nodes[n].Operator);
            double[][] now = PlainConvolutions.Parameters(after.Graph!.Nodes[n].Operator);
            bool isFollowed = isNormalised && before.Graph.Nodes[n].Operator is ConvolutionOperator;
            for (int kind = 0; kind < was.Length; kind++)
            {
                for (int i = 0; i < was[kind].Length; i++, compared++)
                {
                    // Normalisation takes biases off again: there are none.
                    double slope = isFollowed && kind == 1 ? 0 : plain.Slope(data, rows, n, kind, i);
                    Assert.Equal(slope, was[kind][i] - now[kind][i], 2e-5);
                }
            }
        }

        Assert.InRange(compared, 20, 10_000);
    }

    [Fact]
    public void Step_FilterPenalty_IsTheProximalStepOfTheGroupLasso()
    {
        const double rate = 0.1, weight = 4;
        (ConvolutionOperator[] plain, ConvolutionOperator[] shrunk) = (After(new()), After(new() { FilterPenalty = weight }));
        int zeros = 0;
        for (int l = 0; l < plain.Length; l++)
        {
            int fan = plain[l].Filters.Length / plain[l].Channels;
            for (int o = 0; o < plain[l].Channels; o++)
            {
                double[] before = [.. plain[l].Filters.Skip(o * fan).Take(fan), plain[l].Bias[o]];
                double[] after = [.. shrunk[l].Filters.Skip(o * fan).Take(fan), shrunk[l].Bias[o]];
                double factor = Math.Max(0, 1 - (rate * weight / Math.Sqrt(before.Sum(static w => w * w))));
                zeros += factor == 0 ? 1 : 0;
                for (int i = 0; i < before.Length; i++)
                    Assert.Equal(before[i] * factor, after[i], factor == 0 ? 0 : 1e-6);
            }
        }

        Assert.InRange(zeros, 1, plain.Sum(static c => c.Channels) - 1);

        static ConvolutionOperator[] After(ClassifierOptions options)
        {
            var random = new Random(1);
            options = options with { Architecture = "12c1-20c3-4", BatchSize = 40 };
            var set = new TrainingSet(Digits.Value, 0, random);
            using var network = new TrainingNetwork(set, options, random);
            network.Step(set.Order[..40], rate);
            return [.. Result(network, options).Graph!.Nodes.Select(static n => n.Operator).OfType<ConvolutionOperator>()];
        }
    }

    [Fact]
    public void Step_ScalePenalty_IsTheSoftThresholdAndKeepsDeadChannelsOff()
    {
        const double rate = 0.1;
        double weight = 9.9;
        (double[][] plain, double[][] shrunk) = (After(0), After(weight));
        int zeros = 0;
        for (int c = 0; c < plain[0].Length; c++)
        {
            double scale = Math.Max(0, plain[0][c] - (rate * weight));
            zeros += scale == 0 ? 1 : 0;
            Assert.Equal(scale, shrunk[0][c], scale == 0 ? 0 : 1e-6);
            Assert.Equal(scale == 0 ? Math.Min(0, plain[1][c]) : plain[1][c], shrunk[1][c], 1e-7);
        }

        Assert.InRange(zeros, 1, plain[0].Length - 1);

        static double[][] After(double penalty)
        {
            var random = new Random(1);
            var options = new ClassifierOptions
            {
                Architecture = "20c3", BatchNormalization = true, ScalePenalty = penalty, BatchSize = 40,
            };
            var set = new TrainingSet(Digits.Value, 0, random);
            using var network = new TrainingNetwork(set, options, random);
            network.Step(set.Order[..40], rate);
            return PlainConvolutions.Parameters(
                Result(network, options).Graph!.Nodes.Select(static n => n.Operator).OfType<ScaleShiftOperator>().Single());
        }
    }

    [Theory]
    [InlineData("8c3s2-16c3s2-32", false)]
    [InlineData("8c3s2-16c3s2-32", true)]
    public void Train_Digits_IsAGraphThatOtherRuntimesRunAlike(string architecture, bool isNormalised)
    {
        ReluNetwork network = ClassifierTraining.Train(
            Digits.Value, new() { Architecture = architecture, BatchNormalization = isNormalised, Epochs = 30 }, null,
            CancellationToken.None);
        Assert.Equal("1x8x8-8x4x4-16x2x2-32-10", network.Architecture);
        Assert.InRange(network.Training!.ValidationAccuracy!.Value, 0.9, 1);
        Assert.Equal(isNormalised, network.Graph!.Nodes.Any(static n => n.Operator.Name == "BatchNormalization"));
        using var folder = new TemporaryFolder();
        string file = folder.File("trained.onnx");
        NetworkFormats.Write(network, file, WeightPrecision.Float32);
        ReluNetwork read = NetworkFormats.Read(file);
        using var runtime = new OnnxRuntimeOracle(File.ReadAllBytes(file));
        for (int r = 0; r < 1600; r += 80)
        {
            double[] x = [.. Digits.Value.Row(r).ToArray().Select(static v => (double)v)];
            Assert.Equal(network.Evaluate(x), read.Evaluate(x));
            Assert.All(network.Evaluate(x).Zip(runtime.Run(x, 1, 1, 8, 8)), static pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        }

        // What the history says of the held-out rows holds of the network.
        double all = NetworkMeasurement.Measure(network, Digits.Value, CancellationToken.None).Accuracy!.Value;
        Assert.InRange(all, network.Training.ValidationAccuracy.Value - 0.02, 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_Penalties_MakeWholeFiltersRemovableExactly(bool isNormalised)
    {
        ClassifierOptions options = isNormalised
            ? new() { BatchNormalization = true, ScalePenalty = 0.1 }
            : new() { FilterPenalty = 0.15 };
        ReluNetwork network = ClassifierTraining.Train(
            Digits.Value, options with { Architecture = "12c3s2-12c3s2-16", Epochs = 60 }, null, CancellationToken.None);
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, null), null, new() { TimeLimit = TimeSpan.FromSeconds(10) }, CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(table, new(), CancellationToken.None);
        Assert.True(result.IsProven);
        int Channels(ReluNetwork of) =>
            of.Graph!.Nodes.Select(static n => n.Operator).OfType<ConvolutionOperator>().Sum(static c => c.Channels);
        Assert.InRange(Channels(result.Compressed), 2, Channels(network) - 1);
        Assert.InRange(network.Training!.ValidationAccuracy!.Value, 0.8, 1);
        for (int r = 0; r < 50; r++)
        {
            double[] x = [.. Digits.Value.Row(r).ToArray().Select(static v => (double)v)];
            Assert.All(
                network.Evaluate(x).Zip(result.Compressed.Evaluate(x)),
                pair => Assert.Equal(pair.First, pair.Second, result.ProvenDeviation + 1e-9));
        }
    }

    [Fact]
    public void Train_GreatFilterPenalty_LeavesANetworkOfZeros()
    {
        ReluNetwork network = ClassifierTraining.Train(
            Digits.Value, new() { Architecture = "4c3-4c3s2", FilterPenalty = 50, Epochs = 3 }, null, CancellationToken.None);
        Assert.All(
            network.Graph!.Nodes.Select(static n => n.Operator).OfType<ConvolutionOperator>(),
            static c => Assert.All(c.Filters.Concat(c.Bias), static w => Assert.Equal(0, w)));
        Assert.Equal(0, StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, null), null, new(), CancellationToken.None).Unstable);
    }

    [Fact]
    public void Train_GreatScalePenalty_LeavesChannelsThatAreProvenOff()
    {
        // Beside a channel whose scale is not 0, so that the weights of the layer have radii.
        ReluNetwork network = ClassifierTraining.Train(
            Digits.Value, new() { Architecture = "8c3s2-8c3", BatchNormalization = true, ScalePenalty = 1, Epochs = 10 }, null,
            CancellationToken.None);
        ScaleShiftOperator[] normalisations = [.. network.Graph!.Nodes.Select(static n => n.Operator).OfType<ScaleShiftOperator>()];
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, null), null, new() { TimeLimit = TimeSpan.FromSeconds(5) }, CancellationToken.None);
        int off = 0;
        for (int l = 0; l < normalisations.Length; l++)
        {
            for (int c = 0; c < 8; c++)
            {
                (double scale, double shift) = (normalisations[l].Part.Values[0][c], normalisations[l].Part.Values[1][c]);
                if (scale != 0)
                    continue;
                Assert.InRange(shift, double.NegativeInfinity, 0);
                off++;
                Assert.All(
                    table.NeuronsOf(l + 1).Where(n => n.Channel == c), static n => Assert.Equal(NeuronState.StablyInactive, n.State));
            }
        }

        Assert.InRange(off, 1, 15);
    }

    [Fact]
    public void Train_AnyNumberOfThreads_GivesTheSameNetwork()
    {
        byte[] Trained(int threads, bool isNormalised, int seed) => Numbers(ClassifierTraining.Train(
            Digits.Value,
            new()
            {
                Architecture = "9c3-16c3s2-40", BatchNormalization = isNormalised, ScalePenalty = isNormalised ? 0.01 : 0,
                FilterPenalty = isNormalised ? 0 : 0.01, L1 = 0.0005, Epochs = 2, Threads = threads, Seed = seed,
            },
            null, CancellationToken.None));
        foreach (bool isNormalised in new[] { false, true })
        {
            byte[] alone = Trained(1, isNormalised, 3);
            foreach (int threads in new[] { 2, 3, 7 })
                Assert.Equal(alone, Trained(threads, isNormalised, 3));
            Assert.NotEqual(alone, Trained(1, isNormalised, 4));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_Cancelled_GivesTheNetworkSoFar(bool isNormalised)
    {
        using var stop = new CancellationTokenSource();
        var options = new ClassifierOptions
        {
            Architecture = "4c3s2-6c3-8", BatchNormalization = isNormalised, Epochs = 50, LearningRateDecay = 1,
        };
        ReluNetwork stopped = ClassifierTraining.Train(Digits.Value, options, new StopAfter(2, stop), stop.Token);
        Assert.False(stopped.Training!.Completed);
        Assert.Equal((2, 26L), (stopped.Training.Epochs.Count, stopped.Training.Steps));
        ReluNetwork shorter = ClassifierTraining.Train(Digits.Value, options with { Epochs = 2 }, null, CancellationToken.None);
        Assert.Equal(Numbers(shorter), Numbers(stopped));
        ReluNetwork untrained = ClassifierTraining.Train(Digits.Value, options, null, stop.Token);
        Assert.Equal((0, 0L), (untrained.Training!.Epochs.Count, untrained.Training.Steps));
    }

    [Fact]
    public void Step_Cancelled_ChangesNoWeight()
    {
        var random = new Random(1);
        var options = new ClassifierOptions { Architecture = "4c3s2-6c3-8", BatchNormalization = true };
        var set = new TrainingSet(Digits.Value, 0.1, random);
        using var network = new TrainingNetwork(set, options, random);
        byte[] before = Numbers(Result(network, options));
        Assert.Null(network.Step(set.Order[..40], 0.1, new CancellationToken(canceled: true)));
        Assert.Null(network.Accuracy(set.Validation, new CancellationToken(canceled: true)));
        Assert.Equal(before, Numbers(Result(network, options)));
        Assert.NotNull(network.Step(set.Order[..40], 0.1));
        Assert.NotNull(network.Accuracy(set.Validation));
    }

    [Theory]
    [InlineData("8c3s2-", "ArchitectureInvalid")]
    [InlineData("c3", "ArchitectureInvalid")]
    [InlineData("8c0", "ArchitectureInvalid")]
    [InlineData("8c3s0", "ArchitectureInvalid")]
    [InlineData("8c3p3", "ArchitectureInvalid")]
    [InlineData("0c3", "ArchitectureInvalid")]
    [InlineData("64", "ArchitectureInvalid")]
    [InlineData("64-8c3", "ArchitectureInvalid")]
    [InlineData("8c3x", "ArchitectureInvalid")]
    [InlineData("8c3s2s2", "ArchitectureInvalid")]
    [InlineData("9999999c3", "ArchitectureInvalid")]
    [InlineData("8c9999s9999", "ArchitectureDoesNotFit")]
    [InlineData("8c8p0-8c3p0", "ArchitectureDoesNotFit")]
    public void Train_BadArchitecture_IsRefused(string architecture, string id) =>
        Assert.Equal(id, Fault(new() { Architecture = architecture, Epochs = 1 }));

    [Fact]
    public void Train_OptionsThatDoNotFit_AreRefused()
    {
        var good = new ClassifierOptions { Architecture = "2c3", Epochs = 1 };
        Assert.Equal("InputShapeInvalid", Fault(good with { InputShape = [1, 8, 9] }));
        Assert.Equal("InputShapeInvalid", Fault(good with { InputShape = [64] }));
        Assert.Equal("FilterPenaltyInvalid", Fault(good with { FilterPenalty = -1 }));
        Assert.Equal("FilterPenaltyInvalid", Fault(good with { FilterPenalty = 1, BatchNormalization = true }));
        Assert.Equal("FilterPenaltyInvalid", Fault(new() { FilterPenalty = 1, Epochs = 1 }));
        Assert.Equal("ScalePenaltyInvalid", Fault(good with { ScalePenalty = 1 }));
        Assert.Equal("BatchNormalizationInvalid", Fault(new() { BatchNormalization = true, Epochs = 1 }));
        Assert.Equal("StabilityInvalid", Fault(good with { Stability = [0.1] }));
        InputData odd = MadeData.Random(10, 7, 2, 1, seed: 1);
        Assert.Equal("InputShapeUnknown", Assert.Throws<InvalidInputException>(
            () => ClassifierTraining.Train(odd, good, null, CancellationToken.None)).ErrorId);
    }

    [Fact]
    public void Train_HistoryAndName_TravelWithTheNetwork()
    {
        var options = new ClassifierOptions
        {
            Architecture = "2c3s2-4", InputShape = [1, 8, 8], BatchNormalization = true, ScalePenalty = 0.25, Epochs = 2,
        };
        ReluNetwork network = ClassifierTraining.Train(Digits.Value, options, null, CancellationToken.None);
        Assert.Equal("digits_2c3s2-4_l1-0_bn_scale-0.25", network.Name);
        Assert.Same(network.Training, network.Renamed("other").Training);
        var again = (ReluNetwork)PortableForm.Read(PortableForm.Of(network));
        Assert.Equal(network.Training!.Epochs, again.Training!.Epochs);
        ClassifierOptions read = again.Training.Options;
        Assert.Equal(("2c3s2-4", true, 0.25, 0.0), (read.Architecture, read.BatchNormalization, read.ScalePenalty, read.FilterPenalty));
        Assert.Equal([1, 8, 8], read.InputShape);
        Assert.Contains("2c3s2-4 with BatchNormalization", read.ToString(), StringComparison.Ordinal);
        Assert.Equal(PortableForm.Of(network), PortableForm.Of(again));
    }

    /// <summary>Cancels after an epoch.</summary>
    private sealed class StopAfter(int epoch, CancellationTokenSource stop) : IProgress<TrainingEpoch>
    {
        public void Report(TrainingEpoch value)
        {
            if (value.Epoch == epoch)
                stop.Cancel();
        }
    }

    private static byte[] Numbers(ReluNetwork network) =>
        [.. network.Graph!.Nodes.SelectMany(static n => PlainConvolutions.Parameters(n.Operator)).SelectMany(static v => v).SelectMany(
            BitConverter.GetBytes)];

    private static string Fault(ClassifierOptions options) => Assert.Throws<InvalidInputException>(
        () => ClassifierTraining.Train(Digits.Value, options, null, CancellationToken.None)).ErrorId;

    private static ReluNetwork Result(TrainingNetwork network, ClassifierOptions options) =>
        network.Result("made", new(options, "made", 0, 0, [], 0, false))!;
}
