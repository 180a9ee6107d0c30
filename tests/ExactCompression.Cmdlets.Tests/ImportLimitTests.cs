using System.Diagnostics;
using System.IO.Compression;
using System.Management.Automation;
using System.Text;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>What imports may take, how they are stopped, and what they do not open.</summary>
[Collection(ModuleTests.Name)]
public sealed class ImportLimitTests(ModuleFixture module)
{
    private const string Network = "1,1,1,1\n1,1\n0\n0\n1\n0,0\n1,1\n1\n0\n";

    [Theory]
    [InlineData("Import-InputData")]
    [InlineData("New-InputDomain -Path")]
    public void Import_ArchiveThatUnpacksToMuch_IsLimitedByMaximumSize(string command)
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("d.csv.gz");
        using (var gzip = new GZipStream(File.Create(file), CompressionLevel.Fastest))
            gzip.Write(Encoding.ASCII.GetBytes("Lower,Upper\n" + string.Concat(Enumerable.Repeat("0,1\n", 100_000))));

        ErrorRecord error = module.Fail($"{command} $args[0] -MaximumSize 100KB", file);
        Assert.StartsWith("ImportTooLarge,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-MaximumSize", error.Exception.Message, StringComparison.Ordinal);
        Assert.Single(module.Run($"{command} $args[0] -MaximumSize '2GB'", file).Output);
        Assert.Single(module.Run($"{command} $args[0]", file).Output);
    }

    [Fact]
    public void ImportReluNetwork_MaximumSize_IsInBytesWithUnits()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("n.nnet", Network);
        Assert.StartsWith(
            "ImportTooLarge,", module.Fail("Import-ReluNetwork $args[0] -MaximumSize 10", file).FullyQualifiedErrorId,
            StringComparison.Ordinal);
        Assert.Single(module.Run("Import-ReluNetwork $args[0] -MaximumSize 2GB", file).Output);
    }

    [Fact]
    public void ImportReluNetwork_WarningsOfTheReader_NameTheFile()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("n.nnet", "1,1,1,1\n1,1\n0\n0\n1\n0\n1\n1\n0\n");
        string[] warnings = module.Run("Import-ReluNetwork $args[0]", file).Warnings;
        Assert.NotEmpty(warnings);
        Assert.All(warnings, text => Assert.StartsWith(file, text, StringComparison.Ordinal));
    }

    [Fact]
    public void ImportInputData_Stopped_Ends()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("d.csv");
        string row = string.Join(',', Enumerable.Range(0, 1000).Select(static i => $"0.{i}"));
        using (StreamWriter writer = File.CreateText(file))
        {
            for (int i = 0; i < 20_000; i++)
                writer.WriteLine(row);
        }

        using PowerShell shell = module.Shell("Import-InputData $args[0] -MaximumSize 64GB", file);
        IAsyncResult running = shell.BeginInvoke();
        Thread.Sleep(200);
        shell.Stop();
        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
    }

    [SkippableTheory]
    [InlineData("Import-ReluNetwork $args[0]")]
    [InlineData("Import-InputData $args[0]")]
    [InlineData("Import-StabilityTable $args[0] (Import-ReluNetwork $NetworkFile)")]
    [InlineData("New-InputDomain -Path $args[0]")]
    [InlineData("Test-CompressionCertificate $args[0] $NetworkFile $NetworkFile", "CertificateMalformed")]
    [InlineData("Test-CompressionCertificate $NetworkFile $args[0] $NetworkFile")]
    [InlineData("Export-StabilityPlot never.png $args[0]")]
    [InlineData("Import-ReluNetwork $NetworkFile | Invoke-CompressionSweep -Path $args[0]")]
    public void Import_PipeOrDevice_IsRefusedUnopened(string command, string errorId = "FileNotRegular")
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such paths.");
        using var folder = new TemporaryFolder();
        string pipe = folder.File("pipe");
        using (Process make = Process.Start("mkfifo", [pipe]))
            make.WaitForExit();

        foreach (string path in (string[])[pipe, "/dev/zero"])
            Assert.StartsWith(errorId + ",", module.Fail(command, path).FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
