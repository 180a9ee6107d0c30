using System.Globalization;
using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// States which cmdlet makes the object that a parameter requires, where PowerShell would only report a failed conversion: for a path in
/// its place, or a deserialised copy of an object. A copy from a job that did not import the module is revived.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ModuleObjectAttribute : ArgumentAttribute
{
    private const int MostEnds = 4;
    private const string Deserialized = "Deserialized.ExactCompression.";

    /// <summary>Makes the attribute.</summary>
    /// <param name="maker">The cmdlet that makes such an object.</param>
    /// <param name="accepted">The types that the parameter takes.</param>
    public ModuleObjectAttribute(string maker, params Type[] accepted)
    {
        Maker = maker;
        Accepted = accepted;
    }

    /// <summary>The cmdlet that makes such an object.</summary>
    public string Maker { get; }

    /// <summary>The types that the parameter takes.</summary>
    public IReadOnlyList<Type> Accepted { get; }

    /// <summary>Whether the parameter takes several of them.</summary>
    public bool Several { get; set; }

    private protected override string Advice => $"Make one with {Maker}.";

    private protected override object? Bound(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (DomainHint(value) is { } hint)
            throw new ArgumentTransformationMetadataException(hint);
        if (Several && value is object[] items)
            return Array.ConvertAll(items, item => Transform(engineIntrinsics, item));
        if (Accepted.Any(type => type.IsInstanceOfType(value)))
            return value;
        string names = string.Join(" or ", Accepted.Select(static type => type.Name));
        if (value is object[] { Length: > 1 } many && Array.TrueForAll(many, IsAccepted))
            throw new ArgumentTransformationMetadataException(
                $"One {names} is needed here, not {many.Length} of them. Pipe them, or take one after another with foreach.");
        if (inputData is PSObject bag && bag.TypeNames.Any(static name => name.StartsWith(Deserialized, StringComparison.Ordinal)))
        {
            if (LiveObjects.Revive(bag) is { } live && Accepted.Any(type => type.IsInstanceOfType(live)))
                return live;
            throw new ArgumentTransformationMetadataException(
                $"This is a copy of some properties of an object, as sessions without this module return it; {names} itself "
                    + $"is needed. Import the module on both sides, or pass files.");
        }

        string advice = value is InputData ? $"Data goes to -Data; pipe the {names}, or give it first." : $"Make one with {Maker}.";
        throw new ArgumentTransformationMetadataException(
            $"{names} is needed here, not {value.GetType().Name} '{Shorten(value)}'. {advice}");
    }

    /// <summary>What to write in place of ends, or data, where a domain is needed; null for anything else.</summary>
    private string? DomainHint(object value)
    {
        if (!Accepted.Contains(typeof(InputDomain)))
            return null;
        if (value is InputData)
            return "A domain is needed here, not data. Write (New-InputDomain -FromData $data) for the range of the data.";
        object?[] ends = value is object?[] array ? array : [value];
        ends = Array.ConvertAll(ends, static end => end is PSObject wrapped ? wrapped.BaseObject : end);
        if (ends.Length == 0 || !ends.All(static end => end is int or long or double or decimal or float))
            return null;
        string Text(int at) => string.Format(CultureInfo.InvariantCulture, "{0}", ends[at]);
        string given = string.Join(',', Enumerable.Range(0, Math.Min(ends.Length, MostEnds)).Select(Text));
        string dots = ends.Length > MostEnds ? ",..." : "";
        return ends.Length == 2
            ? $"A domain is needed here, not the numbers {given}. Write (New-InputDomain -Lower {Text(0)} -Upper {Text(1)}) for the box "
                + "of all inputs between them."
            : $"A domain is needed here, not the numbers {given}{dots}. Write (New-InputDomain -Lower ... -Upper ...), with one number "
                + "for all inputs or one for each.";
    }

    private bool IsAccepted(object? item) =>
        (item is PSObject wrapped ? wrapped.BaseObject : item) is { } value && Accepted.Any(type => type.IsInstanceOfType(value));

    private static string Shorten(object value)
    {
        string text = value.ToString() ?? "";
        return text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "...");
    }
}
