using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>Sweeps as a user runs them: through the module, and as processes that are killed.</summary>
[Collection(ModuleTests.Name)]
public sealed class SweepTests(ModuleFixture module)
{
    private const string Data = "$data = Import-InputData $DataFile -LabelColumn Last -Scale 0.0625\n";
    private const int Cells = 12;

    /// <summary>Twelve cells of a third of a second or so, one after the other.</summary>
    private const string Script = """
        param($DataFile, $Csv)
        $data = Import-InputData $DataFile -LabelColumn Last -Scale 0.0625
        $rows = Invoke-CompressionSweep -Data $data -Architecture 2x24, 32-16 -L1 0, 0.001,
            0.002 -Seed 0, 1 -Epochs 15 -ThrottleLimit 1 -Path $Csv
        "made $(@($rows).Count)"
        """;

    [Fact]
    public void Sweep_KilledInTheMiddleAndStartedAgain_LosesNothingAndRepeatsNothing()
    {
        using var folder = new TemporaryFolder();
        string script = folder.Write("sweep.ps1", Script), csv = folder.File("sweep.csv");
        using (Process process = HostProcess.Start([script, RepositoryPaths.DigitsData, csv]))
        {
            WaitForLines(process, csv, 4);
            process.Kill();
            process.WaitForExit();
        }

        byte[] left = File.ReadAllBytes(csv);
        // As if it had been killed while it wrote the last row.
        byte[] torn = left[..^7];
        File.WriteAllBytes(csv, torn);
        int whole = torn.Count(static b => b == '\n') - 1;
        Assert.InRange(whole, 2, Cells - 2);

        HostRun again = HostProcess.Run([script, RepositoryPaths.DigitsData, csv]);
        Assert.Equal($"made {Cells - whole}", again.Output.Trim().Split('\n')[^1]);
        byte[] end = File.ReadAllBytes(csv);
        int kept = Array.LastIndexOf(torn, (byte)'\n') + 1;
        Assert.Equal(torn[..kept], end[..kept]);
        Assert.Equal(Cells + 1, File.ReadAllLines(csv).Length);
        Assert.Equal(Cells, SweepFile.Read(csv).Cells);

        HostRun third = HostProcess.Run([script, RepositoryPaths.DigitsData, csv]);
        Assert.Equal(
            [$"All {Cells} rows are in sweep.csv already; -PassThru outputs such rows.", "made 0"], third.Output.Trim().Split('\n'));
        Assert.Equal(end, File.ReadAllBytes(csv));
    }

    [Fact]
    public void Sweep_TwoProcessesOnOneFile_HasEachRowOnce()
    {
        using var folder = new TemporaryFolder();
        string script = folder.Write("sweep.ps1", Script.Replace("-Epochs 15", "-Epochs 3", StringComparison.Ordinal)),
            csv = folder.File("sweep.csv");
        using Process one = HostProcess.Start([script, RepositoryPaths.DigitsData, csv]),
            two = HostProcess.Start([script, RepositoryPaths.DigitsData, csv]);
        string[] outputs = [one.StandardOutput.ReadToEnd(), two.StandardOutput.ReadToEnd()];
        one.WaitForExit();
        two.WaitForExit();
        Assert.Equal((0, 0), (one.ExitCode, two.ExitCode));
        Assert.Equal(Cells, outputs.Sum(static text => int.Parse(text.Trim().Split(' ')[^1], CultureInfo.InvariantCulture)));
        Assert.Equal(Cells + 1, File.ReadAllLines(csv).Length);
        Assert.Equal(Cells, SweepFile.Read(csv).Cells);
    }

    [SkippableFact]
    public void Sweep_Interrupted_KeepsItsRowsAndStopsSoon()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signal to send to another process.");
        using var folder = new TemporaryFolder();
        string script = folder.Write(
            "sweep.ps1",
            Script.Replace("-L1 0, 0.001, 0.002 -Seed 0, 1 -Epochs 15", "-L1 0, 0.001 -Epochs 15", StringComparison.Ordinal).Replace(
                "32-16", "256-256-256-256", StringComparison.Ordinal)), csv = folder.File("sweep.csv");
        using Process process = HostProcess.Start([script, RepositoryPaths.DigitsData, csv]);
        WaitForLines(process, csv, 2);
        using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal(130, process.ExitCode);
        Assert.InRange(SweepFile.Read(csv).Rows.Count, 1, 3);
        Assert.EndsWith("\n", File.ReadAllText(csv), StringComparison.Ordinal);
    }

    [Fact]
    public void Sweep_FolderWithABadFile_GivesARowForEach()
    {
        using var folder = new TemporaryFolder();
        File.Copy(RepositoryPaths.DigitsNetwork, folder.File("good.onnx"));
        folder.Write("bad.onnx", "this is no network");
        folder.Write("notes.txt", "neither is this");
        ScriptResult result = module.Run(Data + "Invoke-CompressionSweep $args[0] -TestData $data -Level LeoPlusPlus", folder.Path);
        Assert.Empty(result.Errors);
        PSObject[] rows = [.. result.Output.OrderBy(static row => Text(row, "Network"))];
        Assert.Equal(["bad", "good"], rows.Select(static row => Text(row, "Network")));
        Assert.StartsWith("UnknownNetworkFormat: ", Text(rows[0], "Error"), StringComparison.Ordinal);
        Assert.Equal("64-32-19-17-10", Text(rows[1], "Compressed"));
        Assert.Equal(Number(rows[1], "Accuracy"), Number(rows[1], "AccuracyAfter"));
    }

    [Fact]
    public void Sweep_RunAgain_SaysThatAllRowsAreThere()
    {
        using var folder = new TemporaryFolder();
        string again = "$NetworkFile | Invoke-CompressionSweep -Level DeleteOnly -Path $args[0] -InformationVariable said; \"$said\"";
        Assert.Equal(2, module.Run(again, folder.File("s.csv")).Output.Length);
        ScriptResult second = module.Run(again, folder.File("s.csv"));
        Assert.Equal("The row is in s.csv already; -PassThru outputs such rows.", second.Single.ToString());
    }

    [Theory]
    [InlineData("Import-ReluNetwork $NetworkFile | Invoke-CompressionSweep -Level DeleteOnly")]
    [InlineData("$NetworkFile | Invoke-CompressionSweep -Level DeleteOnly")]
    [InlineData("[System.IO.FileInfo]$NetworkFile | Invoke-CompressionSweep -Level DeleteOnly")]
    [InlineData("Invoke-CompressionSweep -InputObject @((Import-ReluNetwork $NetworkFile)) -Level DeleteOnly")]
    public void Sweep_AnyKindOfInput_IsTheSameNetwork(string script)
    {
        PSObject row = module.Run(script).Single;
        Assert.Equal(0.004, Number(row, "L1"));
        Assert.Equal(0, Number(row, "ProvenDeviation"));
        Assert.Equal("", Text(row, "Error"));
    }

    [Fact]
    public void Sweep_SmallerBalls_HaveMoreStableNeurons()
    {
        PSObject[] rows = module.Run(
            Data + "Import-ReluNetwork $NetworkFile | "
                + "Invoke-CompressionSweep -Data $data -Radius 0.5, 0.1, 0.01 -Row 1 -Level DeleteOnly").Output;
        PSObject[] sorted = [.. rows.OrderByDescending(static row => Number(row, "Radius"))];
        Assert.Equal([0.5, 0.1, 0.01], sorted.Select(static row => Number(row, "Radius")));
        Assert.Equal("ball 0.5 round row 1 of digits in [0,1]^64", Text(sorted[0], "Domain"));
        Assert.True(
            Number(sorted[0], "StablePercent") < Number(sorted[1], "StablePercent")
                && Number(sorted[1], "StablePercent") < Number(sorted[2], "StablePercent"));
        Assert.True(Number(sorted[0], "DomainWidth") > Number(sorted[1], "DomainWidth"));
    }

    [Fact]
    public void Sweep_Methods_AgreeAndNameTheirSolver()
    {
        PSObject[] rows = module.Run(
            Data + "Import-ReluNetwork $NetworkFile | "
                + "Invoke-CompressionSweep -Data $data -Method Hybrid, Isa -Preprocess All, None "
                + "-Level DeleteOnly").Output;
        Assert.Equal(4, rows.Length);
        Assert.Single(
            rows.Select(static row => (Number(row, "StablyActive"), Number(row, "StablyInactive"), Number(row, "Unstable"))).Distinct());
        Assert.All(rows, static row => Assert.Equal(Text(row, "Method") == "Hybrid" ? "" : "Scip", Text(row, "Solver")));
        Assert.Contains(rows, static row => Text(row, "Method") == "Isa" && Number(row, "MilpSeconds") > 0);
    }

    [Fact]
    public void Sweep_WhatIf_MakesNoRowAndNoFile()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            Data + "Invoke-CompressionSweep -Data $data -Architecture 8 -Path $args[0] -NetworkFolder $args[1] -WhatIf",
            folder.File("a.csv"), folder.File("networks"));
        Assert.Empty(result.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Sweep_PassThru_GivesOldRowsToo()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            Data + """
            $sweep = @{ Data = $data; Epochs = 1; Path = $args[0]; Level = 'DeleteOnly' }
            @(Invoke-CompressionSweep -Architecture 8 @sweep).Count
            @(Invoke-CompressionSweep -Architecture 8, 9 @sweep -PassThru).Count
            @(Invoke-CompressionSweep -Architecture 8, 9 @sweep).Count
            """,
            folder.File("a.csv"));
        Assert.Equal([1, 2, 0], result.As<int>());
    }

    [Fact]
    public void Sweep_Csv_OpensInImportCsv()
    {
        using var folder = new TemporaryFolder();
        HostRun run = HostProcess.Run(
            [
                folder.Write("a.ps1", """
                    param($Network, $Csv)
                    Invoke-CompressionSweep $Network -Path $Csv | Out-Null
                    $row = Import-Csv $Csv
                    "$($row.Network)|$($row.Domain)|$($row.UnstableByLayer)|$([double]$row.ConnectionsRemovedPercent -gt 40)|$(@($row.PSObject.Properties).Count)"
                    """),
                RepositoryPaths.DigitsNetwork,
                folder.File("a.csv"),
            ]);
        Assert.Equal("", run.Error);
        string[] fields = run.Output.Trim().Split('|');
        Assert.Equal(["digits_48-32-24_l1-0.004", "[0,1]^64"], fields[..2]);
        Assert.Equal(59, fields[2].Split(' ').Sum(static n => int.Parse(n, CultureInfo.InvariantCulture)));
        Assert.Equal(["True", SweepFile.Read(folder.File("a.csv")).Columns.Length.ToString(CultureInfo.InvariantCulture)], fields[3..]);
    }

    [Fact]
    public void Sweep_Progress_SaysWhatIsLeft()
    {
        // Enough work to show progress: what is done at once shows none.
        ScriptResult result = module.Run(
            Data + "Invoke-CompressionSweep -Data $data -Architecture 400-300 -L1 0, 0.001, 0.002, 0.003 -Epochs 10 -ThrottleLimit 1 "
                + "-Threads 1 | Out-Null");
        Assert.Contains(result.Progress, static p => p.StatusDescription.EndsWith(" of 4 cells left", StringComparison.Ordinal));
        Assert.Contains(result.Progress, static p => p.RecordType == ProgressRecordType.Completed);
        Assert.Contains(result.Progress, static p => p.CurrentOperation?.Contains("digits_400-300_l1-", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("Invoke-CompressionSweep $NetworkFile -Data $data -Row 1", "RowWithoutRadius")]
    [InlineData("Invoke-CompressionSweep -Architecture 8", "TrainingWithoutData")]
    [InlineData("Invoke-CompressionSweep -Architecture eight -Data $data", "ArchitectureInvalid")]
    [InlineData("Invoke-CompressionSweep -Architecture 8 -Data (Import-InputData $DataFile)", "DataWithoutLabels")]
    [InlineData("Invoke-CompressionSweep $NetworkFile -Radius 0.1", "RadiusWithoutData")]
    [InlineData("Invoke-CompressionSweep $NetworkFile -Data $data -Radius 0.1 -Row 5000", "DataRowMissing")]
    [InlineData("Invoke-CompressionSweep $NetworkFile -Data $data -Radius -0.1", "DomainRadiusInvalid")]
    [InlineData("Invoke-CompressionSweep $NetworkFile -ShardIndex 2 -ShardCount 2", "ShardMissing")]
    [InlineData("Invoke-CompressionSweep 5", "SweepInputUnknown")]
    [InlineData("Invoke-CompressionSweep (New-InputDomain 0 1)", "SweepInputUnknown")]
    [InlineData("Invoke-CompressionSweep /no/such/network.onnx", "PathNotFound")]
    [InlineData("Invoke-CompressionSweep $NetworkFile -Path $DataFile", "SweepCsvColumns")]
    public void Sweep_BadArgument_IsAnErrorThatSaysSo(string script, string errorId) =>
        Assert.StartsWith(errorId + ",", module.Fail(Data + script).FullyQualifiedErrorId, StringComparison.Ordinal);

    private static string Text(PSObject row, string property) => row.Properties[property].Value?.ToString() ?? "";

    private static double Number(PSObject row, string property) =>
        Convert.ToDouble(row.Properties[property].Value, CultureInfo.InvariantCulture);

    private static void WaitForLines(Process process, string file, int lines)
    {
        long start = Stopwatch.GetTimestamp();
        while (!File.Exists(file) || Content(file).Count(static c => c == '\n') < lines)
        {
            Assert.False(process.HasExited, "The sweep ended before it could be stopped.");
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(2), "No rows came.");
            Thread.Sleep(5);
        }
    }

    /// <summary>Without a lock that the sweep would wait for.</summary>
    private static string Content(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
