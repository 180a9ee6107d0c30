namespace ExactCompression.Formats;

/// <summary>
/// Writes a file beside its target and moves it into place when it is complete. Whatever fails, the target has its old content or all of
/// the new, and nothing else remains. A replaced file keeps its permissions, and its owner and group if this process may set them; access
/// control lists and extended attributes are not kept.
/// </summary>
internal static class FileReplacement
{
    /// <summary>Writes or replaces a file.</summary>
    /// <param name="path">The target; a symbolic link is followed.</param>
    /// <param name="overwrite">Whether an existing target may be replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="InvalidInputException">The target is a device, a pipe or a socket.</exception>
    /// <exception cref="IOException">The target exists and may not be replaced, or it cannot be written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">The target is read-only, or the folder may not be written to.</exception>
    public static void Write(string path, bool overwrite, Action<Stream> write)
    {
        TargetFile target = TargetFile.Resolve(path, overwrite);
        TemporaryFiles.Sweep(target.Folder);
        FileOperations files = FileOperations.Current;
        string temporary = TemporaryFiles.NewName(target.Folder);
        try
        {
            using (Stream stream = files.Open(temporary, Creation(target)))
            {
                write(stream);
                files.FlushToDisk(stream);
            }

            if (target.HasOtherNames)
            {
                InPlaceCopy.Over(temporary, target.Path, files);
                TemporaryFiles.Discard(temporary);
            }
            else
            {
                KeepAttributes(target, temporary);
                files.Move(temporary, target.Path, overwrite);
            }
        }
        catch (Exception e)
        {
            TemporaryFiles.Discard(temporary);
            if (Named(e, path, temporary) is { } named)
                throw named;
            throw;
        }
    }

    /// <summary>The same failure with a message that names the file; null if it does already, or if it is not about the file.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="path">The file that the user named.</param>
    /// <param name="temporary">The temporary file, whose name means nothing to the user; null for none.</param>
    public static Exception? Named(Exception failure, string path, string? temporary = null) => failure switch
    {
        UnauthorizedAccessException =>
            new UnauthorizedAccessException($"'{path}' cannot be written: access is denied. Give a path that you may write to.", failure),
        IOException when temporary is not null && failure.Message.Contains(temporary, StringComparison.Ordinal) =>
            new IOException($"'{path}' cannot be written. {failure.Message.Replace(temporary, path, StringComparison.Ordinal)}", failure),
        IOException when !failure.Message.Contains(path, StringComparison.Ordinal) =>
            new IOException($"'{path}' cannot be written. {failure.Message}", failure),
        OutOfMemoryException => new InsufficientMemoryException($"'{path}' cannot be written: there is not enough memory.", failure),
        _ => null,
    };

    private static FileStreamOptions Creation(TargetFile target)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        // Users who may not read the old content must not be able to read the temporary file.
        if (target.Exists && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private static void KeepAttributes(TargetFile target, string temporary)
    {
        if (OperatingSystem.IsWindows() || target.Permissions is not { } mode)
            return;
        if (target.Identity is { } old && FileIdentity.Of(temporary) is { } made && (made.Owner, made.Group) != (old.Owner, old.Group))
        {
            (bool owner, bool group) = FileIdentity.Give(temporary, old.Owner, old.Group);
            if (!owner)
                mode &= ~(UnixFileMode.SetUser | UnixFileMode.SetGroup);
            if (!group)
                mode = WithoutGroup(mode);
        }

        if (File.GetUnixFileMode(temporary) != mode)
            File.SetUnixFileMode(temporary, mode);
    }

    /// <summary>Permissions of the old group are not for another: that one gets the permissions of everyone.</summary>
    private static UnixFileMode WithoutGroup(UnixFileMode mode)
    {
        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        return (mode & ~Group) | (mode & (UnixFileMode)((int)(mode & Others) << 3));
    }
}
