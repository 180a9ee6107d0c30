namespace ExactCompression.Cmdlets.Tests;

/// <summary>Long cmdlets in the background.</summary>
[Collection(ModuleTests.Name)]
public sealed class JobTests(ModuleFixture module)
{
    [Theory]
    [InlineData("$n | Find-StableNeurons")]
    [InlineData("$n, $n | Find-StableNeurons -Seed 3")]
    [InlineData("Find-StableNeurons $n")]
    [InlineData("$n | Find-UnstableNeuronsGpu -Device Cpu -Threads 1")]
    [InlineData("$t | Invoke-LeoCompression -Level DeleteOnly")]
    [InlineData("Test-NetworkEquivalence $n $n")]
    [InlineData("$c | Test-NetworkEquivalence")]
    [InlineData("$n | Get-ActivationPattern -Count 2")]
    public void AsJob_GivesWhatTheCmdletGives(string command)
    {
        ScriptResult result = module.Run($$"""
            $n = Import-ReluNetwork $NetworkFile; $t = $n | Find-StableNeurons; $c = $t | Invoke-LeoCompression
            $here = @({{command}})
            $job = {{command}} -AsJob
            $job.PSJobTypeName
            $there = @($job | Wait-Job | Receive-Job)
            $job.State; $job.HasMoreData
            Remove-Job $job
            $there.ForEach({ $_.GetType().FullName + ' ' + $_ }) -join "`n"
            $here.ForEach({ $_.GetType().FullName + ' ' + $_ }) -join "`n"
            """);
        Assert.Empty(result.Errors);
        Assert.Equal(["CommandJob", "Completed", "False"], result.Output[..3].Select(static o => o.ToString()));
        Assert.Equal(result.Output[4].ToString(), result.Output[3].ToString());
        Assert.NotEmpty(result.Output[3].ToString());
    }

    [Fact]
    public void AsJob_TrainingAndSweep_TakeTheirInputAndTheSessionsFolder()
    {
        using var folder = new TemporaryFolder();
        File.Copy(RepositoryPaths.DigitsNetwork, folder.File("a[1].onnx"));
        ScriptResult result = module.Run("""
            $back = $ExecutionContext.SessionState.Path.CurrentLocation
            $null = $ExecutionContext.SessionState.Path.SetLocation($args[0])
            try {
                $data = Import-InputData $DataFile -LabelColumn Last -Scale 0.0625
                $train = $data | New-ReluClassifier -Hidden 4 -Epochs 1 -AsJob
                $sweep = Import-ReluNetwork -LiteralPath './a[1].onnx' | Invoke-CompressionSweep -Path rows.csv -AsJob
                ($train | Wait-Job | Receive-Job).Architecture
                ($sweep | Wait-Job | Receive-Job).Architecture
                $train, $sweep | Remove-Job
            }
            finally { $null = $ExecutionContext.SessionState.Path.SetLocation($back) }
            """, folder.Path);
        Assert.Empty(result.Errors);
        Assert.Equal(["64-4-10", "64-48-32-24-10"], result.As<string>());
        Assert.True(File.Exists(folder.File("rows.csv")));
    }

    [Fact]
    public void AsJob_ReceiveAndRemove_Ends()
    {
        // The job is disposed of by its own news that it has ended.
        ScriptResult result = module.Run(
            "(Import-ReluNetwork $NetworkFile | Find-StableNeurons -AsJob | Receive-Job -Wait -AutoRemoveJob).Neurons.Count; "
                + "@(Get-Job).Count");
        Assert.Equal([104, 0], result.As<int>());
    }

    [Fact]
    public void AsJob_Streams_AreTheJobs()
    {
        ScriptResult result = module.Run("""
            $net = Import-ReluNetwork $NetworkFile
            $job = $net | Find-StableNeurons -AsJob -Verbose -Debug -OutVariable mine | Wait-Job
            $job.Verbose.Count -gt 3; $job.Debug.Count -gt 2; $job.Output.Count; $mine.Count
            Remove-Job $job
            $bad = $net | Find-StableNeurons -Domain (New-InputDomain 0 1 -Size 3) -AsJob | Wait-Job
            $bad.Error[0].FullyQualifiedErrorId
            Remove-Job $bad
            $worse = Find-StableNeurons $net -Domain (New-InputDomain 0 1 -Size 3) -AsJob | Wait-Job
            "$($worse.State) $($worse.Error[0].FullyQualifiedErrorId)"
            Remove-Job $worse
            """);
        Assert.Equal(
            ["True", "True", "1", "1", "DomainSizeMismatch,ExactCompression.Cmdlets.FindStableNeuronsCommand",
                "Failed DomainSizeMismatch,ExactCompression.Cmdlets.FindStableNeuronsCommand"],
                result.Output.Select(static o => o.ToString()));
    }

    [Fact]
    public void StopJob_RunningSearch_KeepsWhatIsDecided()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("hard.nnet", HardNetwork.Text(inputs: 60, width: 400, depth: 6, seed: 3));
        ScriptResult result = module.Run("""
            $job = Import-ReluNetwork $args[0] | Find-StableNeurons -AsJob
            while ($job.Progress.Count -eq 0 -and $job.State -eq 'Running') { [System.Threading.Thread]::Sleep(20) }
            $job.State
            Stop-Job $job
            $job.State
            $table = Receive-Job $job -Keep -WarningAction SilentlyContinue
            $table.GetType().Name
            $table.Undetermined -gt 0
            "$($job.Warning)" -replace '[0-9][0-9,]*', 'n'
            Remove-Job $job
            """, file);
        const string Told = "Stopped. n of n neurons are decided; the job's output is the table, and Find-StableNeurons goes on from it.";
        Assert.Equal(["Running", "Stopped", "StabilityTable", "True", Told], result.Output.Select(static o => o.ToString()));
    }
}
