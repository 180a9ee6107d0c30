using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>A convolutional network that PyTorch pickled whole, from import to export.</summary>
[Collection(ModuleTests.Name)]
public sealed class WholeModuleTests(ModuleFixture module)
{
    private static readonly string Digits = Path.Combine(
        RepositoryPaths.Root, "tests", "ExactCompression.Tests", "Formats", "Torch", "digits_avg.pt");

    [Fact]
    public void ImportReluNetwork_WithoutInputShape_SaysWhatToType()
    {
        ErrorRecord error = module.Fail("Import-ReluNetwork $args[0]", Digits);

        Assert.StartsWith("TorchInputShapeMissing,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-InputShape 1,28,28", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImportReluNetwork_WithInputShape_GivesAGraphThatSurvivesCliXml()
    {
        ScriptResult result = module.Run("""
            $net = Import-ReluNetwork $args[0] -InputShape 1,8,8 -Debug
            $xml = [System.Management.Automation.PSSerializer]::Serialize($net, 2)
            $copy = [System.Management.Automation.PSSerializer]::Deserialize($xml)
            foreach ($n in $net, $copy) { "$($n.GetType().Name) $($n.Architecture) $($n.Layers[0].Name)" }
            """, Digits);

        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal(Enumerable.Repeat("ReluNetwork 1x8x8-8x8x8-16x4x4-16x4x4-10 1", 2), result.As<string>());
    }

    [Fact]
    public void ExportReluNetwork_Graph_IsWrittenAsOnnxAlone()
    {
        using var folder = new TemporaryFolder();
        string onnx = folder.File("digits.onnx");

        ScriptResult result = module.Run("Import-ReluNetwork $args[0] -InputShape 1,8,8 | Export-ReluNetwork $args[1]", Digits, onnx);
        ErrorRecord error = module.Fail(
            "Import-ReluNetwork $args[0] -InputShape 1,8,8 | Export-ReluNetwork $args[1]", Digits, folder.File("digits.npz"));

        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.InRange(new FileInfo(onnx).Length, 1, 8352); // PyTorch's own export
        Assert.StartsWith("FormatHoldsChains,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void ImportReluNetwork_InputShapeOfAnotherFormat_IsRefused() => Assert.StartsWith(
        "InputShapeNotApplicable,", module.Fail("Import-ReluNetwork $NetworkFile -InputShape 64").FullyQualifiedErrorId,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("@{ input = 64 }", "InputShapeNotApplicable,")]
    [InlineData("@{ image = 1,8,8; pose = 5 }", "InputShapeNotApplicable,")]
    [InlineData("@{}", "ParameterArgumentTransformationError,")]
    [InlineData("1,0", "ParameterArgumentTransformationError,")]
    [InlineData("@{ x = 'wide' }", "ParameterArgumentTransformationError,")]
    public void ImportReluNetwork_InputShapesThatDoNotFit_AreRefused(string shapes, string error) => Assert.StartsWith(
        error, module.Fail($"Import-ReluNetwork $NetworkFile -InputShape {shapes}").FullyQualifiedErrorId, StringComparison.Ordinal);
}
