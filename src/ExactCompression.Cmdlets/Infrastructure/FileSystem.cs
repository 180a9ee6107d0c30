using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Paths of the session, which has its own current folder and drives that are not file systems.</summary>
internal static class FileSystem
{
    /// <summary>Refuses a path on a drive that is not a file system.</summary>
    /// <exception cref="InvalidInputException">The provider is not the file system's.</exception>
    public static void Require(ProviderInfo provider, string path)
    {
        if (provider.ImplementingType != typeof(FileSystemProvider))
            throw new InvalidInputException(
                "PathNotInFileSystem", $"'{path}' is on the {provider.Name} provider, which is not a file system.",
                "Give a path in the file system.");
    }

    /// <summary>The full path of a file or folder, whether it exists or not.</summary>
    /// <exception cref="InvalidInputException">The path is not in the file system.</exception>
    public static string Resolve(SessionState session, string path)
    {
        string file = session.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        Require(provider, path);
        return file;
    }

    /// <summary>The full path of a file to read, taken as it is written.</summary>
    /// <exception cref="InvalidInputException">The path is not in the file system, or a folder.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static string ResolveInput(SessionState session, string path)
    {
        string file = Resolve(session, path);
        if (Directory.Exists(file))
            throw new InvalidInputException("PathIsFolder", $"'{path}' is a folder.", "Name a file in it.");
        return File.Exists(file) ? file : throw new FileNotFoundException($"There is no file '{file}'.", file);
    }

    /// <summary>The full path of a file to write; its folder must exist.</summary>
    /// <exception cref="InvalidInputException">The path is not in the file system.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static string ResolveOutput(SessionState session, string path)
    {
        string file = Resolve(session, path);
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}' to write '{Path.GetFileName(file)}' to.");
        return file;
    }
}
