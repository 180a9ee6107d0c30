using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// Objects that survive CliXml, jobs and remote sessions. PowerShell sends the properties of an object; the type data adds
/// <see cref="PropertyName"/> to them, and has <see cref="LiveObjectConverter"/> restore the object from it on the other side.
/// </summary>
public static class LiveObjects
{
    /// <summary>The property, hidden from lists, that contains the whole object as bytes.</summary>
    public const string PropertyName = "PortableForm";

    private const string Deserialized = "Deserialized.";

    /// <summary>The code behind the property.</summary>
    /// <param name="instance">An object of this module.</param>
    public static byte[] PortableForm(PSObject instance) => Formats.PortableForm.Of(instance.BaseObject);

    /// <summary>The object that a property bag is a copy of; null if the bag lacks its bytes.</summary>
    /// <param name="copy">The deserialised property bag.</param>
    /// <exception cref="InvalidInputException">The bytes are damaged, or from another version of the module.</exception>
    public static object? Revive(PSObject copy) =>
        copy.TypeNames.Any(static name => name.StartsWith(Deserialized + "ExactCompression.", StringComparison.Ordinal))
            && copy.Properties[PropertyName]?.Value is { } value
        && (value is PSObject wrapped ? wrapped.BaseObject : value) is byte[] bytes
            ? Formats.PortableForm.Read(bytes)
            : null;
}

/// <summary>Restores objects of this module from PowerShell's deserialised property bags.</summary>
public sealed class LiveObjectConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(PSObject sourceValue, Type destinationType) =>
        Formats.PortableForm.Types.Contains(destinationType) && sourceValue?.Properties[LiveObjects.PropertyName] is not null;

    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) =>
        sourceValue is PSObject copy && CanConvertFrom(copy, destinationType);

    /// <inheritdoc/>
    public override object ConvertFrom(PSObject sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        LiveObjects.Revive(sourceValue) is { } live && destinationType.IsInstanceOfType(live)
            ? live
            : throw new InvalidCastException($"This is not a copy of a {destinationType.Name} of this module.");

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        ConvertFrom((PSObject)sourceValue, destinationType, formatProvider, ignoreCase);

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new NotSupportedException();
}
