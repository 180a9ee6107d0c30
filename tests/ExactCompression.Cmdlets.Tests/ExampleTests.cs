using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The scripts of <c>examples/</c>, as processes of the host, on small data.</summary>
public sealed class ExampleTests
{
    private static readonly string[] PaperPictures = ["grid.svg", "compressibility.svg", "methods.svg", "data-pass.svg"];

    [Fact]
    public void SweepFolder_HasARowForEachNetwork()
    {
        using var folder = new TemporaryFolder();
        File.Copy(RepositoryPaths.DigitsNetwork, folder.File("a.onnx"));
        folder.Write("b.nnet", "damaged");
        string csv = folder.File("networks.csv");
        HostRun run = Run("sweep-folder.ps1", "-NetworkPath", folder.Path, "-CsvPath", csv);
        Assert.Contains("2 networks are in", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 of them with an error", run.Output, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], SweepFile.Read(csv).Rows.Select(static row => row["Network"]).Order());
    }

    [Fact]
    public void CompareMethods_TheyAgree()
    {
        using var folder = new TemporaryFolder();
        string csv = folder.File("methods.csv");
        HostRun run = Run("compare-methods.ps1", "-CsvPath", csv, "-Method", "Hybrid,Isa");
        Assert.Contains("all methods that decided every neuron agree", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, SweepFile.Read(csv).Cells);
    }

    /// <summary>Processes decide parts of a search; a part that is missing is made up for, and the whole is joined.</summary>
    [Fact]
    public async Task NeuronShard_SeveralProcesses_DecideTogether()
    {
        using var folder = new TemporaryFolder();
        string pieces = folder.File("pieces");
        string[] common = ["-OutputPath", pieces, "-PieceSize", "8", "-Threads", "1"];
        Run("neuron-shard.ps1", [.. common, "-Prepare", "-FirstTimeLimit", "0.0001"]);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(
            shard => Task.Run(() => Run("neuron-shard.ps1", [.. common, "-ShardIndex", $"{shard}", "-ShardCount", "2"]))));
        string[] files = Directory.GetFiles(pieces, "piece-*.csv");
        Assert.True(files.Length > 2, $"{files.Length} pieces");

        // One is lost; a single process makes up for it, and only for it.
        File.Delete(files[1]);
        Assert.Single(Regex.Matches(Run("neuron-shard.ps1", common).Output, "^piece ", RegexOptions.Multiline));
        string joined = Run("neuron-shard.ps1", [.. common, "-Join"]).Output;
        Assert.Contains(": 0 of 104 neurons are undetermined", joined, StringComparison.Ordinal);
    }

    [Fact]
    public void WideningBox_DrawsTheCurve()
    {
        using var folder = new TemporaryFolder();
        string csv = folder.File("box.csv");
        Run("widening-box.ps1", "-CsvPath", csv, "-Radius", "0.01,0.1,1");
        Dictionary<string, string>[] rows = [.. SweepFile.Read(csv).Rows.OrderBy(static row => SweepFile.Number(row, "Radius"))];
        Assert.Equal(3, rows.Length);
        Assert.True(SweepFile.Number(rows[0], "StablePercent") > SweepFile.Number(rows[2], "StablePercent"));
        Assert.True(new FileInfo(folder.File("box.svg")).Length > 1000);
    }

    [Fact]
    public void ShrinkingDomain_SmallerDomainsHaveNoFewerStableNeurons()
    {
        using var folder = new TemporaryFolder();
        string csv = folder.File("domains.csv");
        Run("shrinking-domain.ps1", "-CsvPath", csv, "-Margin", "0.05", "-Radius", "0.01", "-Row", "0");
        var rows = SweepFile.Read(csv).Rows.ToDictionary(static row => row["Domain"]);
        Assert.Equal(3, rows.Count);
        Dictionary<string, string> unit = rows["[0,1]^64"];
        Assert.All(
            rows.Values,
            row => Assert.True(
                SweepFile.Number(row, "StablePercent") >= SweepFile.Number(unit, "StablePercent")
                    && SweepFile.Number(row, "DomainWidth") <= SweepFile.Number(unit, "DomainWidth")));
        Assert.Contains("range of digits +/- 0.05 in [0,1]^64", rows.Keys);
    }

    [Fact]
    public void ComparePenalties_ShowsTheBestOfEach()
    {
        using var folder = new TemporaryFolder();
        string csv = folder.File("penalties.csv");
        string script = folder.Write(
            "run.ps1",
            $"& '{Path.Combine(RepositoryPaths.Examples, "compare-penalties.ps1")}' -CsvPath '{csv}' -L1 0.001, 0.03 -Stability 0.001 "
                + "-Mode Width -Seed 0 -Epochs 5 -Drop 100");
        HostRun run = HostProcess.Run([script]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        Assert.All(
            (string[])["none ", "l1 ", "stability, Width ", "l1 and stability, Width ", "6 trainings are in"],
            text => Assert.Contains("\n" + text, run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal));
        Assert.Equal(6, Good(csv));
    }

    [Fact]
    public void ComparePenalties_OfConvolutions_ShowsTheBestOfEach()
    {
        using var folder = new TemporaryFolder();
        string csv = folder.File("penalties.csv");
        string script = folder.Write(
            "run.ps1",
            $"& '{Path.Combine(RepositoryPaths.Examples, "compare-penalties.ps1")}' -Architecture 4c3s2-8 -CsvPath '{csv}' -L1 0.001 "
                + "-FilterPenalty 0.1, 0.5 -ScalePenalty 0.1 -Seed 0 -Epochs 3 -Drop 100");
        HostRun run = HostProcess.Run([script]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        Assert.All(
            (string[])["none ", "l1 ", "filters ", "none, BatchNormalization ", "scales, BatchNormalization ", "6 trainings are in"],
            text => Assert.Contains("\n" + text, run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal));
        Assert.Equal(6, Good(csv));
    }

    [Fact]
    public void FanOut_ToProcesses_PutsAllSharesTogether()
    {
        using var folder = new TemporaryFolder();
        string csv = folder.File("all.csv"), shares = folder.File("shares");
        string script = folder.Write(
            "run.ps1",
            $"& '{Path.Combine(RepositoryPaths.Examples, "fan-out.ps1")}' -Jobs 2 -OutputPath '{shares}' -CsvPath '{csv}' "
                + "-Sweep @{ Architecture = '8', '6-6'; L1 = 0, 0.01; Epochs = 2 }");
        HostRun run = HostProcess.Run([script]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        Assert.Contains("4 rows are in", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            ["shard-0.csv", "shard-1.csv"], Directory.EnumerateFiles(shares).Select(static file => Path.GetFileName(file)!).Order());
        Assert.Equal(File.ReadLines(folder.File("shares/shard-0.csv")).First(), File.ReadLines(csv).First());
        Assert.Equal(4, Good(csv));
    }

    [SkippableFact]
    public void JobArray_EveryTask_DoesItsShare()
    {
        Skip.If(OperatingSystem.IsWindows(), "Slurm runs on Linux.");
        using var folder = new TemporaryFolder();
        for (int task = 1; task <= 2; task++)
        {
            var start = new ProcessStartInfo(
                "bash") { WorkingDirectory = RepositoryPaths.Root, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string argument in new[] { Path.Combine(RepositoryPaths.Examples, "sweep.sbatch"), "-OutputPath", $"'{folder.Path}'",
                "-Architecture", "8", "-L1", "0,0.01,0.02", "-Epochs", "2" })
                start.ArgumentList.Add(argument);
            foreach ((string name,
                string value) in new[] { ("SLURM_ARRAY_TASK_ID", $"{task}"), ("SLURM_ARRAY_TASK_MIN", "1"),
                    ("SLURM_ARRAY_TASK_COUNT", "2") })
                start.Environment[name] = value;
            start.Environment.Remove("SLURM_SUBMIT_DIR");
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(("", 0), (error, process.ExitCode));
            Assert.Contains($"shard {task - 1} of 2: {3 - task} rows, 0 with an error", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Paper_AllExperiments_RunOnDigits()
    {
        using var folder = new TemporaryFolder();
        string setting = File.ReadAllText(Path.Combine(RepositoryPaths.Examples, "paper", "setting.ps1"));
        string[] small = [.. new[] { ("@('2x32', '2x64', '3x32')", "@('2x12', '8')"),
            ("@(0, 0.0005, 0.001, 0.002, 0.004, 0.008)", "@(0, 0.01)"),
            ("Epochs = 100; BatchSize = 32", "Epochs = 5; BatchSize = 32") }.Select(change =>
        {
            Assert.Contains(change.Item1, setting, StringComparison.Ordinal);
            return setting = setting.Replace(change.Item1, change.Item2, StringComparison.Ordinal);
        })];
        // The scripts beside a smaller setting.
        Directory.CreateDirectory(folder.File("examples/paper"));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Examples, "paper"), "*.ps1"))
            File.Copy(file, folder.File($"examples/paper/{Path.GetFileName(file)}"));
        File.WriteAllText(folder.File("examples/paper/setting.ps1"), small[^1]);
        File.Copy(RepositoryPaths.DigitsData, folder.File("examples/digits.csv.gz"));
        HostRun run = HostProcess.Run([folder.File("examples/paper/run-all.ps1"), "-OutputPath", folder.File("out")]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        Assert.Equal(2 + 2 + 4, Good(folder.File("out/grid.csv")));
        Assert.Equal(10, Good(folder.File("out/methods.csv")));
        Assert.Equal(12, Good(folder.File("out/data-pass.csv")));
        Assert.All(PaperPictures, name => Assert.True(new FileInfo(folder.File($"out/{name}")).Length > 1000));
        Assert.Equal(3, File.ReadAllLines(folder.File("out/compressibility.csv")).Length);
    }

    /// <summary>A network in a problem of OR-Tools: the project is built with the solution, and checks its answer by the network.</summary>
    [Fact]
    public void SmallestChange_FindsAnotherDigit()
    {
        string built = Directory.EnumerateFiles(
            Path.Combine(RepositoryPaths.Examples, "SmallestChange", "bin"), "SmallestChange.dll", SearchOption.AllDirectories)
            .OrderByDescending(File.GetLastWriteTimeUtc).First();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[] { built, "0", "0.15", RepositoryPaths.DigitsNetwork, RepositoryPaths.DigitsData })
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(("", 0), (error, process.ExitCode));
        Assert.Matches(@"Row 0 is read as \d; \d+ of 104 neurons need a binary variable\.", output);
        Assert.Matches(@"A change of \d+\.\d+ in \d+ grey values makes it \d:", output);
    }

    private static int Good(string csv) => SweepFile.Read(csv).Rows.Count(static row => row["Error"].Length == 0);

    /// <summary>With arguments as PowerShell writes them: a command line of the system has no lists.</summary>
    private static HostRun Run(string script, params string[] arguments)
    {
        HostRun run = HostProcess.Run(["-Command", $"& '{Path.Combine(RepositoryPaths.Examples, script)}' {string.Join(' ', arguments)}"]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        return run;
    }
}
