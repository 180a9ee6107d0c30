using System.Collections.ObjectModel;
using System.Management.Automation;

namespace ExactCompression.Host.Commands;

/// <summary>Objects with the same values of the grouping properties.</summary>
public sealed record GroupInfo(int Count, string Name, Collection<PSObject> Group);

/// <summary>How many objects have the same values of the grouping properties.</summary>
public sealed record GroupInfoNoElement(int Count, string Name);

[Cmdlet("Group", "Object")]
[OutputType(typeof(GroupInfo), typeof(GroupInfoNoElement))]
public sealed class GroupObjectCommand : PSCmdlet
{
    private readonly Dictionary<string, Collection<PSObject>> groups = new(StringComparer.CurrentCultureIgnoreCase);
    private PropertyColumn[] columns = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter]
    public SwitchParameter NoElement { get; set; }

    protected override void BeginProcessing() => columns = PropertyColumn.FromAll(Property);

    protected override void ProcessRecord()
    {
        if (InputObject is null)
            return;
        string name = columns.Length == 0
            ? InputObject.ToString()
            : string.Join(", ", columns.Select(c => LanguagePrimitives.ConvertTo<string>(c.First(InputObject))));
        if (!groups.TryGetValue(name, out Collection<PSObject>? members))
            groups[name] = members = [];
        members.Add(InputObject);
    }

    protected override void EndProcessing()
    {
        // Sorted by name, as in PowerShell 7.
        foreach ((string name, Collection<PSObject> members) in groups.OrderBy(static g => g.Key, StringComparer.CurrentCultureIgnoreCase))
            WriteObject(NoElement ? new GroupInfoNoElement(members.Count, name) : new GroupInfo(members.Count, name, members));
    }
}
