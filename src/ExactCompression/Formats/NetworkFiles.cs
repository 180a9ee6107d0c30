namespace ExactCompression.Formats;

/// <summary>What reading and writing files has in common, whatever the format.</summary>
internal static class NetworkFiles
{
    /// <summary>The first bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">How many at most.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidFileException">It is a directory, empty, or no regular file.</exception>
    public static byte[] Head(string path, int length)
    {
        if (Directory.Exists(path))
            throw new InvalidFileException("NetworkFileIsDirectory", path, "path", "It is a directory, not a file.", "Name the files in it, for example with Get-ChildItem.");
        using FileStream stream = InputFile.Open(path, "NetworkFileEmpty");
        var head = new byte[length];
        int read = stream.ReadAtLeast(head, length, throwOnEndOfStream: false);
        return head[..read];
    }

    /// <summary>Writes a file beside its target and moves it into place when it is complete; on any failure nothing stays.</summary>
    /// <param name="path">The target; a symbolic link is followed.</param>
    /// <param name="overwrite">Whether an existing target may be replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The target exists and may not be replaced, or it cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Replace(string path, bool overwrite, Action<Stream> write)
    {
        string target = new FileInfo(path).LinkTarget is null ? Path.GetFullPath(path) : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        if (Directory.Exists(target))
            throw new IOException($"'{path}' is a directory.");
        if (!overwrite && File.Exists(target))
            throw new IOException($"The file '{path}' exists already.");
        string folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}' to write '{path}' in.");
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite);
        }
        catch (Exception e)
        {
            if (File.Exists(temporary)) // deleting what is not there may be refused too, and would hide the cause
                File.Delete(temporary);
            if (e is UnauthorizedAccessException)
                throw new UnauthorizedAccessException($"'{path}' cannot be written: access is denied. Give a path in a folder that you may write to.", e);
            if (e is IOException && e.Message.Contains(temporary, StringComparison.Ordinal)) // the name means nothing to the user
                throw new IOException($"'{path}' cannot be written. {e.Message.Replace(temporary, path, StringComparison.Ordinal)}", e);
            throw;
        }
    }
}
