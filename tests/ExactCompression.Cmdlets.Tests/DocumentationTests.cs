using System.Text.RegularExpressions;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The pages of docs/ against the help that they are made of.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "docs");
    private static readonly string Help = Path.Combine(RepositoryPaths.Root, "src", "ExactCompression.Cmdlets", "Help");

    [Fact]
    public void Docs_AreWhatTheHelpMakes()
    {
        using var folder = new TemporaryFolder();
        string made = folder.File("docs");
        HostRun run = HostProcess.Run(
            [Path.Combine(RepositoryPaths.Root, "src", "Packaging", "New-Documentation.ps1"), "-OutputPath", made]);
        Assert.Equal("", run.Error);
        string[] names = Names(made);
        Assert.Equal(names, Names(Folder));
        Assert.All(names, name => Assert.True(
            Text(Path.Combine(made, name)) == Text(Path.Combine(Folder, name)),
            $"docs/{name} is not what the help makes. Write the pages anew: ./build.ps1 Docs, or dotnet run --project "
                + $"src/ExactCompression.Host -- build.ps1 Docs"));
    }

    [Fact]
    public void Docs_EveryCmdletAndTopic_HasAPageInTheIndex()
    {
        string[] pages =
        [
            .. CommandName().Matches(Text(Path.Combine(Help, "help.xml"))).Select(static m => m.Groups[1].Value + ".md"),
            .. AboutTests.Topics.Select(static t => t + ".md"),
        ];
        Assert.Equal(pages.Append("index.md").Order(StringComparer.Ordinal), Names(Folder));
        string index = Text(Path.Combine(Folder, "index.md"));
        Assert.All(pages, page => Assert.Contains($"]({page}) | ", index, StringComparison.Ordinal));
    }

    /// <summary>Links lead to pages that are there, code is closed, and prose ends by column 140.</summary>
    [Fact]
    public void Docs_AreSoundMarkdown()
    {
        foreach (string name in Names(Folder))
        {
            bool isCode = false;
            int columns = 0;
            foreach (string line in Text(Path.Combine(Folder, name)).Split('\n'))
            {
                if (line.StartsWith("```", StringComparison.Ordinal))
                    isCode = !isCode;
                else if (!isCode)
                    Assert.All(
                        Link().Matches(line),
                        link => Assert.True(File.Exists(Path.Combine(Folder, link.Groups[1].Value)), $"{name}: {link.Value}"));
                Assert.True(line.Length <= 140 || isCode || line.StartsWith('|'), $"{name}: {line}");
                int cells = isCode || !line.StartsWith('|') ? 0 : line.Replace("\\|", "", StringComparison.Ordinal).Count('|');
                Assert.True(cells == 0 || columns is 0 || cells == columns, $"{name}: a table whose rows differ in width: {line}");
                columns = cells;
            }

            Assert.False(isCode, name);
        }
    }

    /// <summary>The words of the help, in their order: nothing of it is lost on the way, whatever the pages look like.</summary>
    [Fact]
    public void Docs_Topics_HaveAllWords()
    {
        foreach (string topic in AboutTests.Topics)
        {
            string source = Text(Path.Combine(Help, topic + ".help.txt"));
            string page = Link().Replace(Text(Path.Combine(Folder, topic + ".md")), "");
            string[] expected = Words(Section().Replace(source, ""));
            Assert.Equal(expected, Words(page[(page.IndexOf('\n', StringComparison.Ordinal) + 1)..]).Where(static w => w.Length > 0));
        }
    }

    /// <summary>
    /// Pages are read in editors and in differences, too: prose ends by column 140. Tables, code and pictures may be wider.
    /// </summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_ProseEndsByColumn140AndLinksLeadSomewhere(string page)
    {
        string file = Path.Combine(RepositoryPaths.Root, page), folder = Path.GetDirectoryName(file)!;
        bool isCode = false;
        foreach (string line in Text(file).Split('\n'))
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            if (isCode || line.StartsWith("    ", StringComparison.Ordinal))
                continue;
            Assert.True(line.Length <= 140 || line[0] is '|' or '!', $"{page}: {line}");
            Assert.All(
                Link().Matches(line).Select(static m => m.Groups[1].Value).Where(
                    static target => !target.StartsWith("http", StringComparison.Ordinal)),
                target => Assert.True(Path.Exists(Path.Combine(folder, target)), $"{page}: {target}"));
        }
    }

    /// <summary>The same of the help's source; examples, and types of the pipeline, may be wider.</summary>
    [Fact]
    public void Help_ProseEndsByColumn140()
    {
        string prose = Code().Replace(Text(Path.Combine(Help, "help.xml")), "");
        Assert.All(
            prose.Split('\n'),
            static line => Assert.True(line.Length <= 140 || line.TrimStart().StartsWith("<input type=", StringComparison.Ordinal), line));
    }

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(RepositoryPaths.Root, "*.md")
            .Concat(new DirectoryInfo(RepositoryPaths.Root).EnumerateDirectories().Where(
                static d => d.Name is "examples" or "src" or "tests" or "benchmarks")
                .SelectMany(static d => Directory.EnumerateFiles(d.FullName, "*.md", SearchOption.AllDirectories)))
            .Select(static f => Path.GetRelativePath(RepositoryPaths.Root, f).Replace('\\', '/'))
            .Where(static f => !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal)).Order(
                StringComparer.Ordinal)];

    private static string[] Names(string folder) =>
        [.. Directory.EnumerateFiles(folder).Select(static f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    private static string Text(string file) => File.ReadAllText(file).ReplaceLineEndings("\n");

    private static string[] Words(string text) =>
        [.. Word().Matches(text.ToUpperInvariant()).Select(static m => m.Value).Where(static w => w is not ("RELATED" or "LINKS"))];

    [GeneratedRegex(@"<command name=""([^""]+)""")]
    private static partial Regex CommandName();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\ATOPIC\n.*\n|^(SHORT DESCRIPTION|LONG DESCRIPTION|SEE ALSO)$", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex("<code>.*?</code>", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex("[A-Z0-9]+")]
    private static partial Regex Word();
}
