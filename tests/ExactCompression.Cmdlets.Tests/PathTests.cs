using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

[Collection(ModuleTests.Name)]
public sealed class PathTests(ModuleFixture module)
{
    [Fact]
    public void ImportReluNetwork_RelativePath_IsThatOfTheSession()
    {
        using var folder = new TemporaryFolder();
        File.Copy(RepositoryPaths.DigitsNetwork, folder.File("here.onnx"));
        ScriptResult result = module.Run(
            """
            $back = $ExecutionContext.SessionState.Path.CurrentLocation
            $null = $ExecutionContext.SessionState.Path.SetLocation($args[0])
            try { (Import-ReluNetwork here.onnx).Path; Import-ReluNetwork here.onnx | Export-ReluNetwork there.onnx }
            finally { $null = $ExecutionContext.SessionState.Path.SetLocation($back) }
            """,
            folder.Path);
        Assert.Empty(result.Errors);
        Assert.Equal(folder.File("here.onnx"), result.Single.ToString());
        Assert.True(File.Exists(folder.File("there.onnx")));
    }

    [Fact]
    public void ImportReluNetwork_LiteralPath_TakesBracketsAsTheyAre()
    {
        using var folder = new TemporaryFolder();
        File.Copy(RepositoryPaths.DigitsNetwork, folder.File("net[1].onnx"));
        Assert.Single(module.Run("Import-ReluNetwork -LiteralPath $args[0]", folder.File("net[1].onnx")).Output);
        // As Get-ChildItem gives files: objects with a PSPath.
        Assert.Single(
            module.Run("$ExecutionContext.InvokeProvider.ChildItem.Get($args[0], $false) | Import-ReluNetwork", folder.Path).Output);
    }

    [Fact]
    public void ExportReluNetwork_WhatIf_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run("Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0] -WhatIf", folder.File("x.onnx"));
        Assert.Empty(result.Errors);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void ExportReluNetwork_PassThru_GivesTheFile()
    {
        using var folder = new TemporaryFolder();
        PSObject written = module.Run(
            "Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0] -PassThru", folder.File("x.onnx")).Single;
        var file = Assert.IsType<FileInfo>(written.BaseObject);
        Assert.Equal(folder.File("x.onnx"), file.FullName);
        // With the properties that views of files show, as of Get-Item.
        Assert.Equal(
            "Microsoft.PowerShell.Core\\FileSystem::" + file.FullName, written.Properties["PSPath"]?.Value);
        if (!OperatingSystem.IsWindows())
            Assert.NotNull(written.Properties["UnixStat"]);
        Assert.InRange(file.Length, 1, new FileInfo(RepositoryPaths.DigitsNetwork).Length);
        Assert.Empty(module.Run("Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0]", folder.File("x.onnx")).Output);
    }

    [Fact]
    public void ExportReluNetwork_NoClobber_KeepsTheFile()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("x.onnx", "mine");
        ErrorRecord error = module.Fail("Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0] -NoClobber", file);
        Assert.StartsWith("FileExists,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.ResourceExists, error.CategoryInfo.Category);
        Assert.Equal("mine", File.ReadAllText(file));
        module.Run("Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0]", file);
        Assert.NotEqual("mine", File.ReadAllText(file));
    }

    [Fact]
    public void ExportReluNetwork_SeveralToOneFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            "$n = Import-ReluNetwork $NetworkFile; $n, $n | Export-ReluNetwork $args[0]", folder.File("x.onnx"));
        Assert.StartsWith("PathWrittenTwice,", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void ExportReluNetwork_Folder_NamesTheFileAfterTheNetwork()
    {
        using var folder = new TemporaryFolder();
        module.Run("Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0]", folder.Path);
        Assert.Equal([folder.File(Path.GetFileName(RepositoryPaths.DigitsNetwork))], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void ExportReluNetwork_OtherProvider_IsRefused() =>
        Assert.StartsWith(
            "PathNotInFileSystem,",
            module.Fail("Import-ReluNetwork $NetworkFile | Export-ReluNetwork Variable:x.onnx").FullyQualifiedErrorId,
            StringComparison.Ordinal);

    [Fact]
    public void ExportReluNetwork_Float64AndBack_KeepsEveryWeight()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            "$n = Import-ReluNetwork $NetworkFile; $n | Export-ReluNetwork $args[0] -Precision Float64; $m = Import-ReluNetwork "
                + "$args[0]; $m.Precision.ToString(); (Test-NetworkEquivalence $n $m).ObservedDeviation",
            folder.File("wide.onnx"));
        Assert.Equal("Float64", result.Output[0].ToString());
        Assert.Equal(0.0, (double)result.Output[1].BaseObject);
    }

    [Fact]
    public void ExportReluNetwork_Normalisation_IsRoundedOnlyOnRequestAndWithAWarning()
    {
        // Dividing by a range of 0.3 makes weights that float32 cannot hold.
        using var folder = new TemporaryFolder();
        string file = folder.Write("scaled.nnet", """
            // two inputs, two hidden neurons, one output
            2,2,1,2,
            2,2,1,
            0
            0,0,
            1,1,
            0.1,0.2,0.0,
            0.3,0.7,1.0,
            1.5,-0.25,
            0.5,0.75,
            0.1,
            -0.3,
            1.0,-1.0,
            0.2,

            """);
        ScriptResult source = module.Run(
            "$n = Import-ReluNetwork $args[0]; $n.Precision.ToString(); $n | Export-ReluNetwork $args[1]; (Import-ReluNetwork "
                + "$args[1]).Precision.ToString()", file, folder.File("source.onnx"));
        Assert.Equal(["Float64", "Float64"], source.Output.Select(o => o.ToString()));
        Assert.Empty(source.Warnings);
        ScriptResult rounded = module.Run(
            "Import-ReluNetwork $args[0] | Export-ReluNetwork $args[1] -Precision Float32", file, folder.File("rounded.onnx"));
        Assert.Contains("-Precision Float64", Assert.Single(rounded.Warnings), StringComparison.Ordinal);
        ScriptResult whole = module.Run(
            "$n = Import-ReluNetwork $args[0]; $n | Export-ReluNetwork $args[1] -Precision Float64; (Test-NetworkEquivalence $n "
                + "(Import-ReluNetwork $args[1])).ObservedDeviation", file, folder.File("whole.onnx"));
        Assert.Empty(whole.Warnings);
        Assert.Equal(0.0, (double)Assert.Single(whole.Output).BaseObject);
    }
}
