using System.Text.RegularExpressions;
using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Repository;

/// <summary>The library's folders stand on one another in one order, and no folder imports one that stands above it.</summary>
public partial class LayeringTests
{
    /// <summary>Lowest first; ARCHITECTURE.md says what each is for.</summary>
    private static readonly string[] Floors =
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
    public void Folders_AreTheFloors()
    {
        IEnumerable<string> folders = Directory.GetDirectories(Library).Select(static d => Path.GetFileName(d))
            .Where(static d => d is not ("bin" or "obj"));
        Assert.Equal(Floors.Order(), folders.Order());
        string architecture = File.ReadAllText(Path.Combine(TestFiles.Root, "ARCHITECTURE.md"));
        Assert.All(Floors, floor => Assert.Contains(floor, architecture, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Upward(IReadOnlyList<SourceFile> files)
    {
        var declared = files.SelectMany(static f => f.Types.Select(t => (Type: t, File: f)))
            .ToLookup(static d => d.Type, static d => d.File);
        foreach (SourceFile file in files)
        {
            foreach ((string? qualifier, string name) in file.Names)
            {
                SourceFile[] seen = [.. declared[name].Where(f => file.Sees(f, qualifier))];
                SourceFile? used = seen.FirstOrDefault(f => f.Namespace == file.Namespace) ?? seen.FirstOrDefault();
                if (used is not null && Array.IndexOf(Floors, used.Folder) > Array.IndexOf(Floors, file.Folder))
                    yield return $"{file.Path} uses {name} of {used.Path}, which stands above it.";
            }
        }
    }

    /// <summary>A source file as far as imports need it: no parser, but names outside comments and strings.</summary>
    private sealed partial class SourceFile
    {
        private readonly string[] imports;

        public SourceFile(string path, string text)
        {
            Path = path;
            string code = CommentOrText().Replace(
                text, static m => m.Value.StartsWith('$') ? string.Join(' ', Hole().Matches(m.Value)) : " ");
            Namespace = NamespaceLine().Match(code) is { Success: true } line ? line.Groups[1].Value : "";
            imports = [.. Import().Matches(code).Select(static m => m.Groups[1].Value)];
            Types = [.. Declaration().Matches(code).Select(static m => m.Groups[1].Value)];
            Names = [.. Name().Matches(code).SelectMany(static m => Readings(m.Value)).Distinct()];
        }

        public string Path { get; }

        public string Folder => Path.Split('/')[0];

        public string Namespace { get; }

        public string[] Types { get; }

        public (string? Qualifier, string Name)[] Names { get; }

        public static List<SourceFile> All(string root) =>
        [
            .. Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories)
                .Select(f => System.IO.Path.GetRelativePath(root, f).Replace('\\', '/'))
                .Where(static f => !f.StartsWith("obj/", StringComparison.Ordinal) && !f.StartsWith("bin/", StringComparison.Ordinal))
                .Select(f => new SourceFile(f, File.ReadAllText(System.IO.Path.Combine(root, f)))),
        ];

        /// <summary>Whether a name means that file's type here: its namespace is this one, around it, imported or spelt out.</summary>
        public bool Sees(SourceFile other, string? qualifier) => qualifier is null
            ? Namespace == other.Namespace || Namespace.StartsWith(other.Namespace + ".", StringComparison.Ordinal)
                || imports.Contains(other.Namespace)
            : ("." + other.Namespace).EndsWith("." + qualifier, StringComparison.Ordinal);

        /// <summary>What a dotted name may mean: its first part a type, or some first parts a namespace and the next a type.</summary>
        private static IEnumerable<(string? Qualifier, string Name)> Readings(string name)
        {
            string[] parts = name.Split('.');
            for (int i = 0; i < parts.Length; i++)
                yield return (i == 0 ? null : string.Join('.', parts[..i]), parts[i]);
        }

        [GeneratedRegex(@"//[^\n]*|/\*.*?\*/|\$*@?""(?:\\.|[^""\\\n])*""|'(?:\\.|[^'\\])'", RegexOptions.Singleline)]
        private static partial Regex CommentOrText();

        [GeneratedRegex(@"\{[^{}""]*\}")]
        private static partial Regex Hole();

        [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
        private static partial Regex NamespaceLine();

        [GeneratedRegex(@"^using ([\w.]+);", RegexOptions.Multiline)]
        private static partial Regex Import();

        [GeneratedRegex(
            @"^(?:(?:public|internal|file|static|sealed|abstract|partial|readonly|unsafe|ref) )*"
                + @"(?:record struct|class|struct|record|enum|interface|delegate [^(\n]+?) (\w+)",
            RegexOptions.Multiline)]
        private static partial Regex Declaration();

        [GeneratedRegex(@"(?<![\w.])[A-Z]\w+(?:\.[A-Z]\w+)*")]
        private static partial Regex Name();
    }
}
