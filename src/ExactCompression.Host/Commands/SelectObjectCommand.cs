using System.Management.Automation;

namespace ExactCompression.Host.Commands;

[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly Queue<PSObject> last = new();
    private readonly List<PSObject> distinct = [];
    private PropertyColumn[] columns = [];
    private PropertyColumn? expand;
    private WildcardPattern[] excluded = [];
    private int seen;
    private int passed;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter]
    public string[] ExcludeProperty { get; set; } = [];

    [Parameter]
    public string? ExpandProperty { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int First { get; set; } = -1;

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Last { get; set; } = -1;

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    [Parameter]
    public int[]? Index { get; set; }

    protected override void BeginProcessing()
    {
        columns = PropertyColumn.FromAll(Property);
        expand = ExpandProperty is null ? null : PropertyColumn.From(ExpandProperty);
        excluded = [.. ExcludeProperty.Select(static name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];
    }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
            return;
        int index = seen++;
        if (Last >= 0)
        {
            last.Enqueue(InputObject);
            if (last.Count > Last + Skip)
                last.Dequeue();
            return;
        }

        if (index < Skip || (First >= 0 && passed >= First) || (Index is not null && !Index.Contains(index)))
            return;
        passed++;
        Emit(InputObject);
    }

    protected override void EndProcessing()
    {
        // -Last with -Skip leaves out that many from the end.
        foreach (PSObject item in last.Take(last.Count - Math.Min(Skip, last.Count)))
            Emit(item);
    }

    private void Emit(PSObject source)
    {
        if (expand is not null)
        {
            (string Name, object? Value)[] found = [.. expand.Read(source)];
            if (found.Length == 0)
                WriteError(
                    new(new PSArgumentException($"Property \"{ExpandProperty}\" cannot be found."), "ExpandPropertyNotFound",
                        ErrorCategory.InvalidArgument, source));
            foreach ((_, object? value) in found)
            {
                foreach (object? item in LanguagePrimitives.GetEnumerable(value) ?? new[] { value })
                    Write(PSObject.AsPSObject(item ?? System.Management.Automation.Internal.AutomationNull.Value), source);
            }

            return;
        }

        Write(Shape(source), source);
    }

    private PSObject Shape(PSObject source)
    {
        PropertyColumn[] wanted = columns.Length == 0 && excluded.Length > 0 ? [PropertyColumn.From("*")] : columns;
        if (wanted.Length == 0)
            return source;
        var result = new PSObject();
        result.TypeNames.Insert(0, "Selected." + source.TypeNames.First());
        foreach (PropertyColumn column in wanted)
        {
            (string Name, object? Value)[] values = [.. column.Read(source)];
            if (values.Length == 0 && !column.HasWildcards)
                values = [(column.Name, null)];
            foreach ((string name, object? value) in values)
            {
                if (result.Properties[name] is null && !excluded.Any(pattern => pattern.IsMatch(name)))
                    result.Properties.Add(new PSNoteProperty(name, value));
            }
        }

        return result;
    }

    private void Write(PSObject item, PSObject source)
    {
        if (Unique && distinct.Exists(known => Same(known, item)))
            return;
        if (Unique)
            distinct.Add(item);
        // -ExpandProperty with -Property adds those to the expanded objects.
        if (expand is not null)
        {
            foreach ((string name, object? value) in columns.SelectMany(column => column.Read(source)))
                item.Properties.Add(new PSNoteProperty(name, value));
        }

        WriteObject(item);
    }

    private static bool Same(PSObject a, PSObject b) =>
        a.BaseObject is PSCustomObject && b.BaseObject is PSCustomObject
            ? a.Properties.Select(static p => (p.Name, p.Value)).SequenceEqual(b.Properties.Select(static p => (p.Name, p.Value)))
            : LanguagePrimitives.Equals(a.BaseObject, b.BaseObject, ignoreCase: false);
}
