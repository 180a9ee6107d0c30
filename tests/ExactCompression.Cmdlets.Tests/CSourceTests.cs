namespace ExactCompression.Cmdlets.Tests;

/// <summary>C source through the imported module.</summary>
[Collection(ModuleTests.Name)]
public sealed class CSourceTests(ModuleFixture module)
{
    [Fact]
    public void ExportReluNetwork_CompressionAsC_StatesOriginalDomainAndDeviation()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run("""
            $small = Import-ReluNetwork $NetworkFile | Find-StableNeurons | Invoke-LeoCompression -Level Maximal
            ($small | Export-ReluNetwork $args[0] -InputCheck -PassThru).Name
            $small.Original.Architecture
            """, folder.File("my net.c"));
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal("my net.c", result.Output[0].ToString());
        string text = File.ReadAllText(folder.File("my net.c"));
        Assert.Contains($", {result.Output[1]}.", text, StringComparison.Ordinal);
        Assert.Contains(" * Domain: [0,1]^64.", text, StringComparison.Ordinal);
        Assert.Contains(" * Proven deviation: ", text, StringComparison.Ordinal);
        Assert.Contains("\nvoid my_net(const float *input, float *output)\n{", text, StringComparison.Ordinal);
        Assert.Contains("\nint my_net_in_domain(const float *input)\n{", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ExportReluNetwork_Certificate_IsCheckedAndStatedWithItsHash()
    {
        using var folder = new TemporaryFolder();
        const string Certified = """
            $table = Import-ReluNetwork $NetworkFile | Find-StableNeurons
            $small = $table | Invoke-LeoCompression
            $small | Export-CompressionCertificate "$($args[0])/small.json"

            """;
        const string Stated = "$small | Export-ReluNetwork \"$($args[0])/a.c\" -Certificate \"$($args[0])/small.json\"";
        Assert.Empty(module.Run(Certified + Stated, folder.Path).Errors);
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder.File("small.json"))));
        string text = File.ReadAllText(folder.File("a.c"));
        Assert.Contains(" * Certificate: 'small.json', SHA-256\n", text, StringComparison.Ordinal);
        Assert.Contains(hash, text, StringComparison.Ordinal);

        // One of another compression, one for a network, one for a format without a place for it.
        foreach ((string call, string error) in (IEnumerable<(string, string)>)
            [
                ("$table | Invoke-LeoCompression -Level DeleteOnly | Export-ReluNetwork \"$($args[0])/b.c\"", "CertificateNotValid,"),
                ("$small.Compressed | Export-ReluNetwork \"$($args[0])/b.c\"", "CertificateWithoutCompression,"),
                ("$small | Export-ReluNetwork \"$($args[0])/b.onnx\"", "CertificateNotApplicable,"),
            ])
        {
            Assert.StartsWith(
                error, module.Fail($"{Certified}{call} -Certificate \"$($args[0])/small.json\"", folder.Path).FullyQualifiedErrorId,
                StringComparison.Ordinal);
            Assert.Equal(["a.c", "small.json"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void ExportReluNetwork_UnprovenCopyAsC_ClaimsNoProof()
    {
        using var folder = new TemporaryFolder();
        module.Run("""
            $small = Import-ReluNetwork $NetworkFile | Find-StableNeurons | Invoke-LeoCompression
            $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($small))
            $copy | Export-ReluNetwork $args[0]
            """, folder.File("copy.c"));
        string text = File.ReadAllText(folder.File("copy.c"));
        Assert.Contains(" * NOT proven: ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Proven deviation", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ExportReluNetwork_Float64AsC_IsDouble()
    {
        using var folder = new TemporaryFolder();
        module.Run("Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0] -Precision Float64", folder.File("net.c"));
        Assert.Contains(
            "void net(const double *input, double *output);", File.ReadAllText(folder.File("net.c")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("net.c", "InputCheckWithoutDomain,")]
    [InlineData("net.onnx", "InputCheckNotApplicable,")]
    public void ExportReluNetwork_InputCheckThatCannotBe_IsRefusedAndWritesNothing(string file, string id)
    {
        using var folder = new TemporaryFolder();
        Assert.StartsWith(
            id,
            module.Fail("Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0] -InputCheck", folder.File(file))
                .FullyQualifiedErrorId,
            StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File(file)));
    }
}
