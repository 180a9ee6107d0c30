using System.Management.Automation.Language;
using System.Xml.Linq;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The examples of the help run as they stand.</summary>
public sealed class HelpExampleTests(HelpExampleTests.Examples examples) : IClassFixture<HelpExampleTests.Examples>
{
    private static readonly XElement Source = XElement.Load(
        Path.Combine(RepositoryPaths.Root, "src", "ExactCompression.Cmdlets", "Help", "help.xml"));

    private static readonly string[] Names = [.. Source.Elements("command").Select(static c => (string)c.Attribute("name")!)];

    /// <summary>The files of examples/ that the published module has too.</summary>
    internal static readonly string[] ShippedFiles =
        ["digits_48-32-24_l1-0.004.onnx", "digits_conv_l1-0.004.onnx", "digits.csv.gz", "box.csv"];

    public static TheoryData<string> CommandNames => [.. Names];

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Examples_Run(string name)
    {
        string[] code = Code(name);
        Assert.InRange(code.Length, 3, 6);
        Assert.All(code, static code =>
        {
            Parser.ParseInput(code, out _, out ParseError[] errors);
            Assert.Empty(errors);
        });
        Assert.Equal("", examples.Run.Error);
        Assert.Equal(0, examples.Run.ExitCode);
        string printed = Assert.Single(
            examples.Run.Output.Split("\nbegin "), part => part.StartsWith(name + "\n", StringComparison.Ordinal));
        Assert.EndsWith($"\nend {name}", printed.TrimEnd(), StringComparison.Ordinal);
    }

    private static string[] Code(string name) => [.. Source.Elements("command").Single(c => (string?)c.Attribute("name") == name).Elements(
        "example").Select(static e => e.Element("code")!.Value)];

    /// <summary>
    /// One host for all cmdlets, since each start costs seconds; those of a cmdlet have a folder and a scope of their own. The host has
    /// the everyday commands that examples use.
    /// </summary>
    public sealed class Examples : IDisposable
    {
        private readonly TemporaryFolder folder = new();

        public Examples() => Run = HostProcess.Run(
            [folder.Write("examples.ps1", $"$ErrorActionPreference = 'Stop'\n''\n{string.Join('\n', Names.Select(Script))}\n")],
            limit: TimeSpan.FromMinutes(9));

        internal HostRun Run { get; }

        public void Dispose() => folder.Dispose();

        /// <summary>Prints the cmdlet's name, what its examples print, and either its name again or the error that ends them.</summary>
        private string Script(string name)
        {
            string own = Directory.CreateDirectory(folder.File(name)).FullName;
            // What a user has, in the repository as in the published module.
            string files = Directory.CreateDirectory(Path.Combine(own, "examples")).FullName;
            foreach (string file in ShippedFiles)
                File.Copy(Path.Combine(RepositoryPaths.Examples, file), Path.Combine(files, file));
            string code = string.Join('\n', Code(name).Select(static (code, i) => $"'example {i}'\n{code}"));
            return $"'begin {name}'\nSet-Location '{own}'\n& {{\ntry {{\n{code}\n'end {name}'\n}}\ncatch {{ \"failed: $_\" }}\n}}";
        }
    }
}
