using System.Text.RegularExpressions;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>What the README shows is what its commands print.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Example_PrintsWhatTheReadmeShows()
    {
        string[] blocks = [.. CodeBlock().Matches(
            File.ReadAllText(Path.Combine(RepositoryPaths.Root, "README.md")).ReplaceLineEndings("\n")).Select(static m => m.Value)];
        int at = Array.FindIndex(blocks, static block => block.Contains("Invoke-LeoCompression", StringComparison.Ordinal));
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("examples"));
        foreach (string file in new[] { RepositoryPaths.DigitsNetwork, RepositoryPaths.DigitsData })
            File.Copy(file, Path.Combine(folder.File("examples"), Path.GetFileName(file)));
        string script = folder.Write("readme.ps1", "Set-Location $PSScriptRoot\n" + blocks[at]);
        HostRun run = HostProcess.Run([script]);
        Assert.Equal("", run.Error);
        Assert.Equal(Lines(blocks[at + 1]), Lines(run.Output));
        Assert.True(File.Exists(folder.File("small.onnx")));
    }

    /// <summary>Lines without indentation; the last digits of rounding errors depend on the processor's vector width.</summary>
    private static string[] Lines(string text) =>
        [.. text.Split('\n').Select(static line => Exponent().Replace(line.Trim(), "#")).Where(static line => line.Length > 0)];

    [GeneratedRegex(@"(?:^    .*\n(?:\n+(?=    ))?)+", RegexOptions.Multiline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@" *\d\.?\d*e-\d\d")]
    private static partial Regex Exponent();
}
