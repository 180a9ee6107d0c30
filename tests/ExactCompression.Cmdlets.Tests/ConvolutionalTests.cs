using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The convolutional network of the examples through the pipeline, as a user types it.</summary>
[Collection(ModuleTests.Name)]
public sealed class ConvolutionalTests(ModuleFixture module)
{
    private static readonly string Digits = Path.Combine(RepositoryPaths.Root, "examples", "digits_conv_l1-0.004.onnx");

    [Fact]
    public void ImportReluNetwork_Convolutions_GivesTheNodesOfTheFileAsLayers()
    {
        ScriptResult result = module.Run("""
            $net = Import-ReluNetwork $args[0]
            $net.Architecture
            foreach ($l in $net.Layers) { "$($l.Name) $($l.Shape -join 'x') $($l.Activation) $($l.ConnectionCount) $($l.MultiplyAddCount)" }
            """, Digits);

        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal(
            ["1x8x8-8x4x4-16x2x2-64-10", "/1/Relu 8x4x4 Relu 72 1152", "/3/Relu 16x2x2 Relu 1152 4608", "/6/Relu 64 Relu 4096 4096",
                "logits 10 Identity 640 640"],
            result.As<string>());
    }

    [Theory]
    [InlineData("$t.Layers", "Layer", "Name", "Shape", "StablyActive", "StablyInactive", "Unstable", "Undetermined")]
    [InlineData("(Invoke-LeoCompression $t).Layers", "Layer", "Name", "Shape", "Channels", "RemainingChannels", "LayerwiseMinimumChannels")]
    public void Layers_Convolutions_AreShownWithNamesShapesAndChannels(string layers, params string[] columns)
    {
        ScriptResult result = module.Run($"$t = Import-ReluNetwork $args[0] | Find-StableNeurons; {layers}", Digits);
        Assert.Empty(result.Errors);
        string[] lines = [.. new RecordingHost().Show(result.Output).Split('\n').Where(static line => line.Trim().Length > 0)];
        Assert.Equal(columns, lines[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("/1/Relu", lines[2], StringComparison.Ordinal);
        Assert.Contains("8x4x4", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0,1", "(New-InputDomain -Lower 0 -Upper 1)")]
    [InlineData("0,0.5,1", "(New-InputDomain -Lower ... -Upper ...)")]
    [InlineData("1", "(New-InputDomain -Lower ... -Upper ...)")]
    public void Domain_Numbers_SaysWhatToWrite(string domain, string expected)
    {
        ScriptResult result = module.Run(
            $"try {{ Import-ReluNetwork $args[0] | Find-StableNeurons -Domain {domain} }} catch {{ $_.Exception.Message }}", Digits);
        Assert.Contains(expected, $"{Assert.Single(result.Output)}", StringComparison.Ordinal);
    }

    [Fact]
    public void FindStableNeurons_Convolutions_DecidesEachNeuronAtItsPlace()
    {
        ScriptResult result = module.Run("""
            $t = Import-ReluNetwork $args[0] | Find-StableNeurons
            "$($t.StablyActive) $($t.StablyInactive) $($t.Unstable) $($t.Undetermined)"
            foreach ($l in $t.Layers) { "$($l.Shape) $($l.ActiveChannels) $($l.InactiveChannels) of $($l.Channels)" }
            $n = $t.Neurons[127]; "$($n.Layer):$($n.Neuron) = $($n.Channel),$($n.Row),$($n.Column) $($n.State)"
            $n = $t.Neurons[-1]; "$($n.Layer):$($n.Neuron) = $($null -eq $n.Channel)"
            [ExactCompression.Cmdlets.Views.StabilityTableView]::Layers($t).Contains('8x4x4, 1 active, 1 inactive of 8 channels')
            """, Digits);

        Assert.Empty(result.Errors);
        Assert.Equal(
            ["40 57 159 0", "8x4x4 1 1 of 8", "16x2x2 1 4 of 16", "64 10 25 of 64", "1:127 = 7,3,3 StablyInactive", "3:63 = True", true],
            result.Output.Select(static o => o.BaseObject));
    }

    [Fact]
    public void ExportStabilityTable_Convolutions_HasPlacesAndIsReadAgain()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run("""
            $t = Import-ReluNetwork $args[0] | Find-StableNeurons
            $t | Export-StabilityTable $args[1]
            $t | Export-StabilityPlot $args[2]
            $again = Import-StabilityTable $args[1]
            "$($again.StablyActive) $($again.StablyInactive) $($again.IsImported) $($again.Neurons[127].Channel)"
            $proven = $again | Find-StableNeurons
            "$($proven.StablyActive) $($proven.StablyInactive) $($proven.Unproven)"
            """, Digits, folder.File("t.csv"), folder.File("t.svg"));

        Assert.Empty(result.Errors);
        Assert.Equal(["40 57 True 7", "40 57 0"], result.As<string>());
        string[] lines = File.ReadAllLines(folder.File("t.csv"));
        Assert.EndsWith(",Channel,Row,Column", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(",7,3,3", lines[128], StringComparison.Ordinal);
        Assert.EndsWith(",,,", lines[^1], StringComparison.Ordinal);
        Assert.True(new FileInfo(folder.File("t.svg")).Length > 10_000);
    }

    [Fact]
    public void ExportReluNetwork_UnchangedConvolutions_IsTheSameFile()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run("Import-ReluNetwork $args[0] | Export-ReluNetwork $args[1]", Digits, folder.File("same.onnx"));

        Assert.Empty(result.Errors);
        Assert.Equal(File.ReadAllBytes(Digits), File.ReadAllBytes(folder.File("same.onnx")));
    }

    [Fact]
    public void TestCompressionCertificate_OfConvolutions_HoldsFromTheFilesAlone()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            """
            $c = Import-ReluNetwork $args[0] | Find-StableNeurons | Invoke-LeoCompression
            $c | Export-ReluNetwork $args[1]
            $c | Export-CompressionCertificate $args[2]
            $r = Test-CompressionCertificate $args[2] $args[0] $args[1]
            "$($r.Valid) $($r.ProvenDeviation -le 4 * $c.ProvenDeviation) $($r.Evidence['Witness'] -eq $c.Table.Unstable)"
            (Test-CompressionCertificate $args[2] $args[0] $args[0]).Valid
            """,
            Digits, folder.File("small.onnx"), folder.File("small.json.gz"));

        Assert.Empty(result.Errors);
        Assert.Equal(["True True True", "False"], result.As<object>().Select(static o => $"{o}").TakeLast(2));
    }

    [Fact]
    public void GetActivationPattern_Convolutions_SaysThatItIsForDenseChains()
    {
        ErrorRecord error = module.Fail("Import-ReluNetwork $args[0] | Get-ActivationPattern", Digits);

        Assert.StartsWith("NetworkNotDense,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("works on chains of dense layers alone so far", error.Exception.Message, StringComparison.Ordinal);
    }
}
