using System.Diagnostics;
using System.Management.Automation;
using System.Xml.Linq;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>Pictures through the imported module.</summary>
[Collection(ModuleTests.Name)]
public sealed class PlotTests(ModuleFixture module)
{
    private const string Table = "Import-ReluNetwork $NetworkFile | Find-StableNeurons";

    [Theory]
    [InlineData(Table, "", "stably active: 30")]
    [InlineData(Table, "-Kind Bounds -Layer 2, 3", "Layer 3: 24 neurons")]
    [InlineData(Table + " | Invoke-LeoCompression", "", "Neurons: 104 to 68 (34.6 % removed)")]
    [InlineData(Table + " | Invoke-LeoCompression", "-Kind States", "stably inactive: 15")]
    [InlineData(
        "[pscustomobject]@{ L1 = 0.001; Architecture = '64-8-10'; NeuronsRemovedPercent = 12.5 }, [pscustomobject]@{ L1 = 0.002; "
            + "Architecture = '64-8-10'; NeuronsRemovedPercent = 25 }", "", "64-8-10")]
    public void ExportStabilityPlot_Svg_HasTheLabels(string input, string arguments, string label)
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("plot.svg");
        PSObject written = module.Run($"{input} | Export-StabilityPlot $args[0] {arguments} -PassThru", file).Single;
        Assert.Equal(file, ((FileInfo)written.BaseObject).FullName);
        Assert.Contains(
            XDocument.Load(file).Descendants().Where(static e => e.Name.LocalName == "text"),
            text => text.Value.Contains(label, StringComparison.Ordinal));
    }

    [Fact]
    public void ExportStabilityPlot_TableThatCameBackFromAFile_IsDrawnAlike()
    {
        using var folder = new TemporaryFolder();
        string live = folder.File("live.png"), back = folder.File("back.png");
        module.Run(
            $"$table = {Table}; $table | Export-StabilityTable $args[2]; $table | Export-StabilityPlot $args[0]; Import-StabilityTable "
                + $"$args[2] | Export-StabilityPlot $args[1]", live, back, folder.File("table.csv"));
        Assert.Equal(File.ReadAllBytes(live), File.ReadAllBytes(back));
    }

    [Fact]
    public void ExportStabilityPlot_CopyFromCliXml_IsDrawn()
    {
        using var folder = new TemporaryFolder();
        module.Run(
            "[System.Management.Automation.PSSerializer]::Deserialize("
                + $"[System.Management.Automation.PSSerializer]::Serialize(({Table}))) | Export-StabilityPlot $args[0]",
            folder.File("plot.png"));
        Assert.True(File.Exists(folder.File("plot.png")));
    }

    [Fact]
    public void ExportStabilityPlot_CsvFiles_MakeOnePicture()
    {
        using var folder = new TemporaryFolder();
        string first = folder.Write("a.csv", "Architecture,L1,Seed,ConnectionsRemovedPercent,Error\n8-4-2,0,1,10,\n8-4-2,0.001,1,20,\n");
        string second = folder.Write(
            "b.csv", "Architecture,L1,Seed,ConnectionsRemovedPercent,Error\n8-6-2,0,1,15,\n8-6-2,0.1,1,,TimedOut: late\n");
        ScriptResult result = module.Run(
            "[System.IO.FileInfo[]]$args[0..1] | Export-StabilityPlot $args[2]", first, second, folder.File("plot.svg"));
        Assert.Contains("1 row has an error", Assert.Single(result.Warnings), StringComparison.Ordinal);
        string[] texts = [.. XDocument.Load(folder.File("plot.svg")).Descendants().Where(static e => e.Name.LocalName == "text").Select(
            static e => e.Value.Trim())];
        Assert.Contains("8-4-2", texts);
        Assert.Contains("8-6-2", texts);
        module.Run("Export-StabilityPlot $args[0] $args[1]", folder.File("path.png"), first);
        Assert.True(File.Exists(folder.File("path.png")));
    }

    [Fact]
    public void ExportStabilityPlot_SeveralTablesIntoAFolder_GetFilesOfTheirOwn()
    {
        using var folder = new TemporaryFolder();
        File.Copy(RepositoryPaths.DigitsNetwork, folder.File("other.onnx"));
        module.Run(
            "$NetworkFile, $args[0] | Import-ReluNetwork | Find-StableNeurons | Export-StabilityPlot $args[1]", folder.File("other.onnx"),
            folder.Path);
        Assert.Equal(
            ["digits_48-32-24_l1-0.004.states.png", "other.states.png"],
            Directory.GetFiles(folder.Path, "*.png").Select(static f => Path.GetFileName(f)).Order());
    }

    [Theory]
    [InlineData(Table, "plot.jpg", "", "PictureFormat")]
    [InlineData(Table, "plot", "", "PictureFormat")]
    [InlineData(Table, "plot.png", "-Kind Layers", "PlotKindDoesNotFit")]
    [InlineData(Table, "plot.png", "-Kind Bounds -Layer 4", "LayerUnknown")]
    [InlineData(Table, "absent/plot.png", "", "FileNotFound")]
    [InlineData(
        "Import-ReluNetwork $NetworkFile | Find-UnstableNeuronsGpu -TimeLimit 0.1 -Device Cpu", "plot.png", "-Kind Bounds",
        "TableHasNoBounds")]
    [InlineData("[pscustomobject]@{ A = 1 }", "plot.png", "", "PlotColumnMissing")]
    [InlineData("[pscustomobject]@{ A = 'x'; B = 2 }", "plot.png", "-X B -Y A", "PlotValueNotANumber")]
    [InlineData("[pscustomobject]@{ A = 1; B = '' }", "plot.png", "-X A -Y B", "PlotHasNoPoints")]
    [InlineData("[pscustomobject]@{ A = -1; B = 1 }", "plot.png", "-X A -Y B -XScale Log", "PlotScale")]
    [InlineData("42", "plot.png", "", "PlotInputUnknown")]
    [InlineData("$NetworkFile", "plot.png", "", "CsvNotText")]
    [InlineData("'no-such.csv'", "plot.png", "", "FileNotFound")]
    public void ExportStabilityPlot_BadInput_SaysSoAndWritesNothing(string input, string name, string arguments, string id)
    {
        using var folder = new TemporaryFolder();
        ErrorRecord error = module.Fail($"{input} | Export-StabilityPlot $args[0] {arguments}", folder.File(name));
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void ExportStabilityPlot_WhatIfAndNoClobber_LeaveTheFile()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("plot.png", "mine");
        module.Run(Table + " | Export-StabilityPlot $args[0] -WhatIf", file);
        ErrorRecord error = module.Fail(Table + " | Export-StabilityPlot $args[0] -NoClobber", file);
        Assert.StartsWith("FileExists,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    /// <summary>
    /// The libraries that draw, and those that solve, are loaded by the first who needs them: importing the module is quick.
    /// </summary>
    [Fact]
    public void ImportModule_LoadsNoPlottingAndNoSolver()
    {
        using var folder = new TemporaryFolder();
        string script = folder.Write("loaded.ps1", """
            'ScottPlot', 'SkiaSharp', 'HarfBuzzSharp', 'Google.OrTools', 'ILGPU' | Where-Object {
                $name = $_; [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq $name }) }
            '--'
            [System.Diagnostics.Process]::GetCurrentProcess().Modules.Where({ $_.ModuleName -match 'skia|ortools' }).ForEach('ModuleName')
            """);
        HostRun run = HostProcess.Run([script]);
        Assert.Equal("", run.Error);
        Assert.Equal("--", run.Output.Trim());
    }

    /// <summary>In an environment like a bare container's: no configuration of fonts, and a home without any.</summary>
    [SkippableFact]
    public void ExportStabilityPlot_ProcessWithoutFonts_DrawsTheSamePicture()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/unshare"), "Fonts can be hidden from a process on Linux only.");
        using var folder = new TemporaryFolder();
        string here = folder.File("here.png"), bare = folder.File("bare.png");
        string script = folder.Write(
            "plot.ps1",
            $"param($file) {Table.Replace("$NetworkFile", $"'{RepositoryPaths.DigitsNetwork}'", StringComparison.Ordinal)} | "
                + $"Export-StabilityPlot $file");
        Assert.Equal("", HostProcess.Run([script, here]).Error);
        var start = new ProcessStartInfo("/usr/bin/unshare") { RedirectStandardError = true, RedirectStandardOutput = true };
        string hidden = Directory.CreateDirectory(folder.File("empty")).FullName;
        foreach (string argument in (string[])["--mount", "--map-root-user", "sh", "-c",
            $"mount --bind '{hidden}' /usr/share/fonts && exec dotnet '{RepositoryPaths.Host}' '{script}' '{bare}'"])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Skip.If(process.ExitCode != 0
            && (error.Contains("unshare", StringComparison.Ordinal) || error.Contains("mount", StringComparison.Ordinal)),
            "This system lets nobody hide the fonts: " + error);
        Assert.Equal("", error);
        Assert.Equal(File.ReadAllBytes(here), File.ReadAllBytes(bare));
    }
}
