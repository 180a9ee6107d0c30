using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Repository;

/// <summary>The library's folders stand on one another in one order, and no folder imports one that stands above it.</summary>
public class LayeringTests
{
    /// <summary>Lowest first; ARCHITECTURE.md says what each is for.</summary>
    private static readonly string[] Layers =
    [
        "Errors", "Numerics", "Networks", "Training", "Bounds", "Verdicts", "Witnesses", "Branching", "Gpu", "Milp", "Analysis",
        "Compression", "Formats", "Certificates", "Experiments", "Plotting",
    ];

    private static readonly string Library = Path.Combine(TestFiles.Root, "src", "ExactCompression");

    /// <summary>Every file's use of a type of this library leads to its own folder or to one below.</summary>
    [Fact]
    public void Imports_OfEveryFolder_PointDown()
    {
        string[] upward = [.. Upward(SourceFile.All(Library))];
        Assert.True(upward.Length == 0, string.Join(Environment.NewLine, upward));
    }

    /// <summary>A file that imports from above is found, by its own name and that of the type.</summary>
    [Theory]
    [InlineData("using ExactCompression.Compression;", "CompressionPremises? premises;")]
    [InlineData("", "LeoCompression.Compress(null!, null!, default);")]
    [InlineData("", "Milp.MilpProgram? program;")]
    public void Imports_FromAbove_AreFound(string import, string use)
    {
        string text = $"{import}\nnamespace ExactCompression.Bounds;\nclass Added {{ void Use() {{ {use} }} }}";
        var file = new SourceFile("Bounds/Added.cs", text);
        string found = Assert.Single(Upward([.. SourceFile.All(Library), file]));
        Assert.StartsWith("Bounds/Added.cs", found, StringComparison.Ordinal);
    }

    /// <summary>A folder is one that ARCHITECTURE.md describes.</summary>
    [Fact]
    public void Folders_AreTheLayers()
    {
        IEnumerable<string> folders = Directory.GetDirectories(Library).Select(static d => Path.GetFileName(d))
            .Where(static d => d is not ("bin" or "obj"));
        Assert.Equal(Layers.Order(), folders.Order());
        string architecture = File.ReadAllText(Path.Combine(TestFiles.Root, "ARCHITECTURE.md"));
        Assert.All(Layers, layer => Assert.Contains(layer, architecture, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Upward(IReadOnlyList<SourceFile> files) => new SourceGraph(files).Uses
        .Where(static use => Array.IndexOf(Layers, use.Used.Folder) > Array.IndexOf(Layers, use.File.Folder))
        .Select(static use => $"{use.File.Path} uses {use.Name} of {use.Used.Path}, which stands above it.");
}
