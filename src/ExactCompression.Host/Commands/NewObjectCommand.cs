using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace ExactCompression.Host.Commands;

[Cmdlet(VerbsCommon.New, "Object")]
public sealed class NewObjectCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public string TypeName { get; set; } = "";

    [Parameter(Position = 1)]
    [Alias("Args")]
    public object[] ArgumentList { get; set; } = [];

    [Parameter]
    public IDictionary? Property { get; set; }

    protected override void ProcessRecord()
    {
        var type = LanguagePrimitives.ConvertTo<Type>(TypeName);
        object?[] arguments = [.. ArgumentList.Select(static a => a is PSObject wrapped ? wrapped.BaseObject : a)];
        var made = PSObject.AsPSObject(
            type == typeof(PSObject) || type == typeof(PSCustomObject)
                ? new PSObject()
                : Activator.CreateInstance(type, default, null, arguments, CultureInfo.InvariantCulture)!);
        foreach (DictionaryEntry entry in Property ?? new Hashtable())
        {
            string name = entry.Key.ToString()!;
            if (made.Properties[name] is { } property)
                property.Value = entry.Value;
            else
                made.Properties.Add(new PSNoteProperty(name, entry.Value));
        }

        WriteObject(made);
    }
}
