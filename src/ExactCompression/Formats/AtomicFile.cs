namespace ExactCompression.Formats;

/// <summary>Writes a file beside its target and moves it into place, so that nothing half-written stays on disk.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">The target.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="write">Writes the content; where it throws, no file appears and an existing one stays as it was.</param>
    /// <exception cref="IOException">The file exists and <paramref name="overwrite"/> is false, or it cannot be written.</exception>
    public static void Write(string path, bool overwrite, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        if (!overwrite && File.Exists(target))
            throw new IOException($"The file '{target}' exists already.");
        string folder = Path.GetDirectoryName(target) ?? throw new IOException($"'{path}' is not a file's path.");
        string beside = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
                write(stream);
            File.Move(beside, target, overwrite);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
