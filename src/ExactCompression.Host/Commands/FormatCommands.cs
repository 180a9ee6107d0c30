using System.Management.Automation;
using System.Reflection;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace ExactCompression.Host.Commands;

[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    public FormatTableCommand() => FormattingEngine.Attach(this, "Table");
}

[Cmdlet(VerbsCommon.Format, "List")]
public sealed class FormatListCommand : OuterFormatTableAndListBase
{
    public FormatListCommand() => FormattingEngine.Attach(this, "List");
}

/// <summary>
/// The engine has all of the formatting, and public base classes for the commands, but their connection is internal: this is the one place
/// where the host uses non-public members. Tests fail at once if another version of the engine differs.
/// </summary>
internal static class FormattingEngine
{
    private const string Namespace = "Microsoft.PowerShell.Commands.Internal.Format.";
    private static readonly Assembly Engine = typeof(FrontEndCommandBase).Assembly;

    /// <summary>Gives a command the engine's implementation of a shape.</summary>
    public static void Attach(FrontEndCommandBase command, string shape)
    {
        object formatShape = Enum.Parse(Engine.GetType(Namespace + "FormatShape", throwOnError: true)!, shape);
        object implementation = Activator.CreateInstance(
            Engine.GetType(Namespace + "InnerFormatShapeCommand", throwOnError: true)!,
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic,
            binder: null,
            [formatShape],
            culture: null)!;
        FieldInfo field = typeof(FrontEndCommandBase).GetField("implementation", BindingFlags.Instance | BindingFlags.NonPublic)
            ?? throw new PSNotSupportedException("This engine keeps its formatting elsewhere.");
        field.SetValue(command, implementation);
    }
}
