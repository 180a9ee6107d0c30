using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

[Collection(ModuleTests.Name)]
public sealed class SearchTests(ModuleFixture module)
{
    [Fact]
    public void StoppedSearch_EndsAndKeepsItsTable()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("hard.nnet", HardNetwork.Text(inputs: 60, width: 400, depth: 6, seed: 3));
        using PowerShell shell = module.Shell(
            "$global:LastStabilityTable = $null; $n = Import-ReluNetwork $args[0]; 'searching'; $n | Find-StableNeurons", file);
        using var output = new PSDataCollection<PSObject>();
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        StoppedShell.StopAtWork(shell, running, output);

        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
        PSObject kept = module.Run("$global:LastStabilityTable; $global:LastStabilityTable = $null").Single;
        Assert.Contains("ExactCompression.StabilityTable", kept.TypeNames);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0.5")]
    [InlineData("'1'")]
    [InlineData("'00:00:01'")]
    [InlineData("([timespan]::FromSeconds(1))")]
    public void TimeLimit_NumberOrTime_IsSecondsAndEndsTheSearch(string limit)
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("hard.nnet", HardNetwork.Text(inputs: 60, width: 400, depth: 6, seed: 3));
        PSObject table = module.Run($"Import-ReluNetwork $args[0] | Find-StableNeurons -TimeLimit {limit}", file).Single;
        Assert.True((int)table.Properties["Undetermined"].Value > 0); // without a limit the search would go on for long
        Assert.True((TimeSpan)table.Properties["Elapsed"].Value >= TimeSpan.FromSeconds(0.3)); // seconds, not milliseconds or ticks
    }

    [Fact]
    public void Neuron_NamesOrVerdicts_RestrictTheSearch()
    {
        ScriptResult result = module.Run("""
            $net = Import-ReluNetwork $NetworkFile
            $named = $net | Find-StableNeurons -Neuron '1:0-9', '3:*'
            ($named.Neurons | Where-Object { ($_.Layer -eq 1 -and $_.Neuron -lt 10) -or $_.Layer -eq 3 } | Where-Object IsProven).Count
            $some = $net | Find-StableNeurons -Neuron ($named.Neurons | Where-Object { $_.Layer -eq 2 -and $_.Neuron -lt 5 })
            ($some.Neurons | Where-Object { $_.Layer -eq 2 -and $_.Neuron -lt 5 -and $_.IsProven }).Count
            ($named, $some | Join-StabilityTable | Find-StableNeurons).Undetermined
            (Join-StabilityTable $named, $some).Neurons.Count
            """);
        Assert.Equal("", string.Join(' ', result.Errors));
        Assert.Equal([34, 5, 0, 104], result.Output.Select(static o => (int)o.BaseObject));
    }

    [Theory]
    [InlineData("'9:*'", "NoSuchNeuron")]
    [InlineData("'1:48'", "NoSuchNeuron")]
    [InlineData("'first'", "NeuronNotUnderstood")]
    public void Neuron_NotThere_IsRefused(string neuron, string error) => Assert.StartsWith(
        error, module.Fail($"Import-ReluNetwork $NetworkFile | Find-StableNeurons -Neuron {neuron}").FullyQualifiedErrorId,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("'soon'")]
    [InlineData("([double]::NaN)")]
    [InlineData("([double]::PositiveInfinity)")]
    public void TimeLimit_NoTime_IsRefused(string limit) =>
        Assert.Contains(
            "time limit", module.Fail($"Import-ReluNetwork $NetworkFile | Find-StableNeurons -TimeLimit {limit}").Exception.Message,
            StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Find_Verbose_DescribesTheSearch()
    {
        ScriptResult result = module.Run("Import-ReluNetwork $NetworkFile | Find-UnstableNeuronsGpu -Device Cpu -Verbose");
        Assert.Contains(result.Verbose, static line => line.Contains("[0,1]^64", StringComparison.Ordinal));
        Assert.Contains(result.Verbose, static line => line.Contains("CPU (SIMD)", StringComparison.Ordinal));
        Assert.Contains(result.Verbose, static line => line.Contains("decided in", StringComparison.Ordinal));
    }

    [Fact]
    public void Find_Progress_EndsWithCompleted()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("hard.nnet", HardNetwork.Text(inputs: 60, width: 400, depth: 6, seed: 3));
        ScriptResult result = module.Run("Import-ReluNetwork $args[0] | Find-StableNeurons -TimeLimit 2", file);
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
        Assert.Single(result.Progress, static p => p.RecordType == ProgressRecordType.Completed);
        // Five a second at most, and the end; the search may overrun its limit a little.
        Assert.InRange(result.Progress.Length, 2, 40);
    }

    [Fact]
    public void Find_SameSeed_GivesTheSameVerdictsOnAnyNumberOfThreads()
    {
        string[] states = module.Run("""
            $n = Import-ReluNetwork $NetworkFile
            foreach ($threads in 1, 2) { (Find-StableNeurons $n -Seed 5 -Threads $threads).Neurons.State -join '' }
            """).As<string>();
        Assert.Equal(states[0], states[1]);
    }
}
