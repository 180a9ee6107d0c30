using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>Many networks through one pipeline, and where their files go.</summary>
[Collection(ModuleTests.Name)]
public sealed class ManyNetworksTests(ModuleFixture module)
{
    private const string Files = "$files = $ExecutionContext.InvokeProvider.ChildItem.Get(\"$($args[0])/*.onnx\", $false)\n";

    [Theory]
    [InlineData("\"$($args[0])/new/\"", "new/a.csv,new/c.csv")]
    [InlineData("$args[0]", "a.csv,c.csv")]
    [InlineData("{ \"$folder/$($_.Network.Name)-$($_.Unstable).csv\" }", "a-59.csv,c-59.csv")]
    public void OnePipeline_BadFileAmongThem_WritesTheOthers(string path, string expected)
    {
        using TemporaryFolder folder = Networks();
        ScriptResult result = module.Run(
            Files + $"$folder = $args[0]; $files | Import-ReluNetwork | Find-StableNeurons | Export-StabilityTable -Path {path} -PassThru",
            folder.Path);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Contains(folder.File("b.onnx"), error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(folder.File("b.onnx"), error.TargetObject);
        Assert.Equal(
            expected.Split(',').Select(folder.File),
            result.Output.Select(static o => ((FileInfo)o.BaseObject).FullName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void OnePipeline_ObjectsComeAsSoonAsTheyAreReady()
    {
        using TemporaryFolder folder = Networks();
        string[] seen = module.Run(Files + """
            $global:Seen = ''
            $files.FullName | Where-Object { $_ -notlike '*b.onnx' } | ForEach-Object { $global:Seen += 'in '; $_ } |
                Import-ReluNetwork | Find-UnstableNeuronsGpu -Device Cpu | ForEach-Object { $global:Seen += 'out ' }
            $global:Seen
            """, folder.Path).As<string>();
        Assert.Equal("in out in out ", seen[^1]);
    }

    [Theory]
    [InlineData("{ }", "PathBlockGivesNoPath")]
    [InlineData("{ 'a.csv', 'b.csv' }", "PathBlockGivesNoPath")]
    [InlineData("{ 'same.xyz' }", "UnknownTableExtension")]
    [InlineData("x.xyz", "UnknownTableExtension")]
    [InlineData("neither-folder-nor-format", "UnknownTableExtension")]
    [InlineData("./no-such-folder/x.csv", "FileNotFound")]
    public void Export_BadPath_IsRefused(string path, string id)
    {
        ErrorRecord error = module.Fail(
            $"Import-ReluNetwork $NetworkFile | Find-UnstableNeuronsGpu -Device Cpu | Export-StabilityTable {path}");
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.xyz")]
    [InlineData("./no-such-folder/x.csv")]
    public void Export_BadPath_IsRefusedBeforeAnyWork(string path)
    {
        ScriptResult result = module.Run(
            $"$global:Worked = $false; try {{ 1 | & {{ process {{ $global:Worked = $true; Import-ReluNetwork $NetworkFile }} }} | "
                + $"Find-StableNeurons | Export-StabilityTable {path} }} catch {{ }}; $global:Worked");
        Assert.False(result.As<bool>().Single());
    }

    [Theory]
    [InlineData("''")]
    [InlineData("'  '")]
    public void Export_EmptyPath_IsRefusedByTheBinder(string path) =>
        Assert.Contains(
            "A path is needed", module.Fail($"Import-ReluNetwork $NetworkFile | Export-ReluNetwork {path}").Exception.Message,
            StringComparison.Ordinal);

    [Fact]
    public void Export_FolderOfTheOriginals_IsRefusedWithoutForce()
    {
        using TemporaryFolder folder = Networks();
        File.Delete(folder.File("b.onnx"));
        byte[] before = File.ReadAllBytes(folder.File("a.onnx"));
        const string Compress = "$small = $files | Import-ReluNetwork | Find-StableNeurons | Invoke-LeoCompression\n";
        ScriptResult refused = module.Run(Files + Compress + "$small | Export-ReluNetwork $args[0]", folder.Path);
        Assert.Equal(2, refused.Errors.Length);
        Assert.All(
            refused.Errors, static error => Assert.StartsWith("PathIsSource,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.Equal(before, File.ReadAllBytes(folder.File("a.onnx")));
        // One that the user has named is replaced, and so are all with -Force.
        Assert.Empty(module.Run(Files + Compress + "$small[0] | Export-ReluNetwork \"$($args[0])/a.onnx\"", folder.Path).Errors);
        Assert.True(new FileInfo(folder.File("a.onnx")).Length < before.Length);
        Assert.Empty(module.Run(Files + "$files | Import-ReluNetwork | Export-ReluNetwork $args[0] -Force", folder.Path).Errors);
    }

    [Fact]
    public void Export_ScriptBlockUnderWhatIf_WritesNothing()
    {
        using TemporaryFolder folder = Networks();
        File.Delete(folder.File("b.onnx"));
        ScriptResult result = module.Run(
            Files + "$files | Import-ReluNetwork | Export-ReluNetwork { \"$($_.Path).npz\" } -WhatIf", folder.Path);
        Assert.Empty(result.Errors);
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
        Assert.Empty(
            module.Run(Files + "$files | Import-ReluNetwork | Export-ReluNetwork \"$($args[0])/new/\" -WhatIf", folder.Path).Errors);
        Assert.Empty(Directory.GetDirectories(folder.Path));
    }

    [Fact]
    public void Search_TimeLimit_ReportsTheRemainingTime()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("hard.nnet", HardNetwork.Text(inputs: 60, width: 400, depth: 6, seed: 3));
        ScriptResult limited = module.Run(
            "Import-ReluNetwork $args[0] | Find-StableNeurons -TimeLimit 3 -Debug 5>&1 | Where-Object { $_ -is "
                + "[System.Management.Automation.DebugRecord] }", file);
        ProgressRecord[] shown = [.. limited.Progress.Where(static p => p.RecordType == ProgressRecordType.Processing)];
        Assert.NotEmpty(shown);
        Assert.All(shown, static p => Assert.InRange(p.SecondsRemaining, 0, 3));
        Assert.All(shown, static p => Assert.Matches(@"\d+ of 2400 neurons decided, \d+ left", p.StatusDescription));
        Assert.Contains(limited.Output, static o => o.ToString().Contains("time limit 3.00 s", StringComparison.Ordinal));
        Assert.Contains(limited.Output, static o => o.ToString().Contains("layer 6: ", StringComparison.Ordinal));
    }

    /// <summary>Two networks, and a file between them that is none.</summary>
    private static TemporaryFolder Networks()
    {
        var folder = new TemporaryFolder();
        File.Copy(RepositoryPaths.DigitsNetwork, folder.File("a.onnx"));
        folder.Write("b.onnx", "no network");
        File.Copy(RepositoryPaths.DigitsNetwork, folder.File("c.onnx"));
        return folder;
    }
}
