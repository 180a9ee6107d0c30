using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Repository;

/// <summary>Small rooms: what a reader can take in at once.</summary>
public class SourceShapeTests
{
    private const int Columns = 140;
    private const int FilesInAFolder = 25;

    /// <summary>A line of data that has no place to break it, such as base64, may be longer.</summary>
    private const int UnbrokenData = 60;

    private static readonly string[] Code =
        [".cs", ".csproj", ".proto", ".props", ".ps1", ".ps1xml", ".psd1", ".psm1", ".sbatch", ".targets", ".xml", ".xsl"];

    /// <summary>Lines of code end by column 140: those of sources, scripts, views, help, and what the build is made of.</summary>
    [Fact]
    public void Lines_OfCode_EndByColumn140()
    {
        string[] files =
        [
            .. Directory.GetFiles(TestFiles.Root),
            .. Folders("src", "tests", "benchmarks", "examples").SelectMany(Directory.GetFiles),
        ];
        string[] longer =
        [
            .. files.Where(static file => Code.Contains(Path.GetExtension(file))).SelectMany(static file => File.ReadLines(file)
                .Select((line, at) => (Line: line, Place: $"{Path.GetRelativePath(TestFiles.Root, file)}:{at + 1}")))
                .Where(static l => l.Line.Length > Columns && !l.Line.Split(' ').Any(static word => word.Length >= UnbrokenData))
                .Select(static l => l.Place),
        ];
        Assert.True(longer.Length == 0, string.Join(Environment.NewLine, longer));
    }

    /// <summary>No folder of sources has more than 25 files.</summary>
    [Fact]
    public void Folders_OfSources_AreSmall() => Assert.All(
        Folders("src"),
        static folder => Assert.True(
            Directory.GetFiles(folder, "*.cs").Length <= FilesInAFolder,
            $"{folder} has {Directory.GetFiles(folder, "*.cs").Length} files."));

    private static IEnumerable<string> Folders(params string[] tops) => tops
        .Select(static top => Path.Combine(TestFiles.Root, top))
        .SelectMany(static top => Directory.GetDirectories(top, "*", SearchOption.AllDirectories).Append(top))
        .Where(static folder => !Path.GetRelativePath(TestFiles.Root, folder).Split(Path.DirectorySeparatorChar)
            .Any(static part => part is "obj" or "bin"));
}
