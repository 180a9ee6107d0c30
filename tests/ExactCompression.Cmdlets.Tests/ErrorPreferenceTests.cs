using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>-ErrorAction on every cmdlet that takes a path: with a single file too, it says what becomes of an error.</summary>
[Collection(ModuleTests.Name)]
public sealed class ErrorPreferenceTests(ModuleFixture module)
{
    private const string Setup = "$net = Import-ReluNetwork $NetworkFile; $table = $net | Find-StableNeurons -TimeLimit 1; ";

    /// <summary>A call that fails for each parameter that names a file, and one more for each way in which a file can be wrong.</summary>
    private static readonly string[] Calls =
    [
        "Import-ReluNetwork ./none*.onnx",
        "Import-ReluNetwork ./none.onnx",
        "Import-ReluNetwork -LiteralPath './none[1].onnx'",
        "Import-ReluNetwork $DataFile",
        "Import-ReluNetwork .",
        "Import-ReluNetwork NoDrive:/none.onnx",
        "Import-ReluNetwork Env:PATH",
        "Import-ReluNetwork $NetworkFile -Format Keras",
        "Import-ReluNetwork $NetworkFile -MaximumSize 1",
        "Import-InputData ./none.csv",
        "Import-InputData -LiteralPath ./none.csv",
        "Import-InputData $NetworkFile",
        "Import-InputData $DataFile -LabelPath ./none.csv",
        "Import-StabilityTable ./none.csv $net",
        "Import-StabilityTable -LiteralPath ./none.csv $net",
        "Import-StabilityTable $DataFile $net",
        "New-InputDomain -Path ./none.csv",
        "New-InputDomain -Path $NetworkFile",
        "New-InputDomain 1 0",
        "Test-CompressionCertificate ./none.json $net $net",
        "Test-CompressionCertificate -LiteralPath ./none.json $net $net",
        "Test-CompressionCertificate $NetworkFile ./none.onnx $net",
        "Test-CompressionCertificate $NetworkFile $net ./none.onnx",
        "Measure-ReluNetwork $net -OnnxRuntime ./none.so",
        "Invoke-CompressionSweep ./none.onnx",
        "Invoke-CompressionSweep ./none*.onnx",
        "Invoke-CompressionSweep $NetworkFile -Path ./none/sweep.csv",
        "Invoke-CompressionSweep $NetworkFile -SkipPath ./none.csv",
        "Invoke-CompressionSweep -Data (Import-InputData $DataFile -LabelColumn Last) -Architecture 2 -NetworkFolder ./none/networks",
        "$net | Export-ReluNetwork ./none/net.onnx",
        "$net | Export-ReluNetwork ./net.docx",
        "$net | Export-ReluNetwork { \"./none/$($_.Name).onnx\" }",
        "$net | Export-ReluNetwork NoDrive:/net.onnx",
        "$table | Export-StabilityTable ./none/table.csv",
        "$table | Export-StabilityPlot ./none/plot.png",
        "Export-StabilityPlot ./plot.png ./none.csv",
        "Export-StabilityPlot ./plot.jpeg $table",
        "$table | Export-StabilityReport ./none/report.html",
        "$table | Export-StabilityReport ./report.pdf",
        "$table | Invoke-LeoCompression | Export-StabilityReport ./report.html -Certificate ./none.json",
        "$table | Export-MilpModel ./none/model.mps",
        "$table | Invoke-LeoCompression | Export-CompressionCertificate ./none/c.json",
        "$table | Invoke-LeoCompression | Export-ReluNetwork ./net.c -Certificate ./none.json",
        "Test-NetworkEquivalence $net $net -Path ./none.vnnlib",
    ];

    public static TheoryData<string> FailingCalls => [.. Calls];

    [Theory]
    [MemberData(nameof(FailingCalls))]
    public void SilentlyContinue_ErrorIsKeptAndTheScriptGoesOn(string call)
    {
        // The script's own preference is Stop, as in most scripts.
        ScriptResult result = module.Run(
            Setup + "$ErrorActionPreference = 'Stop'; $Error.Clear(); "
                + $"{call} -ErrorAction SilentlyContinue; $Error.Count; {call} -ErrorAction Ignore; $Error.Count");
        Assert.Empty(result.Errors);
        Assert.Equal([1, 1], result.As<int>());
    }

    [Theory]
    [MemberData(nameof(FailingCalls))]
    public void Stop_ErrorEndsTheScript(string call) =>
        Assert.Contains(
            ",ExactCompression.Cmdlets.",
            Assert.ThrowsAny<RuntimeException>(() => module.Run($"{Setup}{call} -ErrorAction Stop; 'went on'"))
                .ErrorRecord.FullyQualifiedErrorId,
            StringComparison.Ordinal);

    [Fact]
    public void FailingCalls_NameEveryParameterOfAPath()
    {
        string[] names = ["Path", "LiteralPath", "LabelPath", "SkipPath", "NetworkFolder", "OnnxRuntime", "Certificate"];
        CmdletInfo[] commands = module.Run("Get-Command -Module ExactCompression").As<CmdletInfo>();
        Assert.All(commands.SelectMany(c => c.Parameters.Keys.Intersect(names).Select(p => (Command: c.Name, Parameter: p))), one =>
            Assert.Contains(Calls, call => call.Contains(one.Command, StringComparison.Ordinal)
                && (one.Parameter == "Path" || call.Contains("-" + one.Parameter, StringComparison.Ordinal))));
    }

    [Fact]
    public void BadOutput_IsRefusedBeforeTheInputIsComputed() =>
        Assert.Equal("refused", module.Run(
            "$script:computed = $false; try { & { $script:computed = $true; 1 } | Export-ReluNetwork ./none/x.onnx } "
                + "catch { 'refused' }; if ($script:computed) { 'computed' }").Single.BaseObject);
}
