using ExactCompression.Experiments;
using Xunit;

namespace ExactCompression.Tests.Experiments;

public sealed class DataSplitTests
{
    [Fact]
    public void Of_TenPercent_KeepsThatShareOfEachClass()
    {
        InputData data = Data([.. Enumerable.Range(0, 400).Select(static i => i % 4 == 0 ? 0 : i % 20 == 1 ? 2 : 1)]);
        var split = DataSplit.Of(data, 0.1);
        foreach (IGrouping<int, int> label in data.Labels.ToArray().GroupBy(static l => l))
            Assert.Equal((int)Math.Round(0.1 * label.Count()), split.Test!.Labels.ToArray().Count(l => l == label.Key));
    }

    [Fact]
    public void Of_EveryRow_IsOnOneSideWithItsLabel()
    {
        InputData data = Data([.. Enumerable.Range(0, 97).Select(static i => i % 3)]);
        var split = DataSplit.Of(data, 0.25);
        (float, int)[] rows = [.. Pairs(split.Training), .. Pairs(split.Test!)];
        Assert.Equal(Pairs(data).Order(), rows.Order());
    }

    [Fact]
    public void Of_SameData_SplitsTheSameWay()
    {
        InputData data = Data([.. Enumerable.Range(0, 97).Select(static i => i % 3)]);
        Assert.Equal(DataSplit.Of(data, 0.2).Test!.Values.ToArray(), DataSplit.Of(data, 0.2).Test!.Values.ToArray());
    }

    [Fact]
    public void Of_RareClass_StaysInTraining() =>
        Assert.Equal([0, 1, 2], DataSplit.Of(Data([0, 1, 2, 2, 2]), 0.9).Training.Labels.ToArray().Distinct().Order());

    [Fact]
    public void Of_NoShare_HasNoTest() => Assert.Null(DataSplit.Of(Data([0, 1, 0, 1]), 0).Test);

    [Fact]
    public void Of_NoLabels_IsRefused() =>
        Assert.Equal("DataWithoutLabels", Assert.Throws<InvalidInputException>(static () => DataSplit.Of(new([1, 2], 2, 1), 0.1)).ErrorId);

    private static IEnumerable<(float, int)> Pairs(InputData data) =>
        Enumerable.Range(0, data.Rows).Select(row => (data.Row(row)[0], data.Labels.Span[row]));

    private static InputData Data(int[] labels) => new([.. labels.Select(static (_, i) => (float)i)], labels.Length, 1, labels);
}
