using System.Diagnostics;
using System.Globalization;

namespace ExactCompression.Cmdlets.Tests;

public sealed class HostTests
{
    [Theory]
    [InlineData("1 + 1", 0, "2\n")]
    [InlineData("'a'; exit 3", 3, "a\n")]
    [InlineData("exit", 0, "")]
    [InlineData("(Get-Module ExactCompression).Name", 0, "ExactCompression\n")]
    [InlineData("no-such-command; 'after'", 0, "after\n")]
    [InlineData("'before'; no-such-command", 1, "before\n")]
    [InlineData("'before'; throw 'trouble'; 'after'", 1, "before\n")]
    [InlineData("$ErrorActionPreference = 'Stop'; Import-ReluNetwork ./no-such-file; 'after'", 1, "")]
    public void Command_ExitCodeAndOutput_AreThoseOfPowerShell(string command, int exitCode, string output)
    {
        HostRun run = HostProcess.Run(["-Command", command]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(output, run.Output);
    }

    [Fact]
    public void Help_LongLines_BreakBetweenWords()
    {
        HostRun run = HostProcess.Run(
            ["-Command",
                "Get-Help Find-StableNeurons | Out-String -Width 80; [cultureinfo]::CurrentCulture.Name.Length; 1234567.5; '{0:n1}' -f "
                    + "1234567.5; [datetime]'2020-01-02' | Out-String"]);
        Assert.Matches(@"never above 0\s+on the domain", run.Output);
        string[] lines = run.Output.ReplaceLineEndings("\n").Split('\n');
        string[] text = [.. lines.SkipWhile(static l => !l.StartsWith("DESCRIPTION", StringComparison.Ordinal)).TakeWhile(
            static l => !l.StartsWith("RELATED", StringComparison.Ordinal))];
        Assert.Contains(text, static line => line.Length > 60);
        Assert.DoesNotContain(
            text, static line => line.StartsWith("     ", StringComparison.Ordinal)); // a break elsewhere leaves a word's space in front
        Assert.Contains("0\n1234567.5\n1,234,567.5\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Script_Arguments_BindByNameAndPosition()
    {
        using var folder = new TemporaryFolder();
        string script = folder.Write(
            "a.ps1", "param([string]$Name, [int]$Count, [switch]$Yes, [switch]$No) \"$Name|$Count|$Yes|$No|$($args -join "
                + "',')|$PSScriptRoot|$(Split-Path $PSCommandPath -Leaf)\"; exit 7");
        HostRun run = HostProcess.Run([script, "-Count", "5", "-Yes", "-No:$false", "a name with 'quotes' and $dollars", "rest", "-1"]);
        Assert.Equal(7, run.ExitCode);
        Assert.Equal($"a name with 'quotes' and $dollars|5|True|False|rest,-1|{folder.Path}|a.ps1\n", run.Output);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public void Script_Errors_GoToStandardErrorAlone()
    {
        using var folder = new TemporaryFolder();
        string script = folder.Write("a.ps1", "Import-ReluNetwork ./no-such.onnx, ./nor-this.onnx\n'still here'\nWrite-Warning 'careful'");
        HostRun run = HostProcess.Run([script]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("still here\nWARNING: careful\n", run.Output);
        Assert.Contains("no-such.onnx", run.Error, StringComparison.Ordinal);
        Assert.Contains("nor-this.onnx", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Error);
    }

    [Theory]
    [InlineData("throw 'trouble'", 1, "trouble")]
    [InlineData("if (", 1, "a.ps1")]
    [InlineData("$ErrorActionPreference = 'Stop'; Write-Error 'stopped here'; 'after'", 1, "stopped here")]
    public void Script_TerminatingError_ExitsWithOne(string text, int exitCode, string error)
    {
        using var folder = new TemporaryFolder();
        HostRun run = HostProcess.Run([folder.Write("a.ps1", text)]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("param([int]$Count) 'ran'", "-Count", "'Count'")]
    [InlineData("param([int]$Count) 'ran'", "many", "'Count'")]
    [InlineData("[CmdletBinding()] param([int]$Count) 'ran'", "-Number:3", "'Number'")]
    [InlineData("param([ValidateSet('a', 'b')]$Kind) 'ran'", "c", "\"a,b\"")]
    [InlineData("param([Parameter(Mandatory)][string]$Name) 'ran'", "-Verbose", "Name")]
    public void Script_WrongArguments_AreSaidOfItsName(string text, string argument, string error)
    {
        using var folder = new TemporaryFolder();
        HostRun run = HostProcess.Run([folder.Write("a [1].ps1", text), argument]);
        Assert.Equal(64, run.ExitCode);
        Assert.StartsWith("a [1].ps1: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public void Script_WrongArgumentsOfACommandInIt_AreAnErrorLikeOthers()
    {
        using var folder = new TemporaryFolder();
        HostRun run = HostProcess.Run([folder.Write("a.ps1", "function f([int]$n) { }\nf x\n'after'")]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("after\n", run.Output);
        Assert.Contains("'n'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("./no-such-script.ps1", 64, "no-such-script.ps1")]
    [InlineData("-Command", 64, "-Command")]
    [InlineData("-Nonsense", 64, "-Nonsense")]
    public void BadCommandLine_IsRefused(string argument, int exitCode, string error)
    {
        HostRun run = HostProcess.Run([argument]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompt_CommandsFromStandardInput_RunUntilExit()
    {
        HostRun run = HostProcess.Run([], "'one'\nif ($true) {\n  'two'\n}\nno-such-command\n'three'\nexit 4\n'never'\n");
        Assert.Equal(4, run.ExitCode);
        Assert.Equal("one\ntwo\nthree\n", run.Output);
        Assert.Contains("no-such-command", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Module_ElsewhereByVariable_IsFoundOrRefusedClearly()
    {
        HostRun found = HostProcess.Run(
            ["-Command", "'ok'"], change: start => start.Environment["EXACTCOMPRESSION_MODULE"] = RepositoryPaths.Root);
        Assert.Equal("ok\n", found.Output);
        HostRun missing = HostProcess.Run(
            ["-Command", "'ok'"], change: static start => start.Environment["EXACTCOMPRESSION_MODULE"] = "/no/such/place");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("/no/such/place", missing.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Interrupt_RunningSearch_StopsIt()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signal to send to another process.");
        Skip.If(Signals.IsIgnored(2), "These tests were started with SIGINT ignored, as by '&' in a script, and so are their children.");
        using var folder = new TemporaryFolder();
        string network = folder.Write("hard.nnet", HardNetwork.Text(inputs: 60, width: 400, depth: 6, seed: 3));
        string script = folder.Write("a.ps1", "param($Path) $n = Import-ReluNetwork $Path; 'searching'; $n | Find-StableNeurons; 'after'");
        using Process process = HostProcess.Start([script, network]);
        Assert.Equal("searching", process.StandardOutput.ReadLine());
        HostProcess.WaitForWork(process, 1);
        using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2))); // the search itself would take far longer
        Assert.Equal(130, process.ExitCode);
        string output = process.StandardOutput.ReadToEnd();
        Assert.DoesNotContain("after", output, StringComparison.Ordinal);
        Assert.Contains(" of 2,400 neurons are decided; $LastStabilityTable has the table", output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void Signal_RunningSearch_KeepsWhatIsDecidedAndEndsWithItsCode(string signal, int code)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux says whether a signal is ignored.");
        Skip.If(
            signal == "HUP" && Signals.IsIgnored(1),
            "These tests were started with SIGHUP ignored, as by nohup, and so are their children.");
        using var folder = new TemporaryFolder();
        string network = folder.Write("hard.nnet", HardNetwork.Text(inputs: 60, width: 400, depth: 6, seed: 3)),
            kept = folder.File("kept.csv");
        string script = folder.Write("a.ps1", """
            param($Path, $Kept)
            $n = Import-ReluNetwork $Path
            'searching'
            try { $t = $n | Find-StableNeurons }
            finally { $LastStabilityTable | Export-StabilityTable $Kept }
            'after'
            exit 7
            """);
        using Process process = HostProcess.Start([script, network, kept]);
        Assert.Equal("searching", process.StandardOutput.ReadLine());
        HostProcess.WaitForWork(process, 4);
        using Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)));
        Assert.Equal(code, process.ExitCode);
        Assert.DoesNotContain("after", process.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        string[] rows = File.ReadAllLines(kept);
        Assert.Equal(1 + 6 * 400, rows.Length);
        Assert.Contains(
            rows, static row => row.Contains("Stably", StringComparison.Ordinal) || row.Contains(",Unstable,", StringComparison.Ordinal));
        Assert.Equal(
            ["a.ps1", "hard.nnet", "kept.csv"],
            Directory.GetFiles(folder.Path).Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public void Signal_FinallyThatDoesNotEnd_EndsAnyway()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signal to send to another process.");
        using Process process = HostProcess.Start(
            ["-Command", "'go'; try { Start-Sleep 300 } finally { [System.Threading.Thread]::Sleep(300000) }"]);
        Assert.Equal("go", process.StandardOutput.ReadLine());
        Thread.Sleep(1000);
        using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)));
        Assert.Equal(143, process.ExitCode);
    }

    [SkippableFact]
    public void Signal_AtAPrompt_EndsAtOnce()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signal to send to another process.");
        using Process process = HostProcess.Start([]);
        process.StandardInput.WriteLine("'here'");
        process.StandardInput.Flush();
        Assert.Equal("here", process.StandardOutput.ReadLine());
        Thread.Sleep(500);
        using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)));
        Assert.Equal(143, process.ExitCode);
    }

    [SkippableFact]
    public void Signal_HangUpUnderNohup_IsIgnored()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux says whether a signal is ignored.");
        using var folder = new TemporaryFolder();
        string command =
            $"trap '' HUP; exec dotnet '{RepositoryPaths.Host}' -Command \"'go'; \\$n = Import-ReluNetwork "
                + $"'{RepositoryPaths.DigitsNetwork}'; Start-Sleep 3; 'end'\"";
        var start = new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Assert.Equal("go", process.StandardOutput.ReadLine());
        using Process kill = Process.Start("kill", ["-HUP", process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal("end\n", process.StandardOutput.ReadToEnd());
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)));
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void Quickstart_RunsAndWritesItsFiles()
    {
        using var folder = new TemporaryFolder();
        HostRun run = HostProcess.Run([Path.Combine(RepositoryPaths.Examples, "quickstart.ps1"), "-OutputPath", folder.File("out")]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("proven equivalent", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("out/digits-small.onnx")));
        Assert.True(File.Exists(folder.File("out/digits-stability.csv")));
    }
}
