using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Repository;

/// <summary>Files use one another in one direction, within a folder too.</summary>
public class FileCircleTests
{
    /// <summary>The circles that stay, each with its reason.</summary>
    private static readonly (string[] Files, string Reason)[] Allowed =
    [
        (["Certificates/Checking/BoxTreeCheck.cs", "Certificates/Checking/StabilityCheck.cs"],
            "Recursion: a part of the input box is checked as the whole box is."),
        (["Verdicts/StabilityCounts.cs", "Verdicts/StabilityTable.cs"], "A table counts its own verdicts when they are first asked for."),
    ];

    /// <summary>No file reaches itself by the types that it uses, those that these use, and so on.</summary>
    [Theory]
    [InlineData("ExactCompression")]
    [InlineData("ExactCompression.Cmdlets")]
    [InlineData("ExactCompression.Host")]
    public void Files_OfAProject_UseOneAnotherInOneDirection(string project)
    {
        var graph = new SourceGraph(SourceFile.All(Path.Combine(TestFiles.Root, "src", project)));
        string[] circles =
        [
            .. graph.Circles().Where(static circle => !Allowed.Any(allowed => circle.All(f => allowed.Files.Contains(f.Path))))
                .Select(circle => string.Join(
                    Environment.NewLine, graph.Uses.Where(use => circle.Contains(use.File) && circle.Contains(use.Used))
                        .Select(static use => $"{use.File.Path} uses {use.Name} of {use.Used.Path}"))),
        ];
        Assert.True(circles.Length == 0, string.Join(Environment.NewLine + Environment.NewLine, circles));
    }

    /// <summary>A circle through three files is found, whole and once; a file that only uses it is not in it.</summary>
    [Fact]
    public void Circle_OfThreeFiles_IsFound()
    {
        var graph = new SourceGraph(
        [
            new("Alpha.cs", "namespace Greek;\nclass Alpha { Beta next; }"), new("Beta.cs", "namespace Greek;\nclass Beta { Gamma next; }"),
            new("Gamma.cs", "namespace Greek;\nclass Gamma { Alpha next; }"),
            new("Delta.cs", "namespace Greek;\nclass Delta { Alpha next; // and Delta\n }"),
        ]);
        Assert.Equal(["Alpha.cs", "Beta.cs", "Gamma.cs"], Assert.Single(graph.Circles()).Select(static f => f.Path).Order());
    }
}
