using System.Diagnostics;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Opens files with the program that the system has for them, if there is one and somebody to see it.</summary>
internal static class FileViewer
{
    /// <summary>A program that has not failed by then is taken to show the file; some stay as long as their window.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Opens a file.</summary>
    /// <param name="file">The full path of a picture or a page: nothing that a system would run as a program.</param>
    /// <returns>Why it was not opened, as a clause; null if it was.</returns>
    public static string? Open(string file)
    {
        try
        {
            return Missing() ?? (Start(file) is not { } process ? null : Failure(process));
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            return $"no program opens it ({e.Message})";
        }
    }

    /// <summary>What is missing to show anything; null for nothing.</summary>
    private static string? Missing()
    {
        if (OperatingSystem.IsWindows())
            return Environment.UserInteractive ? null : "the session has no desktop";
        if (OperatingSystem.IsMacOS())
            return IsSet("SSH_CONNECTION") ? "the session is a remote one" : null;
        if (!IsSet("DISPLAY") && !IsSet("WAYLAND_DISPLAY"))
            return "the session has no display";
        return Opener() is null ? "xdg-open, of xdg-utils, is not installed" : null;
    }

    private static Process? Start(string file)
    {
        if (OperatingSystem.IsWindows())
            return Process.Start(new ProcessStartInfo(file) { UseShellExecute = true });
        // What the program has to say is not for this terminal, and Ctrl-C here is not meant for it.
        var start = new ProcessStartInfo("/bin/sh");
        string opener = OperatingSystem.IsMacOS() ? "/usr/bin/open" : Opener()!;
        foreach (string argument in (string[])["-c", "trap '' INT; exec \"$0\" \"$1\" </dev/null >/dev/null 2>&1", opener, file])
            start.ArgumentList.Add(argument);
        return Process.Start(start);
    }

    private static string? Failure(Process process)
    {
        using (process)
            return !OperatingSystem.IsWindows() && process.WaitForExit(Patience) && process.ExitCode != 0
                ? "the system has no program for such files" : null;
    }

    private static string? Opener() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(static folder => Path.IsPathFullyQualified(folder)).Select(static folder => Path.Combine(folder, "xdg-open"))
        .FirstOrDefault(File.Exists);

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
