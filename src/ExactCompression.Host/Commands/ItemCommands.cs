using System.Management.Automation;

namespace ExactCompression.Host.Commands;

[Cmdlet(VerbsDiagnostic.Test, "Path")]
[OutputType(typeof(bool))]
public sealed class TestPathCommand : PathCommand
{
    [Parameter]
    [ValidateSet("Any", "Container", "Leaf")]
    public string PathType { get; set; } = "Any";

    protected override void ProcessPath(string path)
    {
        bool exists = InvokeProvider.Item.Exists(path);
        if (exists && PathType != "Any")
            exists = InvokeProvider.Item.IsContainer(path) == (PathType == "Container");
        WriteObject(exists);
    }
}

[Cmdlet(VerbsCommon.Get, "Item")]
public sealed class GetItemCommand : PathCommand
{
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessPath(string path) =>
        WriteObject(InvokeProvider.Item.Get([path], Force, literalPath: false), enumerateCollection: true);
}

[Cmdlet(VerbsCommon.Get, "ChildItem")]
public sealed class GetChildItemCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath")]
    public string[] Path { get; set; } = ["."];

    [Parameter(Position = 1)]
    public string Filter { get; set; } = "*";

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter File { get; set; }

    [Parameter]
    public SwitchParameter Directory { get; set; }

    [Parameter]
    public SwitchParameter Name { get; set; }

    protected override void ProcessRecord()
    {
        WildcardPattern filter = WildcardPattern.Get(Filter, WildcardOptions.IgnoreCase);
        foreach (string path in Path)
        {
            foreach (PSObject item in InvokeProvider.ChildItem.Get([path], Recurse, Force, literalPath: false))
            {
                string name = item.Properties["PSChildName"]?.Value as string ?? "";
                bool container = item.Properties["PSIsContainer"]?.Value is true;
                if (filter.IsMatch(name) && (!File || !container) && (!Directory || container))
                    WriteObject(Name ? name : item);
            }
        }
    }
}

[Cmdlet(VerbsCommon.New, "Item", SupportsShouldProcess = true)]
public sealed class NewItemCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter]
    public string? Name { get; set; }

    [Parameter]
    [Alias("Type")]
    public string ItemType { get; set; } = "File";

    [Parameter]
    public object? Value { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (string path in Path)
        {
            string full = Name is null ? path : SessionState.Path.Combine(path, Name);
            if (ShouldProcess(full, $"Create {ItemType}"))
                WriteObject(InvokeProvider.Item.New([path], Name, ItemType, Value, Force), enumerateCollection: true);
        }
    }
}

[Cmdlet(VerbsCommon.Remove, "Item", SupportsShouldProcess = true)]
public sealed class RemoveItemCommand : PathCommand
{
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessPath(string path)
    {
        if (ShouldProcess(path))
            InvokeProvider.Item.Remove([path], Recurse, Force, literalPath: false);
    }
}

[Cmdlet(VerbsCommon.Copy, "Item", SupportsShouldProcess = true)]
public sealed class CopyItemCommand : PathCommand
{
    [Parameter(Position = 1)]
    public string Destination { get; set; } = ".";

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessPath(string path)
    {
        if (ShouldProcess(path, $"Copy to {Destination}"))
            InvokeProvider.Item.Copy([path], Destination, Recurse, CopyContainers.CopyTargetContainer, Force, literalPath: false);
    }
}

[Cmdlet(VerbsCommon.Move, "Item", SupportsShouldProcess = true)]
public sealed class MoveItemCommand : PathCommand
{
    [Parameter(Position = 1)]
    public string Destination { get; set; } = ".";

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessPath(string path)
    {
        if (ShouldProcess(path, $"Move to {Destination}"))
            InvokeProvider.Item.Move([path], Destination, Force, literalPath: false);
    }
}
