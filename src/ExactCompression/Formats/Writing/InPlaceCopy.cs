namespace ExactCompression.Formats;

/// <summary>
/// Writes new content over a file that has several names (hard links). Moving another file into its place would leave the other names with
/// the old content, silently; so this is not atomic: if the process is killed during the copy, the target has neither content. Its old
/// content is then beside it, in a file <c>.ec-*.bak</c>.
/// </summary>
internal static class InPlaceCopy
{
    /// <summary>Copies one file over another. On failure the old content is restored.</summary>
    /// <param name="source">The new content, complete.</param>
    /// <param name="target">The file to write over.</param>
    /// <param name="files">The file system.</param>
    /// <exception cref="IOException">It failed; the message says where the old content is, if it could not be restored.</exception>
    public static void Over(string source, string target, FileOperations files)
    {
        string backup = TemporaryFiles.NewBackupName(Path.GetDirectoryName(target)!);
        try
        {
            Copy(target, backup, FileMode.CreateNew, files, out _);
        }
        catch
        {
            TemporaryFiles.Discard(backup);
            throw;
        }

        bool changed = false;
        try
        {
            Copy(source, target, FileMode.Open, files, out changed);
        }
        catch (Exception e)
        {
            if (changed)
                PutBack(backup, target, e, files);
            else
                TemporaryFiles.Discard(backup);
            throw;
        }

        TemporaryFiles.Discard(backup);
    }

    private static void PutBack(string backup, string target, Exception cause, FileOperations files)
    {
        try
        {
            Copy(backup, target, FileMode.Open, files, out _);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            throw new IOException(
                $"'{target}' is damaged: writing to it failed ({cause.Message}), and so did putting its old content back, which is in "
                    + $"'{backup}'.", e);
        }

        TemporaryFiles.Discard(backup);
    }

    /// <param name="from">The file to read.</param>
    /// <param name="to">The file to write.</param>
    /// <param name="mode">How to open that.</param>
    /// <param name="files">The file system.</param>
    /// <param name="changed">Whether the target may have changed, also if this fails.</param>
    private static void Copy(string from, string to, FileMode mode, FileOperations files, out bool changed)
    {
        changed = false;
        using Stream source = files.Open(from, new() { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read });
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using Stream target = files.Open(to, options);
        changed = true;
        source.CopyTo(target);
        target.SetLength(target.Position);
        files.FlushToDisk(target);
    }
}
