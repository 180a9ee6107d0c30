using System.Management.Automation;
using System.Text;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>Networks whose names hold what a terminal obeys, or what is no file name.</summary>
[Collection(ModuleTests.Name)]
public sealed class OddNameTests(ModuleFixture module)
{
    private const string Name = "\u001b[31mred\u001b[2J\n=../../x\u202e";

    private const string Make =
        "$n = (Import-ReluNetwork $NetworkFile).Renamed($args[0], $args[0]); $d = New-InputDomain 0 1; $t = Find-StableNeurons $n "
            + "-TimeLimit 20; $c = Invoke-LeoCompression $t\n";

    [Theory]
    [InlineData("$n")]
    [InlineData("$t")]
    [InlineData("$c")]
    [InlineData("$d; $n; $t; $c; $t.Neurons[0]")]
    [InlineData("Test-NetworkEquivalence $n $n")]
    [InlineData("Measure-ReluNetwork $n (Import-InputData $DataFile -LabelColumn Last)")]
    [InlineData("Get-ActivationPattern $n -Count 1")]
    [InlineData("Invoke-CompressionSweep $n -Level DeleteOnly -TimeLimit 20")]
    [InlineData(
        "Find-StableNeurons $n -TimeLimit 20 -Verbose -Debug 4>&1 5>&1 | Where-Object { $_ -isnot [ExactCompression.StabilityTable] }")]
    [InlineData("\"$n $t\"")]
    public void View_OfAnOddName_HasNoControlCharacters(string script)
    {
        string shown = new RecordingHost().Show(module.Run(Make + script, Name).Output);
        Assert.NotEmpty(shown.Trim());
        Assert.DoesNotContain(
            shown.Replace("\r\n", "\n", StringComparison.Ordinal), static c => (char.IsControl(c) && c != '\n') || c == '\u202e');
    }

    [Fact]
    public void Pattern_ThatIsAlsoTheNameOfAFile_IsExplained()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("net [1].onnx");
        File.Copy(RepositoryPaths.DigitsNetwork, file);
        Assert.Contains("-LiteralPath", module.Fail("Import-ReluNetwork $args[0]", file).Exception.Message, StringComparison.Ordinal);
        Assert.Equal("net [1]", module.Run("(Import-ReluNetwork -LiteralPath $args[0]).Name", file).Single.ToString());
    }

    [Fact]
    public void Error_AboutAnOddPath_HasNoControlCharacters()
    {
        ErrorRecord error = module.Fail("Import-ReluNetwork -LiteralPath $args[0]", "/no/such/\u001b[31mred\n.onnx");
        Assert.Contains("\\u001b[31mred\\n", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(error.ToString(), char.IsControl);
    }

    [Fact]
    public void Export_ToAFolder_MakesNamesThatStayInIt()
    {
        using var folder = new TemporaryFolder();
        string inner = folder.File("inner");
        Directory.CreateDirectory(inner);
        ScriptResult result = module.Run(
            Make + "$n | Export-ReluNetwork $args[1]; $t | Export-StabilityTable $args[1]; $c | Export-CompressionCertificate $args[1]; "
                + "$t | Export-StabilityPlot $args[1]",
            Name,
            inner);
        Assert.Empty(result.Errors);
        Assert.Equal([inner], Directory.GetFileSystemEntries(folder.Path));
        string[] files = [.. Directory.GetFiles(inner).Select(static file => Path.GetFileName(file))];
        Assert.Equal(4, files.Length);
        Assert.All(files, static file => Assert.Equal(file, Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(file))));
        Assert.All(files, static file => Assert.DoesNotContain(file, char.IsControl));
    }

    [SkippableFact]
    public void Export_OverAReadOnlyFile_IsRefusedOrLeavesItReadOnly()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("a.onnx", "old");
        File.SetAttributes(file, FileAttributes.ReadOnly);
        ErrorRecord refused = module.Fail("Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0]", file);
        Assert.StartsWith("AccessDenied,", refused.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(file));
        Assert.Empty(module.Run("Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0] -Force", file).Errors);
        Assert.True(new FileInfo(file).IsReadOnly);
        Assert.True(new FileInfo(file).Length > 1000);
        File.SetAttributes(file, FileAttributes.Normal);
    }

    [SkippableFact]
    public void Export_ToADevice_IsRefusedWithItsId()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Kinds of files are known on Linux alone.");
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.File("a.onnx"), "/dev/full");
        ErrorRecord refused = module.Fail("Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0]", folder.File("a.onnx"));
        Assert.StartsWith("PathIsNoFile,", refused.FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
