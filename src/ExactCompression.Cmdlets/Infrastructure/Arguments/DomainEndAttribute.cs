using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// Ends of a box that arrive as text, or as a decimal or an integer that no double holds, are rounded outward. Doubles are taken as they
/// are. Without this, PowerShell would round to the nearest double, which may lie within the intended box.
/// </summary>
/// <param name="upper">Whether these are upper ends, or distances; else they are lower ends.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DomainEndAttribute(bool upper) : ArgumentAttribute
{
    /// <summary>Whether these are upper ends, or distances.</summary>
    public bool Upper => upper;

    private protected override object? Bound(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is IList list ? list.Cast<object>().Select(Rounded).ToArray() : Rounded(inputData);
    }

    private object Rounded(object given)
    {
        NumberAttribute.RefuseComma(given);
        // A number that PowerShell has parsed is wrapped, and would be converted to text as it was typed: 0.3d.
        object value = given is PSObject wrapped ? wrapped.BaseObject : given;
        string? text = value switch
        {
            string written => written,
            decimal or long or ulong or BigInteger => string.Create(CultureInfo.InvariantCulture, $"{value}"),
            _ => null,
        };
        // Text of another form, such as 1kb, is left to PowerShell to read or to refuse.
        return text is not null && DomainEnd.Parse(text) is { } end ? upper ? end.Up : end.Down : given;
    }
}
