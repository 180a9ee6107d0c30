using Xunit;

namespace ExactCompression.Tests.Training;

public sealed class TrainingErrorTests
{
    public static TheoryData<int[], string, string> Labels => new()
    {
        { [0, 0, 0, 0], "SingleClass", "two classes" },
        { [1, 2, 1, 2], "LabelsWithGaps", "from 0" },
        { [0, 1, 3, 3], "LabelsWithGaps", "label 2" },
        { [0, 1, int.MaxValue, 1], "LabelsWithGaps", "without gaps" },
    };

    public static TheoryData<ClassifierOptions, string> Options => new()
    {
        { new() { Hidden = [4, 0] }, "HiddenInvalid" },
        { new() { Hidden = [-1] }, "HiddenInvalid" },
        { new() { L1 = -1e-3 }, "L1Invalid" },
        { new() { L1 = double.NaN }, "L1Invalid" },
        { new() { Stability = [-1e-3] }, "StabilityInvalid" },
        { new() { Stability = [0.1, double.NaN] }, "StabilityInvalid" },
        { new() { Stability = [1e300] }, "StabilityInvalid" },
        { new() { Hidden = [4, 4], Stability = [0.1, 0.1, 0.1] }, "StabilityInvalid" },
        { new() { Hidden = [], Stability = [0.1, 0.1] }, "StabilityInvalid" },
        { new() { StabilityRadius = -0.1 }, "StabilityRadiusInvalid" },
        { new() { StabilityRadius = double.PositiveInfinity }, "StabilityRadiusInvalid" },
        { new() { StabilityMode = (StabilityMode)9 }, "StabilityModeInvalid" },
        { new() { Epochs = -1 }, "EpochsInvalid" },
        { new() { BatchSize = 0 }, "BatchSizeInvalid" },
        { new() { LearningRate = -0.1 }, "LearningRateInvalid" },
        { new() { LearningRate = double.PositiveInfinity }, "LearningRateInvalid" },
        { new() { Momentum = 1 }, "MomentumInvalid" },
        { new() { Momentum = double.NaN }, "MomentumInvalid" },
        { new() { LearningRateDecay = 0 }, "LearningRateDecayInvalid" },
        { new() { ValidationFraction = 1 }, "ValidationFractionInvalid" },
        { new() { Threads = -1 }, "ThreadsInvalid" },
        { new() { Optimizer = (TrainingOptimizer)7 }, "OptimizerInvalid" },
        { new() { L1Mode = (L1Mode)7 }, "L1ModeInvalid" },
    };

    [Theory]
    [MemberData(nameof(Labels))]
    public void Train_LabelsThatAreNotClasses_SaysWhatToDo(int[] labels, string id, string words)
    {
        var error = Fails(new(new float[8], 4, 2, labels), new());
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Train_OptionThatMakesNoSense_NamesIt(ClassifierOptions options, string id)
    {
        var error = Fails(MadeData.Random(6, 2, 2, 1, 0), options);
        Assert.Equal(id, error.ErrorId);
        Assert.Contains("-" + id[..^"Invalid".Length], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_WithoutLabels_NamesTheParameters() =>
        Assert.Contains("-LabelColumn", Fails(new(new float[4], 2, 2), new()).Message, StringComparison.Ordinal);

    [Fact]
    public void Train_WithoutRows_SaysSo() => Assert.Equal("DataEmpty", Fails(new([], 0, 2, []), new()).ErrorId);

    [Theory]
    [InlineData(1, 1e20, "-LearningRate")]
    [InlineData(255, 1e20, "-Scale")]
    [InlineData(1e38, 0.1, "-Scale")]
    public void Train_ThatDiverges_EndsAndGivesAdvice(double scale, double rate, string advice)
    {
        InputData data = MadeData.Random(64, 8, 3, 1, 0);
        var scaled = new InputData([.. data.Values.ToArray().Select(v => (float)(v * scale))], 64, 8, data.Labels.ToArray());
        var error = Fails(scaled, new() { Hidden = [16, 16], LearningRate = rate, Epochs = 500 });
        Assert.Equal("TrainingDiverged", error.ErrorId);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    private static InvalidInputException Fails(InputData data, ClassifierOptions options) =>
        Assert.Throws<InvalidInputException>(() => ClassifierTraining.Train(data, options, null, CancellationToken.None));
}
