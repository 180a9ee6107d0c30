using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

[Collection(ModuleTests.Name)]
public sealed class ErrorTests(ModuleFixture module)
{
    [Fact]
    public void ImportReluNetwork_OneDamagedFile_NamesTheFileAndGoesOn()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("cut.onnx");
        File.WriteAllBytes(file, File.ReadAllBytes(RepositoryPaths.DigitsNetwork)[..5000]);
        // As with Get-Content, one file or many: only -ErrorAction Stop makes it terminating.
        ScriptResult result = module.Run("try { Import-ReluNetwork $args[0]; 'went on' } catch { 'caught' }", file);
        Assert.Equal("went on", result.Single.BaseObject);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal("caught", module.Run(
            "try { Import-ReluNetwork $args[0] -ErrorAction Stop; 'went on' } catch { 'caught' }", file).Single.BaseObject);
        Assert.Contains(file, error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category);
        Assert.EndsWith(",ExactCompression.Cmdlets.ImportReluNetworkCommand", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(file, error.TargetObject);
    }

    [Fact]
    public void ImportReluNetwork_BadFileAmongGoodOnes_DoesNotStopTheOthers()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.onnx", "no network");
        File.Copy(RepositoryPaths.DigitsNetwork, folder.File("b.onnx"));
        folder.Write("c.onnx", "");
        ScriptResult result = module.Run("Import-ReluNetwork (\"$($args[0])/*.onnx\")", folder.Path);
        Assert.Equal("b", result.Single.Properties["Name"].Value);
        Assert.Equal(2, result.Errors.Length);
        ScriptResult piped = module.Run("$args[0], $args[1] | Import-ReluNetwork", folder.File("a.onnx"), folder.File("b.onnx"));
        Assert.Single(piped.Output);
        Assert.Single(piped.Errors);
    }

    [Fact]
    public void ImportReluNetwork_MissingFile_IsObjectNotFound()
    {
        ErrorRecord byPath = module.Fail("Import-ReluNetwork ./no-such-file.onnx");
        Assert.Equal(ErrorCategory.ObjectNotFound, byPath.CategoryInfo.Category);
        ErrorRecord literal = module.Fail("Import-ReluNetwork -LiteralPath ./no-such-[file].onnx");
        Assert.Equal("FileNotFound,ExactCompression.Cmdlets.ImportReluNetworkCommand", literal.FullyQualifiedErrorId);
        ErrorRecord pattern = module.Fail("Import-ReluNetwork ./no-such-*.onnx");
        Assert.Equal("FileNotFound,ExactCompression.Cmdlets.ImportReluNetworkCommand", pattern.FullyQualifiedErrorId);
    }

    [Fact]
    public void ImportReluNetwork_OtherProvider_IsRefused()
    {
        ErrorRecord error = module.Fail("Import-ReluNetwork Env:PATH");
        Assert.Equal("PathNotInFileSystem,ExactCompression.Cmdlets.ImportReluNetworkCommand", error.FullyQualifiedErrorId);
        Assert.Contains("Environment", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImportReluNetwork_Folder_IsRefused() =>
        Assert.StartsWith(
            "PathIsFolder,", module.Fail("Import-ReluNetwork $args[0]", RepositoryPaths.Examples).FullyQualifiedErrorId,
            StringComparison.Ordinal);

    [Fact]
    public void ImportReluNetwork_UnknownFormat_NamesTheKnownOnes()
    {
        ErrorRecord error = module.Fail("Import-ReluNetwork $NetworkFile -Format Keras");
        Assert.StartsWith("UnknownFormat,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Onnx", error.Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("New-InputDomain 1 0", "DomainEndsReversed")]
    [InlineData("New-InputDomain 0,0 1,1,1", "DomainLengthMismatch")]
    [InlineData("New-InputDomain 0 ([double]::PositiveInfinity)", "DomainNotFinite")]
    [InlineData("New-InputDomain ([double]::NaN) 1", "DomainNotFinite")]
    [InlineData("New-InputDomain 0,0 1,1 -Size 3", "DomainSizeMismatch")]
    [InlineData("New-InputDomain -Center 0,0 -Radius (-1)", "DomainRadiusInvalid")]
    [InlineData("New-InputDomain -Center 5,0 -Radius 1 -ClipLower 0 -ClipUpper 1", "DomainClipEmpty")]
    [InlineData("New-InputDomain -Center 0,0 -Radius 1 -ClipLower 1 -ClipUpper 0", "DomainClipReversed")]
    [InlineData("New-InputDomain -Path ./no-such-file.csv", "FileNotFound")]
    [InlineData("New-InputDomain -Path .", "PathIsFolder")]
    [InlineData("Import-ReluNetwork $NetworkFile | Find-StableNeurons -Domain (New-InputDomain 0 1 -Size 3)", "DomainSizeMismatch")]
    [InlineData("Import-ReluNetwork $NetworkFile | Find-StableNeurons -Data (Import-InputData $DataFile)", "DataWidthMismatch")]
    [InlineData("Import-ReluNetwork $NetworkFile | Find-UnstableNeuronsGpu -Device Abacus", "ComputeDeviceUnknown")]
    [InlineData("Import-ReluNetwork $NetworkFile | Find-StableNeurons -Method Isa -Solver Abacus", "MilpSolverUnknown")]
    [InlineData("Import-ReluNetwork $NetworkFile | Find-StableNeurons -Method Layer -Solver CpSat", "MilpSolverUnfit")]
    [InlineData("Import-ReluNetwork $NetworkFile | Get-ActivationPattern -Solver Glop", "MilpSolverUnfit")]
    [InlineData("Get-MilpSolver Abacus", "MilpSolverUnknown")]
    [InlineData("Import-ReluNetwork $NetworkFile | Find-StableNeurons | Export-StabilityPlot ./p.png -Layer 2", "PlotParameterDoesNotFit")]
    [InlineData("Import-ReluNetwork $NetworkFile | Find-StableNeurons | Export-StabilityPlot ./p.png -X L1", "PlotParameterDoesNotFit")]
    [InlineData("Import-ReluNetwork $NetworkFile | Get-ActivationPattern -Domain (New-InputDomain 0 1 -Size 3)", "DomainSizeMismatch")]
    [InlineData("Import-InputData $DataFile -Scale 0", "DataScaleInvalid")]
    [InlineData("Import-InputData $DataFile -LabelPath ./no-such-labels", "FileNotFound")]
    [InlineData("Import-ReluNetwork $NetworkFile | Export-ReluNetwork ./x.docx", "UnknownNetworkExtension")]
    [InlineData("Import-ReluNetwork $NetworkFile | Export-ReluNetwork ./no-such-folder/x.onnx", "FileNotFound")]
    public void BadArgument_HasItsOwnErrorId(string script, string id) =>
        Assert.StartsWith(id + ",ExactCompression.Cmdlets.", module.Fail(script).FullyQualifiedErrorId, StringComparison.Ordinal);

    [Theory]
    [InlineData("Find-StableNeurons ./net.onnx", "Import-ReluNetwork")]
    [InlineData("Import-ReluNetwork $NetworkFile | Find-StableNeurons -Data ./digits.csv", "Import-InputData")]
    [InlineData("Import-ReluNetwork $NetworkFile | Find-StableNeurons -Domain 1", "New-InputDomain")]
    [InlineData("Import-ReluNetwork $NetworkFile | Invoke-LeoCompression", "Find-StableNeurons")]
    [InlineData("Get-ActivationPattern ./net.onnx", "Import-ReluNetwork")]
    [InlineData("Import-ReluNetwork $NetworkFile | Measure-ReluNetwork (Import-InputData $DataFile)", "-Data")]
    public void WrongObject_ErrorNamesTheCmdletThatMakesTheRightOne(string script, string cmdlet) =>
        Assert.Contains(cmdlet, module.Fail(script).Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void Training_ThatDiverges_IsSaid()
    {
        ScriptResult result = module.Run(
            "$d = Import-InputData $DataFile -LabelColumn Last -Scale 0.0625; New-ReluClassifier $d -Hidden 8 -Epochs 2 -LearningRate 1e6");
        Assert.Contains(result.Warnings, static text => text.Contains("-LearningRate", StringComparison.Ordinal));
    }

    [Fact]
    public void DeadCopy_IsRefusedInAClearSentence()
    {
        ErrorRecord error = module.Fail("""
            $copy = [pscustomobject]@{ Name = 'digits'; Architecture = '64-10' }
            $copy.PSObject.TypeNames.Insert(0, 'Deserialized.ExactCompression.ReluNetwork')
            $copy | Find-StableNeurons
            """);
        Assert.Contains("copy of some properties of an object", error.Exception.Message, StringComparison.Ordinal);
    }
}
