using System.Diagnostics;
using System.Globalization;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>build.ps1 in the project's own host, in a tree of its own, beside a dotnet that only notes how it was called.</summary>
public sealed class BuildScriptTests(BuildScriptTests.CalledTasks tasks) : IClassFixture<BuildScriptTests.CalledTasks>
{
    private const string LockCall = "restore {root} --force-evaluate --artifacts-path {root}/out/lock";

    private const string NoShell = "The dotnet of this test is a shell script.";

    private const string DeviceEnd =
        "-c Release -r linux-x64 --self-contained -o {root}/out/device --artifacts-path {root}/out/device-build -p:DebugType=none";

    /// <summary>The arguments of <c>build.ps1</c>, and the calls of dotnet that it makes.</summary>
    public static TheoryData<string, string> Tasks => new()
    {
        { "", "build {root} -c Release" },
        { "Build -Configuration Debug", "build {root} -c Debug" },
        { "Test", "test {root} -c Release" },
        { "Demo", "run --project {root}/src/ExactCompression.Host -c Release -- {root}/examples/quickstart.ps1" },
        {
            "Campaign -Seed 7 -Count 50",
            "run --project {root}/benchmarks/ExactCompression.Campaign -c Release -- --part All --seed 7 --count 50 --output "
                + "{root}/out/campaign"
        },
        {
            "Campaign -Part Readers -Seed 7 -Case 12",
            "run --project {root}/benchmarks/ExactCompression.Campaign -c Release -- --part Readers --seed 7 --count 100000 --output "
                + "{root}/out/campaign --case 12"
        },
        {
            "Lock",
            $"{LockCall}/linux-x64 -p:NETCoreSdkPortableRuntimeIdentifier=linux-x64 -p:RestoreLockedMode=false\n"
                + $"{LockCall}/win-x64 -p:NETCoreSdkPortableRuntimeIdentifier=win-x64 -p:RestoreLockedMode=false\n"
                + $"{LockCall}/osx-arm64 -p:NETCoreSdkPortableRuntimeIdentifier=osx-arm64 -p:RestoreLockedMode=false"
        },
        {
            "Device",
            $"publish {{root}}/benchmarks/ExactCompression.Campaign {DeviceEnd}\n"
                + $"publish {{root}}/benchmarks/ExactCompression.Benchmarks {DeviceEnd}"
        },
        { "Benchmark openblas 1", "run --project {root}/benchmarks/ExactCompression.Benchmarks -c Release -- openblas 1" },
    };

    [SkippableTheory]
    [MemberData(nameof(Tasks))]
    public void Task_InTheHost_CallsDotnet(string arguments, string expected)
    {
        Skip.If(OperatingSystem.IsWindows(), NoShell);
        Assert.Equal("", tasks.Run!.Error);
        Assert.Equal(0, tasks.Run.ExitCode);
        Assert.Equal(expected, tasks.Calls[arguments]);
    }

    [SkippableFact]
    public void Task_DotnetFails_FailsWithItsExitCode()
    {
        using TemporaryFolder tree = Tree();
        HostRun run = Run(tree, "Build", exitCode: 3);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("dotnet build failed with exit code 3", run.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Device_KeepsWhatRunsAndLeavesOutTheRest()
    {
        using TemporaryFolder tree = Tree();
        string[] kept = ["ILGPU.dll", "libcoreclr.so", "libclrjit.so", "Microsoft.Win32.Primitives.dll"];
        string[] left = ["libortools.so.9", "libCoinUtils.so.2", "ScottPlot.dll", "ILGPU.pdb", "Microsoft.CodeAnalysis.dll"];
        const string List = """
            { "targets": { "net": { "a": { "runtime": { "lib/ILGPU.dll": {}, "lib/ScottPlot.dll": {} } }, "b": {} } } }
            """;
        tree.Write("made.json", List);
        tree.Write("tools/dotnet", $"#!/bin/sh\nmkdir -p '{tree.Path}/out/device'; cd '{tree.Path}/out/device'\n"
            + $"touch {string.Join(' ', kept.Concat(left))}; cp ../../made.json P.deps.json\n");
        HostRun run = Run(tree, "Device");
        Assert.Equal("", run.Error);
        string[] expected = [.. kept, "P.deps.json", "run.sh"];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            Directory.GetFiles(tree.File("out/device")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string rest = File.ReadAllText(tree.File("out/device/P.deps.json"));
        Assert.Contains("ILGPU", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("ScottPlot", rest, StringComparison.Ordinal);
    }

    /// <summary>Without a GPU nothing is measured, and the last line says why.</summary>
    [SkippableTheory]
    [InlineData(0, 0, 0, "Everything succeeded.", true)]
    [InlineData(0, 1, 1, "Something FAILED; see above.", true)]
    [InlineData(1, 0, 1, "Something FAILED; see above.", true)]
    [InlineData(3, 0, 3, "FAILED: no GPU was found", false)]
    public void RunDevice_EndsWithAStatusAndASentence(int tests, int benchmark, int status, string says, bool measures)
    {
        using TemporaryFolder tree = Tree();
        tree.Write("ExactCompression.Campaign", $"#!/bin/sh\nexit {tests}\n");
        tree.Write("ExactCompression.Benchmarks", $"#!/bin/sh\necho measured\nexit {benchmark}\n");
        File.Copy(tree.File("src/Packaging/run-device.sh"), tree.File("run.sh"));
        using Process process = Process.Start(new ProcessStartInfo("sh", [tree.File("run.sh")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        string printed = process.StandardOutput.ReadToEnd(), errors = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(status, process.ExitCode);
        Assert.Contains(says, printed + errors, StringComparison.Ordinal);
        Assert.Equal(measures, printed.Contains("measured", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Clean_RemovesWhatIsMadeAndNothingElse()
    {
        using TemporaryFolder tree = Tree();
        string[] made = ["lib/a.dll", "en-US/a.txt", "out/a.zip", "src/P/bin/a.dll", "src/P/obj/a.json", "tests/T/bin/x"];
        string[] kept = ["src/P/P.csproj", "tests/T/T.csproj", "src/P/binary.cs", "bin/mine.txt", "examples/lib/data.csv"];
        foreach (string file in made.Concat(kept))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(tree.File(file))!);
            tree.Write(file, "");
        }

        Assert.Equal(0, Run(tree, "Clean -WhatIf").ExitCode);
        Assert.All(made, file => Assert.True(File.Exists(tree.File(file)), file));
        HostRun run = Run(tree, "Clean");
        Assert.Equal("", run.Error);
        Assert.All(made, file => Assert.False(File.Exists(tree.File(file)), file));
        Assert.All(kept, file => Assert.True(File.Exists(tree.File(file)), file));
    }

    [SkippableFact]
    public void Pester_InTheHost_SaysWhatIsMissing()
    {
        using TemporaryFolder tree = Tree();
        HostRun run = Run(tree, "Pester");
        Assert.Equal(1, run.ExitCode);
        // Whether or not Pester is installed on this machine: the host cannot run it.
        Assert.Contains("pwsh ./build.ps1 Pester", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("-NoProfile", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(tree.File("calls")), "Something was built first.");
    }

    private static TemporaryFolder Tree()
    {
        Skip.If(OperatingSystem.IsWindows(), NoShell);
        return NewTree();
    }

    private static TemporaryFolder NewTree()
    {
        var tree = new TemporaryFolder();
        File.Copy(Path.Combine(RepositoryPaths.Root, "build.ps1"), tree.File("build.ps1"));
        Directory.CreateDirectory(tree.File("src/Packaging"));
        foreach (string name in new[] { "src/Packaging/New-DeviceFolder.ps1", "src/Packaging/run-device.sh" })
            File.Copy(Path.Combine(RepositoryPaths.Root, name), tree.File(name));
        Directory.CreateDirectory(tree.File("tools"));
        string fake = tree.Write("tools/dotnet", $"#!/bin/sh\necho \"$@\" >> '{tree.File("calls")}'\nexit ${{FAKE_EXIT:-0}}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(fake, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return tree;
    }

    private static HostRun Run(TemporaryFolder tree, string arguments, int exitCode = 0) =>
        RunText(tree, $"& '{tree.File("build.ps1")}' {arguments}\n", exitCode);

    private static HostRun RunText(TemporaryFolder tree, string text, int exitCode = 0)
    {
        string script = tree.Write("call.ps1", $"$env:PATH = '{tree.File("tools")}:' + $env:PATH\n{text}");
        return HostProcess.Run([script], change: start => start.Environment["FAKE_EXIT"] = exitCode.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>All of <see cref="Tasks"/> in one host, since each start costs seconds.</summary>
    public sealed class CalledTasks
    {
        public CalledTasks()
        {
            if (OperatingSystem.IsWindows())
                return;
            using TemporaryFolder tree = NewTree();
            string[] arguments = [.. Tasks.Select(static row => (string)row[0])];
            string Noted(int task) => tree.File($"calls-{task}");
            Run = RunText(tree, string.Concat(arguments.Select(
                (a, task) => $"& '{tree.File("build.ps1")}' {a}\nMove-Item '{tree.File("calls")}' '{Noted(task)}'\n")));
            for (int task = 0; task < arguments.Length; task++)
                Calls[arguments[task]] = File.Exists(Noted(task))
                    ? File.ReadAllText(Noted(task)).Trim().Replace(tree.Path, "{root}", StringComparison.Ordinal)
                    : "";
        }

        internal HostRun? Run { get; }

        internal Dictionary<string, string> Calls { get; } = [];
    }
}
