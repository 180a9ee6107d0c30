namespace ExactCompression.Formats;

/// <summary>What reading and writing files has in common for all formats.</summary>
internal static class NetworkFiles
{
    /// <summary>The first bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">How many at most.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidFileException">It is a directory, empty, or not a regular file.</exception>
    public static byte[] Head(string path, int length)
    {
        if (Directory.Exists(path))
            throw new InvalidFileException(
                "NetworkFileIsDirectory", path, "path", "It is a directory, not a file.",
                "Name the files in it, for example with Get-ChildItem.");
        using Stream stream = InputFile.Open(path, "NetworkFileEmpty");
        var head = new byte[length];
        int read = stream.ReadAtLeast(head, length, throwOnEndOfStream: false);
        return head[..read];
    }

    /// <summary>Writes a file beside its target and moves it into place when it is complete; on any failure nothing remains.</summary>
    /// <param name="path">The target; a symbolic link is followed.</param>
    /// <param name="overwrite">Whether an existing target may be replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="InvalidInputException">The target is a device, a pipe or a socket.</exception>
    /// <exception cref="IOException">The target exists and may not be replaced, or it cannot be written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">The target is read-only, or the folder may not be written to.</exception>
    public static void Replace(string path, bool overwrite, Action<Stream> write) => FileReplacement.Write(path, overwrite, write);
}
