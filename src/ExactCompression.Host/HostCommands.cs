using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace ExactCompression.Host;

/// <summary>
/// The everyday commands. The engine's NuGet package lacks PowerShell's Utility and Management modules, so the host provides those of their
/// commands that scripts use most, with the same names and parameters; a missing one is an error, and is never ignored.
/// </summary>
internal static class HostCommands
{
    /// <summary>Entries for all cmdlets of this assembly.</summary>
    public static IEnumerable<SessionStateCommandEntry> Entries()
    {
        foreach (Type type in Assembly.GetExecutingAssembly().GetTypes())
        {
            if (type.GetCustomAttribute<CmdletAttribute>() is { } cmdlet)
                yield return new SessionStateCmdletEntry($"{cmdlet.VerbName}-{cmdlet.NounName}", type, null);
        }
    }
}
