namespace ExactCompression.Cmdlets.Tests;

/// <summary>-Show, with a viewer that notes what it is given.</summary>
public sealed class ShowTests
{
    private const string Table = "Import-ReluNetwork examples/digits_48-32-24_l1-0.004.onnx | Find-StableNeurons";

    [SkippableTheory]
    [InlineData("Export-StabilityReport", "it's $HOME; a report.html")]
    [InlineData("Export-StabilityPlot", "plot.svg")]
    public void Show_WithAViewer_OpensTheFile(string cmdlet, string name)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "A viewer can be put in the place of the system's on Linux only.");
        using var folder = new TemporaryFolder();
        HostRun run = Run(folder, $"{Table} | {cmdlet} {Quoted(folder.File(name))} -Show", display: ":99", exit: 0);
        Assert.Equal("", run.Error);
        Assert.DoesNotContain("WARNING", run.Output, StringComparison.Ordinal);
        Assert.Equal(folder.File(name), File.ReadAllText(folder.File("opened")).Trim());
    }

    [SkippableTheory]
    [InlineData("", 0, "the session has no display")]
    [InlineData(":99", 3, "the system has no program for such files")]
    public void Show_WithoutAViewer_WarnsAndWrites(string display, int exit, string reason)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "A viewer can be put in the place of the system's on Linux only.");
        using var folder = new TemporaryFolder();
        HostRun run = Run(folder, $"{Table} | Export-StabilityReport {Quoted(folder.File("a.html"))} -Show", display, exit);
        Assert.Equal("", run.Error);
        Assert.Contains(reason, run.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("a.html")));
    }

    [SkippableFact]
    public void Show_ManyFiles_OpensAFew()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "A viewer can be put in the place of the system's on Linux only.");
        using var folder = new TemporaryFolder();
        HostRun run = Run(
            folder,
            $"$t = {Table}; 1..8 | ForEach-Object {{ $t }} | Export-StabilityPlot {{ '{folder.Path}/' + $global:i++ + '.png' }} -Show",
            display: ":99", exit: 0);
        Assert.Equal("", run.Error);
        Assert.Equal(8, Directory.GetFiles(folder.Path, "*.png").Length);
        Assert.Equal(5, File.ReadAllLines(folder.File("opened")).Length);
        Assert.Single(run.Output.Split("WARNING")[1..]);
    }

    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";

    private static HostRun Run(TemporaryFolder folder, string command, string display, int exit)
    {
        Directory.CreateDirectory(folder.File("bin"));
        string viewer = folder.Write("bin/xdg-open", $"#!/bin/sh\necho loud; echo \"$1\" >> '{folder.File("opened")}'; exit {exit}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(viewer, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return HostProcess.Run(["-Command", command], change: start =>
        {
            start.Environment["PATH"] = $"{Path.GetDirectoryName(viewer)}:{start.Environment["PATH"]}";
            start.Environment["DISPLAY"] = display;
            start.Environment.Remove("WAYLAND_DISPLAY");
        });
    }
}
