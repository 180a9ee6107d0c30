using System.Text.RegularExpressions;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The about topics against what the code does, and against what refers to them.</summary>
[Collection(ModuleTests.Name)]
public sealed partial class AboutTests(ModuleFixture module)
{
    private const int Widest = 82;
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "src", "ExactCompression.Cmdlets", "Help");

    public static IReadOnlyList<string> Topics { get; } =
        [.. Directory.EnumerateFiles(Folder, "about_*.help.txt").Select(static file => Path.GetFileName(file)[..^".help.txt".Length]).Order(
            StringComparer.Ordinal)];

    public static TheoryData<string> TopicNames => [.. Topics];

    [Fact]
    public void Topics_AreThose() =>
        Assert.Equal(
            ["about_ExactArithmetic", "about_ExactCompression", "about_MilpModels", "about_NetworkFormats", "about_StabilityTables"],
            Topics);

    [Theory]
    [MemberData(nameof(TopicNames))]
    public void Topic_HasItsSectionsAndFitsAScreen(string topic)
    {
        string[] lines = File.ReadAllLines(Source(topic));
        Assert.Equal(["TOPIC", "    " + topic, "", "SHORT DESCRIPTION"], lines[..4]);
        Assert.Contains("LONG DESCRIPTION", lines);
        Assert.Contains("SEE ALSO", lines);
        Assert.All(lines, static line => Assert.InRange(line.Length, 0, Widest));
        Assert.All(lines, static line => Assert.DoesNotMatch(@"\t|\s$", line));
    }

    [Theory]
    [MemberData(nameof(TopicNames))]
    public void GetHelp_FindsTheTopic(string topic)
    {
        string text = File.ReadAllText(Source(topic)).ReplaceLineEndings("\n").Trim();
        Assert.Equal(text, module.Run("Get-Help $args[0]", topic).Single.ToString().ReplaceLineEndings("\n").Trim());
        HostRun run = HostProcess.Run(["-Command", "Get-Help " + topic]);
        Assert.Equal(text, run.Output.Trim());
    }

    [Theory]
    [MemberData(nameof(TopicNames))]
    public void Topic_NamesOnlyWhatThereIs(string topic)
    {
        string text = File.ReadAllText(Source(topic));
        string[] commands = module.Run("(Get-Command -Module ExactCompression).Name").As<string>();
        string[] nouns = [.. commands.Select(static c => c.Split('-')[1])];
        // Names with a noun of this module must be its cmdlets, and topics must be there.
        Assert.All(
            CommandName().Matches(text).Select(static m => m.Value).Where(name => nouns.Contains(name.Split('-')[1])),
            name => Assert.Contains(name, commands));
        Assert.All(TopicName().Matches(text).Select(static m => m.Value), static name => Assert.Contains(name, Topics));
    }

    [Fact]
    public void Readme_NamesEveryTopicAndNoOther()
    {
        string text = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "README.md"));
        Assert.Equal(Topics, TopicName().Matches(text).Select(static m => m.Value).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void StabilityTables_Columns_AreThoseThatAreWritten()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("verdicts.csv");
        module.Run("Import-ReluNetwork $NetworkFile | Find-UnstableNeuronsGpu -Device Cpu | Export-StabilityTable $args[0]", file);
        string[] written = File.ReadLines(file).First().Split(',');
        Assert.Equal(written, Terms("about_StabilityTables", "CSV FILES"));
    }

    [Fact]
    public void StabilityTables_States_AreThoseOfTheLibrary() =>
        Assert.Equal(
            module.Run("[enum]::GetNames([ExactCompression.NeuronState])").As<string>().Order(),
            Terms("about_StabilityTables", "STATES").Order());

    [Fact]
    public void StabilityTables_Evidence_CoversWhatSearchesGive()
    {
        string[] kinds = Terms("about_StabilityTables", "EVIDENCE");
        string[] found = module.Run("""
            $n = Import-ReluNetwork $NetworkFile
            ($n | Find-StableNeurons).Neurons.Evidence
            ($n | Find-StableNeurons -Method Layer -Domain (New-InputDomain 0 0.5)).Neurons.Evidence
            """).As<string>();
        Assert.NotEmpty(found);
        Assert.All(
            found.Where(static e => e.Length > 0).Select(static e => e.Split(' ', ',')[0]).Distinct(),
            kind => Assert.Contains(kind, kinds));
    }

    [Fact]
    public void NetworkFormats_Table_IsWhatIsRegistered()
    {
        string[] expected = module.Run("""
            foreach ($format in [ExactCompression.Formats.NetworkFormats]::All) {
                $access = if ($format -is [ExactCompression.Formats.IWritableNetworkFormat]) { 'read, write' } else { 'read' }
                "$($format.Name) $($format.Extensions -join ' ') $access"
            }
            foreach ($format in [ExactCompression.Formats.NetworkFormats]::Writable) {
                if ($format -isnot [ExactCompression.Formats.INetworkFormat]) { "$($format.Name) $($format.Extensions -join ' ') write" }
            }
            """).As<string>();
        string[] lines = File.ReadAllLines(Source("about_NetworkFormats"));
        int header = Array.FindIndex(lines, static line => line.TrimStart().StartsWith("Name ", StringComparison.Ordinal));
        string[] stated = [.. lines.Skip(header + 1).TakeWhile(static line => line.Length > 0).Select(
            static line => Spaces().Replace(line.Trim(), " ")).Order(StringComparer.Ordinal)];
        Assert.Equal(expected.Order(StringComparer.Ordinal), stated);
    }

    private static string Source(string topic) => Path.Combine(Folder, topic + ".help.txt");

    /// <summary>The words at the left of a section's list of terms.</summary>
    private static string[] Terms(string topic, string section) =>
        [.. File.ReadAllLines(Source(topic)).SkipWhile(line => line != section).Skip(1)
            .TakeWhile(static line => line.Length == 0 || line[0] == ' ').Select(static line => Term().Match(line)).Where(
                static m => m.Success).Select(static m => m.Groups[1].Value)];

    [GeneratedRegex(@"^    ([A-Z]\w+)(?: \(\w, \w\))? {2,}\S")]
    private static partial Regex Term();

    [GeneratedRegex(@"\b[A-Z][a-z]+-[A-Z][A-Za-z]+\b")]
    private static partial Regex CommandName();

    [GeneratedRegex(@"\babout_[A-Za-z]+")]
    private static partial Regex TopicName();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
