using Xunit;

namespace ExactCompression.Tests.Analysis;

public sealed class SearchWarmUpTests
{
    [Fact]
    public void Run_ItsNetwork_RunsEveryStageUpToSearchTreesAndDecidesAll()
    {
        StabilityTable table = SearchWarmUp.Run();
        Assert.Equal(0, table.Undetermined);
        Assert.Equal(
            ["AlphaCrown", "Attack", "BranchAndBound", "Crown", "Interval", "Sampling"],
            table.Stages.Where(static s => s.Elapsed > TimeSpan.Zero).Select(static s => s.Name).Order(StringComparer.Ordinal));
        Assert.Equal("BranchAndBound", table.Neurons[41].Evidence);
    }
}
