using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Verdicts;

/// <summary>Stages of a search: names that scripts and files rely on, and comparison by value.</summary>
public sealed class SearchStageTests
{
    private static readonly ReluNetwork Network = new([new([1], [0], 1, 1, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)]);

    private static readonly string[] Known =
    [
        "Interval", "Crown", "AlphaCrown", "Sampling", "Attack", "BranchAndBound", "InputSplitting", "Enumeration", "Milp", "Isa", "Layer",
        "Neuron", "NeuronApproximate", "Comparison",
    ];

    public static TheoryData<string> Names => [.. Known];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_KnownName_IsTheStageOfThatProperty(string name)
    {
        var stage = SearchStage.Parse(name);
        Assert.Same(typeof(SearchStage).GetProperty(name)!.GetValue(null), stage);
        Assert.Equal((name, name), (stage.Name, stage.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("crown")]
    [InlineData("Of another version")]
    public void Parse_UnknownName_KeepsItAndEqualsOnlyItself(string name)
    {
        var stage = SearchStage.Parse(name);
        Assert.Equal((name, SearchStage.Parse(name)), (stage.Name, stage));
        Assert.DoesNotContain(Known, known => SearchStage.Parse(known) == stage);
    }

    [Fact]
    public void Run_SameStageAgain_AddsUp()
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(Network));
        using var clock = new SearchClock(ledger, new(), default);
        clock.Run(SearchStage.Crown, static () => { });
        clock.Run(SearchStage.Sampling, static () => { });
        clock.Run(SearchStage.Parse("Crown"), static () => { });
        Assert.Equal(["Crown", "Sampling"], clock.Stages.Select(static s => s.Name));
    }

    [Fact]
    public void Report_Detail_IsMadeWhereItIsReported()
    {
        var told = new List<StabilityProgress>();
        int made = 0;
        var ledger = new VerdictLedger(StabilityTable.Undecided(Network));
        using var clock = new SearchClock(ledger, new() { Progress = told.Add }, default);
        string Detail() => $"neuron {++made}";
        clock.Report(SearchStage.Crown, 1, Detail);
        Assert.Equal("neuron 1", Assert.Single(told).Detail);
        using var silent = new SearchClock(ledger, new(), default);
        silent.Report(SearchStage.Crown, 1, Detail);
        Assert.Equal(1, made);
    }
}
