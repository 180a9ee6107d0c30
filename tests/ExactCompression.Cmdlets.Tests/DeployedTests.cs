namespace ExactCompression.Cmdlets.Tests;

/// <summary>What a device computes: bounds for float32 arithmetic through the imported module.</summary>
[Collection(ModuleTests.Name)]
public sealed class DeployedTests(ModuleFixture module)
{
    [Fact]
    public void InvokeLeoCompression_Float32_BoundsWhatRuntimesCompute()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run("""
            $table = Import-ReluNetwork $NetworkFile | Find-StableNeurons
            $small = $table | Invoke-LeoCompression -Arithmetic Float32
            $small.ProvenDeviation
            $small.DeployedDeviation
            [bool]([ExactCompression.Cmdlets.Views.CompressionResultView]::Lines($small, $null, $null) -match 'float32, in any order')
            $null -eq ($table | Invoke-LeoCompression).DeployedDeviation
            $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($small))
            $null -eq $copy.DeployedDeviation
            $small | Export-ReluNetwork $args[0]
            """, folder.File("net.c"));
        Assert.Empty(result.Errors);
        double proven = (double)result.Output[0].BaseObject, deployed = (double)result.Output[1].BaseObject;
        Assert.InRange(deployed, 1000 * proven, 0.01);
        Assert.Equal([true, true, true], result.Output[2..].Select(static o => (bool)o.BaseObject));
        Assert.Contains(" * Deployed deviation: ", File.ReadAllText(folder.File("net.c")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.01", "True")]
    [InlineData("1e-9", "False")]
    [InlineData("1e-4", "")]
    public void TestNetworkEquivalence_Float32_AnswersByTheTolerance(string tolerance, string expected)
    {
        ScriptResult result = module.Run($$"""
            $report = Import-ReluNetwork $NetworkFile | Find-StableNeurons | Invoke-LeoCompression |
                Test-NetworkEquivalence -Arithmetic Float32 -Tolerance {{tolerance}} -Points 100
            "$($report.Equivalent)"
            $report.DeployedDeviation -gt $report.ObservedDeviation
            $report.ObservedDeviation -gt $report.ProvenDeviation
            $report.Counterexample.Count
            """);
        Assert.Empty(result.Errors);
        Assert.Equal(
            [expected, "True", "True", expected == "False" ? "64" : "0"], result.Output.Select(static o => o.ToString()));
    }

    [Fact]
    public void TestNetworkEquivalence_Float32Labels_AreRefused() => Assert.StartsWith(
        "ArithmeticNotApplicable",
        module.Fail(
            "$n = Import-ReluNetwork $NetworkFile; Test-NetworkEquivalence $n $n -Property SameLabel -Arithmetic Float32")
            .FullyQualifiedErrorId,
        StringComparison.Ordinal);
}
