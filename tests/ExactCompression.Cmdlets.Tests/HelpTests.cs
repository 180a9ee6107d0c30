using System.Management.Automation;
using System.Xml.Linq;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The hand-kept help against the cmdlets themselves.</summary>
[Collection(ModuleTests.Name)]
public sealed class HelpTests(ModuleFixture module)
{
    private static readonly XElement Source = XElement.Load(
        Path.Combine(RepositoryPaths.Root, "src", "ExactCompression.Cmdlets", "Help", "help.xml"));

    public static TheoryData<string> CommandNames => [.. Source.Elements("command").Select(static c => (string)c.Attribute("name")!)];

    [Fact]
    public void Help_CoversEveryCmdletAndNoOther()
    {
        string[] exported = module.Run("(Get-Command -Module ExactCompression).Name").As<string>();
        Assert.Equal(exported.Order(), Source.Elements("command").Select(static c => (string)c.Attribute("name")!).Order());
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Help_ParametersAndSets_AreThoseOfTheCmdlet(string name)
    {
        var command = (CommandInfo)module.Run("Get-Command $args[0]", name).Single.BaseObject;
        Dictionary<string, XElement> described = Parameters(name).ToDictionary(static p => (string)p.Attribute("name")!);
        string[] common = [.. Cmdlet.CommonParameters];
        Assert.Equal(command.Parameters.Keys.Except(common).Order(), described.Keys.Order());

        string[] sets = [.. command.ParameterSets.Select(set => Words(set.Parameters.Select(static p => p.Name).Except(common).Order()))];
        string[] describedSets = [.. Command(name).Elements("set").Select(static set => Words(Lines(set.Value).Split(' ').Order()))];
        Assert.Equal(sets.Order(), describedSets.Order());
        Assert.All(command.ParameterSets.SelectMany(static set => set.Parameters).Where(p => !common.Contains(p.Name)), parameter =>
        {
            XElement element = described[parameter.Name];
            Assert.True(element.Value.Trim().Length > 0, $"-{parameter.Name} has no description.");
            Assert.Equal(parameter.IsMandatory, (string?)element.Attribute("required") == "true");
            Assert.Equal(parameter.Position < 0 ? null : (int?)parameter.Position, (int?)element.Attribute("position"));
            Assert.Equal(TypeName(parameter.ParameterType), (string?)element.Attribute("type"));
            Assert.Equal(
                Words(parameter.Aliases.Order()),
                Words(((string?)element.Attribute("aliases") ?? "").Split(", ", StringSplitOptions.RemoveEmptyEntries).Order()));
            Assert.Equal(
                parameter.ValueFromPipeline, ((string?)element.Attribute("pipeline") ?? "").Contains("ByValue", StringComparison.Ordinal));
            Assert.Equal(
                parameter.ValueFromPipelineByPropertyName,
                ((string?)element.Attribute("pipeline") ?? "").Contains("ByPropertyName", StringComparison.Ordinal));
        });
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Help_IsWhole(string name)
    {
        XElement command = Command(name);
        Assert.All(
            ["synopsis", "description", "input", "output", "see"],
            part => Assert.True(command.Elements(part).Any(static e => e.Value.Trim().Length > 0), $"{name} has no {part}."));
        Assert.Contains("(NeurIPS 2021)", command.Element("notes")?.Value ?? "", StringComparison.Ordinal);
        Assert.All(command.Elements("example"), example =>
        {
            Assert.NotEmpty((string?)example.Attribute("title") ?? "");
            Assert.NotEmpty(example.Element("p")?.Value.Trim() ?? "");
            Assert.Contains(name, example.Element("code")!.Value, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Help_Outputs_AreThoseThatTheCmdletDeclares(string name)
    {
        var command = (CommandInfo)module.Run("Get-Command $args[0]", name).Single.BaseObject;
        string stated = string.Join(", ", Command(name).Elements("output").Select(static output => (string)output.Attribute("type")!));
        Assert.All(command.OutputType, type => Assert.Contains(type.Name, stated, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void GetHelp_FindsTheText(string name)
    {
        PSObject help = module.Run("Get-Help $args[0] -Full", name).Single;
        Assert.Equal(Lines(Command(name).Element("synopsis")!.Value), ((string)help.Properties["Synopsis"].Value).Trim());
        Assert.NotNull(help.Properties["examples"]?.Value);
        Assert.NotNull(help.Properties["returnValues"]?.Value);
        // The pages that it refers to exist.
        Assert.All(
            Command(name).Elements("see"),
            see => Assert.True(
                see.Value.StartsWith("about_", StringComparison.Ordinal)
                    ? AboutTests.Topics.Contains(see.Value)
                    : Command(see.Value) is not null, see.Value));
    }

    private static XElement Command(string name) => Source.Elements("command").Single(c => (string?)c.Attribute("name") == name);

    private static IEnumerable<XElement> Parameters(string name)
    {
        XElement command = Command(name);
        IEnumerable<XElement> shared = command.Elements("use").SelectMany(
            use => Source.Elements("group").Single(g => (string?)g.Attribute("name") == (string?)use.Attribute("group")).Elements(
                "parameter"));
        return command.Elements("parameter").Concat(shared);
    }

    private static string TypeName(Type type) => (Nullable.GetUnderlyingType(type) ?? type).Name;

    /// <summary>A text that may stand on several lines, in one.</summary>
    private static string Lines(string text) => Words(text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

    private static string Words(IEnumerable<string> words) => string.Join(' ', words);
}
