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

    /// <summary>Lines of code end by column 140.</summary>
    [Fact]
    public void Lines_OfCode_EndByColumn140()
    {
        string[] longer =
        [
            .. Folders().SelectMany(static folder => Directory.GetFiles(folder, "*.cs")).SelectMany(static file => File.ReadLines(file)
                .Select((line, at) => (Line: line, Place: $"{Path.GetRelativePath(TestFiles.Root, file)}:{at + 1}")))
                .Where(static l => l.Line.Length > Columns && !l.Line.Split(' ').Any(static word => word.Length >= UnbrokenData))
                .Select(static l => l.Place),
        ];
        Assert.True(longer.Length == 0, string.Join(Environment.NewLine, longer));
    }

    /// <summary>No folder of sources has more than 25 files.</summary>
    [Fact]
    public void Folders_OfSources_AreSmall() => Assert.All(
        Folders().Where(static f => Path.GetRelativePath(TestFiles.Root, f).StartsWith("src", StringComparison.Ordinal)),
        static folder => Assert.True(
            Directory.GetFiles(folder, "*.cs").Length <= FilesInAFolder,
            $"{folder} has {Directory.GetFiles(folder, "*.cs").Length} files."));

    private static IEnumerable<string> Folders() => ((string[])["src", "tests", "benchmarks"])
        .SelectMany(static top => Directory.GetDirectories(Path.Combine(TestFiles.Root, top), "*", SearchOption.AllDirectories))
        .Where(static folder => !Path.GetRelativePath(TestFiles.Root, folder).Split(Path.DirectorySeparatorChar)
            .Any(static part => part is "obj" or "bin"));
}
