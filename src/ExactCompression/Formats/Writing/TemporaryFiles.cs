using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ExactCompression.Formats;

/// <summary>
/// The files that content is written to before it replaces the target. Their names are short, whatever the target's, and identify machine
/// and process, so that those of a process that was killed can be recognised and removed.
/// </summary>
internal static partial class TemporaryFiles
{
    private const string Pattern = ".ec-*.tmp";

    // A container that no longer exists cannot be queried; no process writes for so long without holding the file open.
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    private static readonly string Machine = MachineTag();

    /// <summary>A name in a folder for content that is being written.</summary>
    public static string NewName(string folder) => Path.Combine(folder, NameFor(Environment.ProcessId));

    /// <summary>A name for old content that must not be lost: <see cref="Sweep"/> never removes it.</summary>
    public static string NewBackupName(string folder) => Path.ChangeExtension(NewName(folder), ".bak");

    /// <summary>The name that a process of this machine would use.</summary>
    internal static string NameFor(int process) =>
        string.Create(
            CultureInfo.InvariantCulture, $".ec-{Machine}-{process}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}.tmp");

    /// <summary>Removes files of processes that no longer run. Never fails: files that cannot be removed remain.</summary>
    public static void Sweep(string folder)
    {
        string[] found = [];
        Attempt(() => found = Directory.GetFiles(folder, Pattern));
        foreach (string file in found)
        {
            if (Name().Match(Path.GetFileName(file)) is { Success: true } name)
                Attempt(() => Remove(file, name));
        }
    }

    /// <summary>Deletes a file if it is there; a failure to delete it must not hide the original error.</summary>
    public static void Discard(string file)
    {
        for (int attempts = 2; attempts > 0 && File.Exists(file); attempts--)
        {
            try
            {
                FileOperations.Current.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
            {
                // Then the next writer to this folder removes it.
            }
        }
    }

    private static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Still in use, being removed by another process, or not permitted: the next writer tries again.
        }
    }

    private static void Remove(string file, Match name)
    {
        if (IsStale(file, name))
            FileOperations.Current.Delete(file);
    }

    private static bool IsStale(string file, Match name)
    {
        var info = new FileInfo(file);
        if (info.LinkTarget is not null || !info.Exists)
            return false;
        // On systems where a file's owner cannot be determined, the folder's permissions must suffice.
        if (FileIdentity.CurrentUser is { } user
            && !(FileIdentity.Of(file, followLinks: false) is { IsRegular: true } identity && identity.Owner == user))
            return false;
        bool here = name.Groups[1].Value == Machine;
        if (here ? IsAlive(name.Groups[2].Value) : DateTime.UtcNow - info.LastWriteTimeUtc < Forgotten)
            return false;
        // A writer holds the file locked; this is true for other machines and containers too.
        using var unlocked = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        return true;
    }

    private static bool IsAlive(string process)
    {
        if (!int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            return true;
        try
        {
            using var living = Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>
    /// Process numbers are those of a machine, on Linux of a namespace: containers that share a folder have the same numbers for different
    /// processes.
    /// </summary>
    private static string MachineTag()
    {
        string space = OperatingSystem.IsLinux() && new FileInfo("/proc/self/ns/pid").LinkTarget is { } link ? link : "";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Environment.MachineName}\n{space}")).AsSpan(0, 4));
    }

    [GeneratedRegex("^\\.ec-([0-9a-f]{8})-([0-9]{1,10})-[0-9a-f]{8}\\.tmp$")]
    private static partial Regex Name();
}
