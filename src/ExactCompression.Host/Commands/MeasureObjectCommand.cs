using System.Management.Automation;

namespace ExactCompression.Host.Commands;

/// <summary>The results of <c>Measure-Object</c> for one property; those not requested are null.</summary>
public sealed record GenericMeasureInfo(
    int Count, double? Average, double? Sum, object? Maximum, object? Minimum, double? StandardDeviation, string? Property);

[Cmdlet("Measure", "Object")]
[OutputType(typeof(GenericMeasureInfo))]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly Dictionary<string, List<object>> values = new(StringComparer.OrdinalIgnoreCase);
    private int count;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter]
    public SwitchParameter Sum { get; set; }

    [Parameter]
    public SwitchParameter Average { get; set; }

    [Parameter]
    public SwitchParameter Maximum { get; set; }

    [Parameter]
    public SwitchParameter Minimum { get; set; }

    [Parameter]
    public SwitchParameter StandardDeviation { get; set; }

    [Parameter]
    public SwitchParameter AllStats { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
            return;
        count++;
        if (Property is null)
        {
            Add("", InputObject.BaseObject);
            return;
        }

        foreach ((string name, object? value) in PropertyColumn.FromAll(Property).SelectMany(c => c.Read(InputObject)))
        {
            if (value is not null)
                Add(name, value);
        }
    }

    protected override void EndProcessing()
    {
        if (Property is null)
        {
            WriteObject(Measure(null, values.GetValueOrDefault("") ?? []));
            return;
        }

        foreach ((string name, List<object> items) in values)
            WriteObject(Measure(name, items));
        foreach (string missing in PropertyColumn.FromAll(Property).Where(static c => !c.HasWildcards).Select(static c => c.Name).Where(
            name => count > 0 && !values.ContainsKey(name)))
            WriteError(
                new(new PSArgumentException($"The property \"{missing}\" cannot be found in the input for any objects."),
                    "GenericMeasurePropertyNotFound", ErrorCategory.InvalidArgument, missing));
    }

    private void Add(string name, object value)
    {
        if (!values.TryGetValue(name, out List<object>? items))
            values[name] = items = [];
        items.Add(value);
    }

    private GenericMeasureInfo Measure(string? name, List<object> items)
    {
        double[] numbers = Sum || Average || StandardDeviation || AllStats
            ? [.. items.Select(static v => LanguagePrimitives.ConvertTo<double>(v))]
            : [];
        object? Extreme(int sign) =>
            items.Count == 0 ? null : items.Aggregate((a, b) => sign * LanguagePrimitives.Compare(b, a, true) > 0 ? b : a);
        double mean = numbers.Length == 0 ? 0 : numbers.Average();
        double? deviation = numbers.Length < 2 ? null : Math.Sqrt(numbers.Sum(x => (x - mean) * (x - mean)) / (numbers.Length - 1));
        bool any = numbers.Length > 0;
        return new(
            items.Count,
            any && (Average || AllStats) ? mean : null,
            any && (Sum || AllStats) ? numbers.Sum() : null,
            Maximum || AllStats ? Extreme(1) : null,
            Minimum || AllStats ? Extreme(-1) : null,
            StandardDeviation || AllStats ? deviation : null,
            name);
    }
}
