using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace ExactCompression.Host;

/// <summary>
/// The everyday commands. The engine that NuGet serves comes without PowerShell's Utility and Management modules, so the host has those
/// of their commands that scripts use most, under the same names and with the same parameters; one that it lacks is an error, never
/// silence.
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
