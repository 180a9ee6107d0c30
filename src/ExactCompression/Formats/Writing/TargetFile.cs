namespace ExactCompression.Formats;

/// <summary>A file that is to be written: its resolved path, and its current state.</summary>
/// <param name="Path">The full path at the end of all symbolic links.</param>
/// <param name="Exists">Whether there is such a file.</param>
/// <param name="Identity">What is known of it; null if there is none, or on systems other than Linux.</param>
internal sealed record TargetFile(string Path, bool Exists, FileIdentity? Identity)
{
    private const int DeepestLink = 40;

    /// <summary>Its folder.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>
    /// Whether the same content is also reached by other names, which a file moved into this one's place would leave behind.
    /// </summary>
    public bool HasOtherNames => Identity is { Links: > 1 };

    /// <summary>Permissions of an existing file; null on Windows, and for a new one.</summary>
    public UnixFileMode? Permissions => Exists && !OperatingSystem.IsWindows() ? File.GetUnixFileMode(Path) : null;

    /// <summary>Resolves a path, and refuses a target that cannot be replaced.</summary>
    /// <param name="path">The path as given.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="InvalidInputException">It is a device, a pipe or a socket.</exception>
    /// <exception cref="IOException">It is a folder, exists and may not be replaced, or has no folder to be in.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is read-only.</exception>
    public static TargetFile Resolve(string path, bool overwrite)
    {
        RequireNoProcessFile(path);
        string target = new FileInfo(path).LinkTarget is null
            ? System.IO.Path.GetFullPath(path)
            : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        if (Directory.Exists(target))
            throw new IOException($"'{path}' is a directory.");
        FileIdentity? identity = RequireRegular(path);
        bool exists = File.Exists(target);
        if (!overwrite && exists)
            throw new IOException($"The file '{path}' exists already.");
        if (exists && IsReadOnly(target))
            throw new UnauthorizedAccessException($"'{path}' is read-only. Make it writable, or give another path.");
        var file = new TargetFile(target, exists, identity);
        return Directory.Exists(file.Folder)
            ? file
            : throw new DirectoryNotFoundException($"There is no folder '{file.Folder}' to write '{path}' in.");
    }

    /// <summary>Refuses devices, pipes and sockets: they cannot be replaced, and a pipe would wait forever for a reader.</summary>
    /// <returns>The existing file; null if there is none, and if it cannot be determined.</returns>
    /// <exception cref="InvalidInputException">It is one of them.</exception>
    private static FileIdentity? RequireRegular(string path)
    {
        FileIdentity? identity = FileIdentity.Of(path);
        return identity is { IsRegular: false } ? throw NoFile(path, identity.Kind) : identity;
    }

    // For the superuser, another user's file is not read-only, whatever the framework says; one without any write permission is.
    private static bool IsReadOnly(string target) =>
        new FileInfo(target).IsReadOnly
        && (OperatingSystem.IsWindows() || FileIdentity.CurrentUser != 0
            || (File.GetUnixFileMode(target) & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0);

    // /dev/stdout may lead to a file, but one that another process writes: it must not be replaced by another.
    private static void RequireNoProcessFile(string path)
    {
        string at = System.IO.Path.GetFullPath(path);
        for (int depth = 0; depth < DeepestLink && !OperatingSystem.IsWindows(); depth++)
        {
            if (at.StartsWith("/proc/", StringComparison.Ordinal) || at.StartsWith("/dev/fd/", StringComparison.Ordinal))
                throw NoFile(path, "a stream of a process");
            if (new FileInfo(at).LinkTarget is not { } next)
                return;
            at = System.IO.Path.GetFullPath(next, System.IO.Path.GetDirectoryName(at) ?? "/");
        }
    }

    private static InvalidInputException NoFile(string path, string kind) =>
        new("PathIsNoFile", $"'{path}' is {kind}, which cannot be replaced by a file.", "Give the path of a file.");
}
