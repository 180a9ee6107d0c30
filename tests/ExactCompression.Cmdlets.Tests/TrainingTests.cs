using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

[Collection(ModuleTests.Name)]
public sealed class TrainingTests(ModuleFixture module)
{
    private const string Digits = "$d = Import-InputData $DataFile -LabelColumn Last -Scale (1/16)\n";

    [Fact]
    public void NewReluClassifier_Digits_GoesThroughThePipeline()
    {
        ScriptResult result = module.Run(Digits + """
            $n = $d | New-ReluClassifier -Hidden 24, 16 -L1 0.004 -Epochs 60
            $n.Name; $n.Architecture; $n.Training.ValidationAccuracy; $n.Training.Epochs[-1].Epoch
            ($n | Measure-ReluNetwork -Data $d).Accuracy
            ($n | Find-StableNeurons -Data $d | Invoke-LeoCompression | Test-NetworkEquivalence).Equivalent
            """);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal("digits_24-16_l1-0.004", result.Output[0].BaseObject);
        Assert.Equal("64-24-16-10", result.Output[1].BaseObject);
        Assert.InRange((double)result.Output[2].BaseObject, 0.9, 1);
        Assert.Equal(60, result.Output[3].BaseObject);
        Assert.InRange((double)result.Output[4].BaseObject, 0.9, 1);
        Assert.Equal(true, result.Output[5].BaseObject);
    }

    [Fact]
    public void NewReluClassifier_EveryParameter_ReachesTraining()
    {
        PSObject options = module.Run(Digits + """
            (New-ReluClassifier $d 9, 5 -L1 0.5 -Epochs 2 -BatchSize 77 -LearningRate 0.02 -Momentum 0.5 -LearningRateDecay 0.25 `
                -Optimizer Adam -L1Mode Subgradient -ValidationFraction 0.2 -Seed 11 -Threads 1 `
                -Stability 0.125, 0 -StabilityMode Area -StabilityRadius 0.5).Training.Options
            """).Single;
        (string Name, object Value)[] expected =
        [
            ("L1", 0.5), ("Epochs", 2), ("BatchSize", 77), ("LearningRate", 0.02), ("Momentum", 0.5), ("LearningRateDecay", 0.25),
            ("Optimizer", "Adam"), ("L1Mode", "Subgradient"), ("ValidationFraction", 0.2), ("Seed", 11), ("Threads", 1),
            ("StabilityMode", "Area"), ("StabilityRadius", 0.5),
        ];
        Assert.All(expected, option => Assert.Equal(option.Value.ToString(), options.Properties[option.Name].Value.ToString()));
        Assert.Equal([9, 5], (int[])options.Properties["Hidden"].Value);
        Assert.Equal([0.125, 0], (double[])options.Properties["Stability"].Value);
        string[] ofConvolutions = ["Architecture", "InputShape", "BatchNormalization", "FilterPenalty", "ScalePenalty"];
        Assert.Equal(expected.Length + 2 + ofConvolutions.Length, options.Properties.Count());
    }

    [Theory]
    [InlineData("-FilterPenalty 0.2")]
    [InlineData("-BatchNormalization -ScalePenalty 0.2")]
    public void NewReluClassifier_Convolutions_GoThroughThePipeline(string penalty)
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            Digits + $"$n = $d | New-ReluClassifier -Architecture 8c3s2-12c3-16 {penalty} -Epochs 60\n" + """
            $n.Architecture
            $t = $n | Find-StableNeurons -TimeLimit 20
            $c = $t | Invoke-LeoCompression
            $c.IsProven; $c.NeuronsRemovedPercent -gt 5
            ($c | Test-NetworkEquivalence).Equivalent
            $c | Export-ReluNetwork "$($args[0])/small.onnx"
            (Import-ReluNetwork "$($args[0])/small.onnx").Architecture -eq $c.Compressed.Architecture
            $c | Export-CompressionCertificate "$($args[0])/c.json"
            (Test-CompressionCertificate "$($args[0])/c.json" $n $c.Compressed).Valid
            $m = $c.Compressed | Measure-ReluNetwork -Data $d
            $m.Accuracy -gt 0.8; $m.MultiplyAdds -lt ($n | Measure-ReluNetwork).MultiplyAdds
            """, folder.Path);
        Assert.Empty(result.Errors);
        Assert.Equal(["1x8x8-8x4x4-12x4x4-16-10", .. Enumerable.Repeat("True", 7)], result.Output.Select(static o => o.ToString()));
    }

    [Fact]
    public void NewReluClassifier_EveryParameterOfConvolutions_ReachesTraining()
    {
        ScriptResult result = module.Run(Digits + """
            $o = (New-ReluClassifier $d -Architecture 3c2p1-5 -InputShape 1, 4, 16 -FilterPenalty 0.5 -L1 0.25 -Epochs 1).Training.Options
            $o.Architecture; $o.InputShape; $o.FilterPenalty; $o.L1; $o.Hidden.Count; $o.BatchNormalization
            $o = (New-ReluClassifier $d -Architecture 3c2 -BatchNormalization -ScalePenalty 0.5 -Epochs 1).Training.Options
            $o.BatchNormalization; $o.ScalePenalty
            """);
        Assert.Empty(result.Errors);
        Assert.Equal(
            ["3c2p1-5", "1", "4", "16", "0.5", "0.25", "0", "False", "True", "0.5"],
            result.Output.Select(static o => Convert.ToString(o.BaseObject, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("-Architecture 8c", "ArchitectureInvalid")]
    [InlineData("-Architecture 8c3 -InputShape 1, 2, 3", "InputShapeInvalid")]
    [InlineData("-Architecture 8c3 -ScalePenalty 1", "ScalePenaltyInvalid")]
    [InlineData("-Architecture 8c3 -Hidden 5", "AmbiguousParameterSet")]
    public void NewReluClassifier_ConvolutionsThatMakeNoSense_AreRefused(string parameters, string id) => Assert.StartsWith(
        id + ",", module.Fail(Digits + $"New-ReluClassifier $d {parameters} -Epochs 1").FullyQualifiedErrorId, StringComparison.Ordinal);

    [Fact]
    public void Sweep_Convolutions_HaveColumnsForTheirPenalties()
    {
        ScriptResult result = module.Run(Digits + """
            $sweep = @{ Data = $d; Epochs = 2; Level = 'LeoPlusPlus' }
            $rows = Invoke-CompressionSweep @sweep -Architecture 4c3s2-8, 6
            $rows += Invoke-CompressionSweep @sweep -Architecture 4c3s2-8 -FilterPenalty 0, 0.5
            $rows += Invoke-CompressionSweep @sweep -Architecture 4c3s2-8 -BatchNormalization -ScalePenalty 0.5
            $rows | ForEach-Object {
                "$($_.Network) $($_.Architecture) $($_.FilterPenalty) $($_.ScalePenalty) $($_.BatchNormalization) $($_.Failed)" }
            """);
        Assert.Empty(result.Errors);
        Assert.Equal(
            [
                "digits_4c3s2-8_l1-0_bn_scale-0.5_seed-0 1x8x8-4x4x4-8-10 0 0.5 True False",
                "digits_4c3s2-8_l1-0_filter-0.5_seed-0 1x8x8-4x4x4-8-10 0.5 0 False False",
                "digits_4c3s2-8_l1-0_seed-0 1x8x8-4x4x4-8-10 0 0 False False",
                "digits_4c3s2-8_l1-0_seed-0 1x8x8-4x4x4-8-10 0 0 False False",
                "digits_6_l1-0_seed-0 64-6-10 0 0 False False",
            ],
            result.Output.Select(static o => o.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void NewReluClassifier_ThroughSerialisation_KeepsItsHistory()
    {
        string[] epochs = module.Run(Digits + """
            $n = New-ReluClassifier $d -Hidden 8 -Epochs 3
            $again = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($n, 2))
            foreach ($e in $n.Training.Epochs) { "$e" }
            foreach ($e in $again.Training.Epochs) { "$e" }
            """).As<string>();
        Assert.Equal(6, epochs.Length);
        Assert.Equal(epochs[..3], epochs[3..]);
    }

    [Fact]
    public void NewReluClassifier_Verbose_ReportsEachEpochAndProgressEnds()
    {
        // Enough work to show progress: what is done at once shows none.
        ScriptResult result = module.Run(Digits + "New-ReluClassifier $d -Hidden 400,200 -Epochs 60 -Verbose");
        Assert.Equal(
            60, result.Verbose.Count(
                static line => line.Contains("epoch", StringComparison.Ordinal) && line.Contains("loss", StringComparison.Ordinal)));
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
        Assert.Contains("accuracy", result.Progress[0].StatusDescription, StringComparison.Ordinal);
        Assert.True(result.Progress[0].SecondsRemaining >= 0);
    }

    [Fact]
    public void NewReluClassifier_DataNotInTheUnitBox_Warns()
    {
        ScriptResult result = module.Run(
            "Import-InputData $DataFile -LabelColumn Last | New-ReluClassifier -Hidden 4 -Epochs 1 -LearningRate 0.001");
        Assert.Contains("-Scale", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Single(result.Output);
    }

    [Fact]
    public void NewReluClassifier_Stopped_EndsAndKeepsTheNetwork()
    {
        using PowerShell shell = module.Shell(
            "$global:LastReluClassifier = $null\n" + Digits + "'training'; New-ReluClassifier $d -Hidden 100,100 -Epochs 1000000");
        using var output = new PSDataCollection<PSObject>();
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        StoppedShell.StopAtWork(shell, running, output);

        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
        ScriptResult kept = module.Run(
            "$global:LastReluClassifier.Training.Completed; $global:LastReluClassifier.Training.Steps; $global:LastReluClassifier = $null");
        Assert.Equal(false, kept.Output[0].BaseObject);
        Assert.True((long)kept.Output[1].BaseObject > 0);
    }

    [Theory]
    [InlineData("Import-InputData $DataFile -LabelColumn None | New-ReluClassifier -Hidden 4", "DataWithoutLabels")]
    [InlineData(Digits + "New-ReluClassifier $d -Hidden 4, 0", "HiddenInvalid")]
    [InlineData(Digits + "New-ReluClassifier $d -L1 (-1)", "L1Invalid")]
    [InlineData(Digits + "New-ReluClassifier $d -Stability (-1)", "StabilityInvalid")]
    [InlineData(Digits + "New-ReluClassifier $d 8, 4 -Stability 0.1, 0.1, 0.1", "StabilityInvalid")]
    [InlineData(Digits + "New-ReluClassifier $d -Stability 0.1 -StabilityRadius (-0.1)", "StabilityRadiusInvalid")]
    [InlineData(Digits + "New-ReluClassifier $d -Momentum 1", "MomentumInvalid")]
    [InlineData(Digits + "New-ReluClassifier $d -LearningRate 1e30", "TrainingDiverged")]
    [InlineData("Import-InputData $DataFile -LabelColumn First | New-ReluClassifier", "SingleClass")]
    public void BadArgument_HasItsOwnErrorId(string script, string id) =>
        Assert.StartsWith(
            id + ",ExactCompression.Cmdlets.NewReluClassifierCommand", module.Fail(script).FullyQualifiedErrorId, StringComparison.Ordinal);

    [Fact]
    public void NewReluClassifier_APath_NamesTheCmdletThatReadsIt() =>
        Assert.Contains("Import-InputData", module.Fail("New-ReluClassifier ./digits.csv.gz").Exception.Message, StringComparison.Ordinal);
}
