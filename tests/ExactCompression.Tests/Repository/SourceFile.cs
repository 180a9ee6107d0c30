using System.Text.RegularExpressions;

namespace ExactCompression.Tests.Repository;

/// <summary>A source file as far as imports need it: no parser, but names outside comments and strings.</summary>
internal sealed partial class SourceFile
{
    private readonly string[] imports;

    public SourceFile(string path, string text)
    {
        Path = path;
        string code = CodeOf(text);
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

    /// <summary>A text without its comments and strings; of interpolated ones, what is in their holes stays.</summary>
    public static string CodeOf(string text) => CommentOrText().Replace(
        text, static m => m.Value.StartsWith('$') ? string.Join(' ', Hole().Matches(m.Value)) : " ");

    /// <summary>All sources below a folder.</summary>
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
