using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// Objects that come back whole from CliXml, jobs and remote sessions. PowerShell sends the properties of an object; the type data adds
/// <see cref="PropertyName"/> to them, and has <see cref="LiveObjectConverter"/> make the object of it on the other side.
/// </summary>
public static class LiveObjects
{
    /// <summary>The property, hidden from lists, that holds the whole object as bytes.</summary>
    public const string PropertyName = "PortableForm";

    private const string Deserialized = "Deserialized.";

    /// <summary>The code behind the property.</summary>
    /// <param name="instance">An object of this module.</param>
    public static byte[] PortableForm(PSObject instance) => Formats.PortableForm.Of(instance.BaseObject);

    /// <summary>The object of which a bag of properties is the copy; null where the bag lacks its bytes.</summary>
    /// <param name="copy">What PowerShell made of what was sent.</param>
    /// <exception cref="InvalidInputException">The bytes are damaged, or from another version of the module.</exception>
    public static object? Revive(PSObject copy) =>
        copy.TypeNames.Any(static name => name.StartsWith(Deserialized + "ExactCompression.", StringComparison.Ordinal))
            && copy.Properties[PropertyName]?.Value is { } value
        && (value is PSObject wrapped ? wrapped.BaseObject : value) is byte[] bytes
            ? Formats.PortableForm.Read(bytes)
            : null;
}

/// <summary>Makes objects of this module of what PowerShell's serialisation has left of them.</summary>
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
            : throw new InvalidCastException($"This is no copy of a {destinationType.Name} of this module.");

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        ConvertFrom((PSObject)sourceValue, destinationType, formatProvider, ignoreCase);

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new NotSupportedException();
}
