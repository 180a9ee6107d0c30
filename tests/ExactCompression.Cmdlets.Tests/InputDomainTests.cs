using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>Which rows lie in a domain, and accuracy on those alone.</summary>
[Collection(ModuleTests.Name)]
public sealed class InputDomainTests(ModuleFixture module)
{
    private const string Setup =
        "$data = Import-InputData $DataFile -LabelColumn Last -Scale (1/16); $net = Import-ReluNetwork $NetworkFile; "
            + "$ball = New-InputDomain -Data $data -Row 0 -Radius 0.5; ";

    [Fact]
    public void TestInputDomain_Ball_NumbersTheRowsInside()
    {
        PSObject[] found = module.Run(Setup + """
            $report = Test-InputDomain $data $ball
            # The same by hand.
            $inside = 0..1796 | Where-Object {
                $row = $data.Values.Slice(64 * $_, 64).ToArray(); $first = $data.Values.Slice(0, 64).ToArray()
                (0..63 | Where-Object { [Math]::Abs($row[$_] - $first[$_]) -gt 0.5 }).Count -eq 0
            }
            "$inside"; "$($report.InsideRows)"; $report.Inside; $report.Outside; $report.AllInside; $report.WidestExcess
            """).Output;
        Assert.Equal(found[0].BaseObject, found[1].BaseObject);
        Assert.StartsWith("0 ", (string)found[0].BaseObject, StringComparison.Ordinal);
        Assert.Equal(1797, (int)found[2].BaseObject + (int)found[3].BaseObject);
        Assert.Equal([false, 0.5], found[4..].Select(static f => f.BaseObject));
    }

    [Fact]
    public void TestInputDomain_PerRow_GivesEachRow()
    {
        PSObject[] rows = module.Run(Setup + "$data, $data | Test-InputDomain -Domain $ball -PerRow").Output;
        Assert.Equal(2 * 1797, rows.Length);
        Assert.Equal((0, 0.0), (rows[0].Properties["Row"].Value, rows[0].Properties["Excess"].Value));
        Assert.True((bool)rows[0].Properties["IsInside"].Value);
    }

    [Theory]
    [InlineData("Test-InputDomain $data", "1797")]
    [InlineData("Test-InputDomain $data ($net | Find-StableNeurons -TimeLimit 1 -Domain $ball -WarningAction Ignore)", "3")]
    [InlineData("Test-InputDomain $data ($net | Find-StableNeurons -TimeLimit 1 -Domain $ball | Invoke-LeoCompression)", "3")]
    public void TestInputDomain_AnythingWithADomain_IsTaken(string script, string inside)
    {
        int expected = inside == "1797" ? 1797 : (int)module.Run(Setup + "(Test-InputDomain $data $ball).Inside").Single.BaseObject;
        Assert.Equal(expected, module.Run(Setup + script).Single.Properties["Inside"].Value);
    }

    [Fact]
    public void TestInputDomain_OtherWidth_IsRefused() =>
        Assert.StartsWith(
            "DomainSizeMismatch,", module.Fail(Setup + "Test-InputDomain $data (New-InputDomain 0 1 -Size 3)").FullyQualifiedErrorId,
            StringComparison.Ordinal);

    [Fact]
    public void MeasureReluNetwork_CompressionOverABall_GivesAccuracyInsideAndSaysSo()
    {
        ScriptResult result = module.Run(Setup + """
            $ball = New-InputDomain -Data $data -Row 0 -Radius 0.1
            $small = $net | Find-StableNeurons -Domain $ball | Invoke-LeoCompression -Level Maximal
            $small, $small | Measure-ReluNetwork -Data $data
            $net | Measure-ReluNetwork -Data $data
            """);
        string warning = Assert.Single(result.Warnings);
        Assert.Matches("^1,7[0-9][0-9] of 1,797 rows of digits lie outside .*nothing is proven about them", warning);
        (PSObject before, PSObject after, PSObject whole) = (result.Output[0], result.Output[1], result.Output[4]);
        Assert.Equal(before.Properties["Accuracy"].Value, after.Properties["Accuracy"].Value);
        Assert.Equal(1.0, after.Properties["Agreement"].Value);
        Assert.True((double)after.Properties["AccuracyAll"].Value < (double)before.Properties["AccuracyAll"].Value);
        Assert.Equal(before.Properties["AccuracyAll"].Value, whole.Properties["Accuracy"].Value);
        Assert.Equal((1797, null), (whole.Properties["Rows"].Value, whole.Properties["RowsInside"].Value));
    }

    [Fact]
    public void Ball_IsNamedInViewsAndCsv_AndReadBackWithoutADomain()
    {
        using var folder = new TemporaryFolder();
        object[] found = [.. module.Run(Setup + """
            $table = $net | Find-StableNeurons -Domain $ball
            $table | Export-StabilityTable $args[0]
            $again = Import-StabilityTable $args[0]
            $again.Domain.ShortDescription; $again.Domain.Description; $again.Domain.Radius; $again.Domain.Origin.Row
            "$($again.Domain.Lower.ToArray())" -eq "$($ball.Lower.ToArray())"
            ($net | Invoke-CompressionSweep -Domain $ball -Level DeleteOnly).Radius
            """, folder.File("ball.csv")).Output.Select(static o => o.BaseObject)];
        Assert.Equal("ball 0.5 round row 0 of digits", found[0]);
        Assert.StartsWith("ball 0.5 round row 0 of digits in [", (string)found[1], StringComparison.Ordinal);
        Assert.Equal([0.5, 0, true, 0.5], found[2..]);
    }

    [Fact]
    public void Sweep_OverBalls_CountsTheRowsInside()
    {
        PSObject row = module.Run(Setup + "$net | Invoke-CompressionSweep -Data $data -Radius 0.1 -Level LeoPlusPlus").Single;
        Assert.Equal(1797, row.Properties["TestRows"].Value);
        Assert.InRange((int)row.Properties["TestRowsInside"].Value, 1, 1796);
        Assert.Equal(row.Properties["Accuracy"].Value, row.Properties["AccuracyAfter"].Value);
        Assert.True((double)row.Properties["AccuracyAfterAll"].Value < (double)row.Properties["AccuracyAll"].Value);
    }

    [Fact]
    public void Sweep_UnscaledData_IsSaidOnce()
    {
        ScriptResult result = module.Run(Setup + "$raw = Import-InputData $DataFile -LabelColumn Last; "
            + "$net, $net.Path | Invoke-CompressionSweep -Data $raw -Method Hybrid -Level DeleteOnly -Preprocess All, None");
        Assert.StartsWith("All 1,797 rows of digits lie outside [0,1]^64", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.All(result.Output, static row => Assert.Null(row.Properties["Accuracy"].Value));
    }
}
