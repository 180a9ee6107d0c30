using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>Rows outside the domain are never used in silence.</summary>
[Collection(ModuleTests.Name)]
public sealed class DataOutsideTests(ModuleFixture module)
{
    private const string Setup =
        "$net = Import-ReluNetwork $NetworkFile; $raw = Import-InputData $DataFile -LabelColumn Last; "
            + "$scaled = Import-InputData $DataFile -LabelColumn Last -Scale (1/16); ";

    [Theory]
    [InlineData("Find-StableNeurons $net -Data $raw")]
    [InlineData("$net | Find-UnstableNeuronsGpu -Device Cpu -Data $raw")]
    [InlineData("$net, $net, $net | Find-StableNeurons -Data $raw")]
    [InlineData("Test-NetworkEquivalence $net $net -Data $raw")]
    public void UnscaledData_OneWarning_CountsTheRows(string script)
    {
        string warning = Assert.Single(module.Run(Setup + script).Warnings);
        Assert.StartsWith("All 1,797 rows of digits", warning, StringComparison.Ordinal);
        Assert.Contains("outside [0,1]^64, by up to 15 (row ", warning, StringComparison.Ordinal);
        Assert.Contains("-Scale", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Find-StableNeurons $net -Data $scaled")]
    [InlineData("Find-StableNeurons $net -Data $raw -Domain (New-InputDomain -FromData $raw)")]
    [InlineData("Test-NetworkEquivalence $net $net -Data $scaled")]
    [InlineData("$net, $net | Measure-ReluNetwork -Data $scaled")]
    [InlineData("$net | Measure-ReluNetwork -Data $raw -Domain (New-InputDomain -FromData $raw)")]
    [InlineData("Find-StableNeurons $net -Data $scaled -Domain (New-InputDomain -Data $scaled -Row 0 -Radius 0.1)")] // all outside but one
    public void DataInTheDomain_GivesNoWarning(string script) => Assert.Empty(module.Run(Setup + script).Warnings);

    [Fact]
    public void Measure_UnscaledData_WarnsOnce()
    {
        string warning = Assert.Single(module.Run(Setup + "$net, $net | Measure-ReluNetwork -Data $raw").Warnings);
        Assert.StartsWith("The values of digits range from 0 to 16,", warning, StringComparison.Ordinal);
        Assert.Contains("-Scale", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Device_Completion_OffersKindsNamesAndIndexesWithTooltips()
    {
        PSObject[] found = module.Run(
            "(TabExpansion2 'Find-UnstableNeuronsGpu -Device ' -cursorColumn 32).CompletionMatches").Output;
        var tips = found.ToDictionary(
            static f => (string)f.Properties["CompletionText"].Value, static f => (string)f.Properties["ToolTip"].Value);
        string[] expected = ["Auto", "Cpu", "IlgpuCpu", "'CPU (SIMD)'", "'ILGPU CPU accelerator'", "0", "1"];
        Assert.Empty(expected.Except(tips.Keys));
        Assert.All(tips, static tip => Assert.NotEqual(tip.Key, tip.Value));
        Assert.StartsWith("0: CPU (SIMD) (Cpu, ", tips["0"], StringComparison.Ordinal);
        PSObject quoted = Assert.Single(module.Run(
            "(TabExpansion2 'Find-UnstableNeuronsGpu -Device ''CPU (' -cursorColumn 38).CompletionMatches").Output);
        Assert.Equal("'CPU (SIMD)'", quoted.Properties["CompletionText"].Value);
    }
}
