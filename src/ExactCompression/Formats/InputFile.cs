using System.Formats.Tar;

namespace ExactCompression.Formats;

/// <summary>
/// Opens files to read. Only regular files are opened: a pipe would block until it is written to, and a device such as <c>/dev/zero</c>
/// never ends.
/// </summary>
internal static class InputFile
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">Full path; links are followed.</param>
    /// <param name="emptyId">The error id for an empty file.</param>
    /// <exception cref="InvalidFileException">It is empty, or not a regular file.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Stream Open(string path, string emptyId = "FileEmpty")
    {
        RequireRegular(path);
        Stream stream = FileOperations.Current.Open(
            path,
            new() { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 1 << 16,
                Options = FileOptions.SequentialScan });
        if (stream.CanSeek && stream.Length > 0)
            return stream;
        using (stream)
            throw stream.CanSeek
                ? new InvalidFileException(emptyId, path, "file", "The file is empty.", "Copy or export it again.")
                : NotRegular(path);
    }

    /// <summary>Refuses an existing path that is not a regular file; a missing one is left to the caller that opens it.</summary>
    /// <param name="path">Full path; links are followed.</param>
    /// <returns>The length in bytes.</returns>
    /// <exception cref="InvalidFileException">It is a pipe, a device or a socket.</exception>
    public static long RequireRegular(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            return 0;
        // The length of a link is that of its own text. A link without a target name is an open pipe or socket of a process.
        if (file.LinkTarget is not null && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
            file = new FileInfo(target.FullName);
        if (!file.Exists || (file.Length == 0 && IsSpecial(file.FullName)))
            throw NotRegular(path);
        return file.Length;
    }

    // Special files state the length 0. Of the runtime's classes, only the one that writes archives distinguishes their types, and it does
    // so without opening them.
    private static bool IsSpecial(string path)
    {
        using var archive = new MemoryStream();
        try
        {
            using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
                writer.WriteEntry(path, "file");
            archive.Position = 0;
            using var reader = new TarReader(archive);
            return reader.GetNextEntry()?.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile);
        }
        catch (IOException e)
        {
            // A socket, which no archive can contain; or a file that another process has locked, which is possible only for regular files.
            return (e.HResult & 0xffff, OperatingSystem.IsWindows()) is not ((11 or 35, false) or (32 or 33, true));
        }
    }

    private static InvalidFileException NotRegular(string path) =>
        new("FileNotRegular", path, "file", "It is a pipe, a device or another special file.",
            "Give a regular file: write the content to one first.");
}
