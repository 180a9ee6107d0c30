using System.Diagnostics;

namespace ExactCompression.Tests.Formats.Writing;

/// <summary>Commands of the system for what the framework cannot make.</summary>
internal static class HardLink
{
    /// <summary>Gives a file a second name.</summary>
    public static void Make(string file, string name) => Run("ln", file, name);

    /// <summary>Makes a pipe with a name.</summary>
    public static void MakePipe(string name) => Run("mkfifo", name);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} failed.");
    }
}
