using System.Xml.Linq;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>What stands above a column or beside a value can be typed: it is the name of a property.</summary>
[Collection(ModuleTests.Name)]
public sealed class ViewHeadingTests(ModuleFixture module)
{
    private static readonly string Views = Path.Combine(
        RepositoryPaths.Root, "src", "ExactCompression.Cmdlets", "Views", "ExactCompression.format.ps1xml");

    /// <summary>The tables and lists of the format file, each with a type that it shows.</summary>
    public static TheoryData<string, string> TablesAndLists()
    {
        var views = new TheoryData<string, string>();
        foreach (XElement view in XDocument.Load(Views).Descendants("View"))
        {
            if (view.Element("TableControl") is null && view.Element("ListControl") is null)
                continue;
            foreach (XElement type in view.Element("ViewSelectedBy")!.Elements("TypeName"))
                views.Add(view.Element("Name")!.Value, type.Value);
        }

        return views;
    }

    [Theory]
    [MemberData(nameof(TablesAndLists))]
    public void Heading_OfAView_IsAPropertyOfItsType(string view, string type)
    {
        XElement element = XDocument.Load(Views).Descendants("View").Single(v => v.Element("Name")!.Value == view);
        string[] headings =
        [
            .. element.Descendants("TableColumnHeader").Select(static header => header.Element("Label")!.Value),
            .. element.Descendants("ListItem").Select(static item => (item.Element("Label") ?? item.Element("PropertyName"))!.Value),
        ];
        Assert.NotEmpty(headings);
        // An object of the type, as the engine sees it: with the properties that the module's type data add, the hidden ones too.
        Assert.Empty(module.Run(
            """
            $object = [psobject][System.Runtime.CompilerServices.RuntimeHelpers]::GetUninitializedObject($args[0])
            $args[1].Where({ $null -eq $object.PSObject.Properties[$_] })
            """,
            type, headings).Output);
    }

    [Theory]
    [MemberData(nameof(TablesAndLists))]
    public void Column_OfAProperty_HasItsNameAsHeading(string view, string type)
    {
        XElement element = XDocument.Load(Views).Descendants("View").Single(v => v.Element("Name")!.Value == view);
        XElement[] headers = [.. element.Descendants("TableColumnHeader")];
        foreach (XElement row in element.Descendants("TableRowEntry"))
        {
            XElement[] items = [.. row.Descendants("TableColumnItem")];
            Assert.Equal(headers.Length, items.Length);
            Assert.All(items.Zip(headers), pair =>
            {
                if (pair.First.Element("PropertyName") is { } property)
                    Assert.Equal(property.Value, pair.Second.Element("Label")!.Value);
                else
                    Assert.Contains("$_", pair.First.Element("ScriptBlock")!.Value, StringComparison.Ordinal);
            });
        }

        Assert.All(element.Descendants("ListItem").Where(static item => item.Element("Label") is not null), item =>
            Assert.True(item.Element("PropertyName") is null, $"{view} of {type} has a second name for a property."));
    }
}
