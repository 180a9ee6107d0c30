using System.Management.Automation;

namespace ExactCompression.Host.Commands;

[Cmdlet("Sort", "Object")]
public sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<PSObject> items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter]
    public SwitchParameter Descending { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Top { get; set; } = int.MaxValue;

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Bottom { get; set; } = int.MaxValue;

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
            items.Add(InputObject);
    }

    protected override void EndProcessing()
    {
        PropertyColumn[] columns = PropertyColumn.FromAll(Property);
        bool[] down = columns.Length == 0 ? [Descending] : [.. columns.Select(c => c.Descending ?? Descending)];
        (PSObject Item,
            object?[] Keys)[] rows = [.. items.Select(
                item => (item, columns.Length == 0 ? [item.BaseObject] : columns.Select(c => c.First(item)).ToArray()))];
        int Compare(object?[] a, object?[] b)
        {
            for (int i = 0; i < down.Length; i++)
            {
                int order = Values(a[i], b[i]);
                if (order != 0)
                    return down[i] ? -order : order;
            }

            return 0;
        }

        // OrderBy is stable, as Sort-Object is in PowerShell 7.
        IEnumerable<(PSObject Item, object?[] Keys)> sorted = rows.OrderBy(static row => row.Keys, Comparer<object?[]>.Create(Compare));
        object?[]? before = null;
        var result = new List<PSObject>();
        foreach ((PSObject item, object?[] keys) in sorted)
        {
            if (!Unique || before is null || Compare(before, keys) != 0)
                result.Add(item);
            before = keys;
        }

        WriteObject(result.Take(Top).Skip(Bottom == int.MaxValue ? 0 : Math.Max(0, result.Count - Bottom)), enumerateCollection: true);
    }

    private int Values(object? a, object? b)
    {
        try
        {
            return LanguagePrimitives.Compare(a, b, !CaseSensitive);
        }
        catch (PSArgumentException)
        {
            // Values of types that do not compare sort as text.
            return string.Compare(
                a?.ToString(), b?.ToString(), CaseSensitive ? StringComparison.CurrentCulture : StringComparison.CurrentCultureIgnoreCase);
        }
    }
}
