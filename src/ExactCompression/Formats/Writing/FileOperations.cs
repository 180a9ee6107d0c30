namespace ExactCompression.Formats;

/// <summary>
/// What reading and writing ask of the file system. Tests put another in its place, for their own flow of control alone, that fails at a
/// chosen operation.
/// </summary>
internal class FileOperations
{
    private static readonly FileOperations Real = new();
    private static readonly AsyncLocal<FileOperations?> Substitute = new();

    protected FileOperations()
    {
    }

    /// <summary>What to use here.</summary>
    public static FileOperations Current => Substitute.Value ?? Real;

    /// <summary>Puts another in its place for the caller's flow of control; null for the real one.</summary>
    public static void Use(FileOperations? operations) => Substitute.Value = operations;

    /// <summary>Opens a file.</summary>
    public virtual Stream Open(string path, FileStreamOptions options) => new FileStream(path, options);

    /// <summary>Brings what was written to the disk.</summary>
    public virtual void FlushToDisk(Stream stream) => ((FileStream)stream).Flush(flushToDisk: true);

    /// <summary>Moves a file, over another where that is allowed.</summary>
    public virtual void Move(string from, string to, bool overwrite) => File.Move(from, to, overwrite);

    /// <summary>Deletes a file.</summary>
    public virtual void Delete(string path) => File.Delete(path);
}
