using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

[Collection(ModuleTests.Name)]
public sealed class CertificateTests(ModuleFixture module)
{
    private const string Make = """
        $c = Import-ReluNetwork $NetworkFile | Find-StableNeurons | Invoke-LeoCompression
        $c | Export-CompressionCertificate $args[0]
        $c | Export-ReluNetwork $args[1]

        """;

    [Theory]
    [InlineData("small.certificate.json")]
    [InlineData("small.certificate.json.gz")]
    public void TestCompressionCertificate_FromTheFilesAlone_Holds(string name)
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            Make + "$r = Test-CompressionCertificate $args[0] $NetworkFile $args[1]; $r; $c.ProvenDeviation", folder.File(name),
            folder.File("small.npz"));
        Assert.Empty(result.Errors);
        PSObject report = result.Output[0];
        Assert.Equal(true, report.Properties["Valid"].Value);
        Assert.InRange((double)report.Properties["ProvenDeviation"].Value, 1e-12, 2.5 * (double)result.Output[1].BaseObject);
        Assert.Equal("[0,1]^64", report.Properties["Domain"].Value.ToString());
    }

    [Fact]
    public void ExportCompressionCertificate_ComparisonOfTwoNetworks_IsCheckedFromTheFilesAlone()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            """
            $f = Import-ReluNetwork $NetworkFile
            $f | Find-StableNeurons | Invoke-LeoCompression | Export-ReluNetwork $args[1]
            $g = Import-ReluNetwork $args[1]
            $ball = New-InputDomain -Center (,0.5 * 64) -Radius 0.01
            $r = Test-NetworkEquivalence $f $g -Domain $ball -Tolerance 0.001
            $r.Equivalent
            $r | Export-CompressionCertificate $args[0] -PassThru
            Test-CompressionCertificate $args[0] $NetworkFile $args[1] -Domain $ball
            Test-CompressionCertificate $args[0] $args[1] $NetworkFile
            Test-NetworkEquivalence $f $g -Domain (New-InputDomain -1 2) -Tolerance 1e-9 |
                Export-CompressionCertificate $args[2] -ErrorVariable e -ErrorAction SilentlyContinue
            $e[0].FullyQualifiedErrorId
            """,
            folder.File("pair.json"), folder.File("small.onnx"), folder.File("none.json"));
        Assert.Empty(result.Errors);
        Assert.Equal(true, result.Output[0].BaseObject);
        Assert.Equal("pair.json", ((FileInfo)result.Output[1].BaseObject).Name);
        Assert.Equal(true, result.Output[2].Properties["Valid"].Value);
        Assert.Equal(0.001, result.Output[2].Properties["ProvenDeviation"].Value);
        Assert.Equal("networks", result.Output[3].Properties["Place"].Value);
        Assert.StartsWith("CertificateNotEquivalent", result.Output[4].ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("none.json")));
    }

    [Theory]
    [InlineData("$NetworkFile $NetworkFile", "compressed, layer 1, sha256")]
    [InlineData("$args[1] $args[1]", "original, layer 1, sha256")]
    [InlineData("$NetworkFile $args[1] -Domain (New-InputDomain 0 0.5)", "domain")]
    public void TestCompressionCertificate_OfOthers_NamesThePlace(string arguments, string place)
    {
        using var folder = new TemporaryFolder();
        PSObject report = module.Run(
            Make + $"Test-CompressionCertificate $args[0] {arguments}", folder.File("small.json"), folder.File("small.onnx")).Single;
        Assert.Equal(false, report.Properties["Valid"].Value);
        Assert.Equal(place, report.Properties["Place"].Value);
        Assert.Equal(double.PositiveInfinity, report.Properties["ProvenDeviation"].Value);
    }

    [Fact]
    public void TestCompressionCertificate_ChangedContent_IsNotValid()
    {
        using var folder = new TemporaryFolder();
        PSObject report = module.Run(
            Make + """
            $text = [System.IO.File]::ReadAllText($args[0])
            [System.IO.File]::WriteAllText($args[0], $text.Replace('"deviation":', '"deviation":1'))
            Test-CompressionCertificate $args[0] $NetworkFile $c
            """,
            folder.File("small.json"),
            folder.File("small.onnx")).Single;
        Assert.Equal(false, report.Properties["Valid"].Value);
        Assert.Equal("seal", report.Properties["Place"].Value);
    }

    [Fact]
    public void TestCompressionCertificate_NoCertificate_IsAnError()
    {
        ErrorRecord error = module.Fail("Test-CompressionCertificate $NetworkFile $NetworkFile $NetworkFile");
        Assert.StartsWith("CertificateMalformed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category);
    }

    [Fact]
    public void ExportCompressionCertificate_FolderAndPassThru_GivesTheFile()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            "Import-ReluNetwork $NetworkFile | Find-StableNeurons | Invoke-LeoCompression | Export-CompressionCertificate $args[0] "
                + "-PassThru", folder.Path);
        Assert.Equal(
            Path.GetFileNameWithoutExtension(RepositoryPaths.DigitsNetwork) + ".certificate.json",
            ((FileInfo)result.Single.BaseObject).Name);
    }

    [Fact]
    public void ExportCompressionCertificate_WhatIf_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        module.Run(
            "Import-ReluNetwork $NetworkFile | Find-StableNeurons | Invoke-LeoCompression | Export-CompressionCertificate $args[0] -WhatIf",
            folder.File("none.json"));
        Assert.False(File.Exists(folder.File("none.json")));
    }
}
