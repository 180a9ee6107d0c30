using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>What the Tab key offers.</summary>
[Collection(ModuleTests.Name)]
public sealed class CompletionTests(ModuleFixture module)
{
    [Fact]
    public void Completion_OfPlotColumns_OffersThoseOfTheFile()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("mine.csv");
        File.WriteAllText(file, "L1,Seed,Accuracy of mine\n0.1,1,0.5\n");
        string[] columns = ["L1", "Seed", "'Accuracy of mine'"];
        Assert.Equal(columns, Offered($"Export-StabilityPlot p.png '{file}' -X "));
        Assert.Equal(columns, Offered($"Import-Csv '{file}' | Export-StabilityPlot p.png -GroupBy "));
        Assert.Contains("L1", Offered("Import-Csv missing.csv | Export-StabilityPlot p.png -Y L"));
    }

    [Theory]
    [InlineData("Find-StableNeurons $net, $net")]
    [InlineData("Measure-ReluNetwork $net, $net")]
    public void Parameter_SeveralWhereOneIsTaken_SaysToPipeThem(string call) =>
        Assert.Contains(
            "not 2 of them. Pipe them", module.Fail($"$net = Import-ReluNetwork $NetworkFile; {call}").Exception.Message,
            StringComparison.Ordinal);

    [Fact]
    public void ExportStabilityPlot_Network_SaysWhatToDraw()
    {
        ErrorRecord error = module.Fail("Import-ReluNetwork $NetworkFile | Export-StabilityPlot never.png");
        Assert.StartsWith("PlotInputUnknown", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("nothing to draw before a search", error.ToString(), StringComparison.Ordinal);
    }

    private string[] Offered(string line) =>
    [
        .. module.Run($"(TabExpansion2 @'\n{line}\n'@ -cursorColumn {line.Length}).CompletionMatches").Output.Select(
            static match => ((CompletionResult)match.BaseObject).CompletionText),
    ];
}
