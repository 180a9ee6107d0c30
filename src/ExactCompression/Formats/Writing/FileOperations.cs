namespace ExactCompression.Formats;

/// <summary>
/// The file system operations of reading and writing. Tests replace them, for their own flow of control only, by ones that fail at a chosen
/// operation.
/// </summary>
internal class FileOperations
{
    private static readonly FileOperations Real = new();
    private static readonly AsyncLocal<FileOperations?> Substitute = new();

    protected FileOperations()
    {
    }

    /// <summary>The operations in use.</summary>
    public static FileOperations Current => Substitute.Value ?? Real;

    /// <summary>Replaces them for the caller's flow of control; null for the real ones.</summary>
    public static void Use(FileOperations? operations) => Substitute.Value = operations;

    /// <summary>Opens a file.</summary>
    public virtual Stream Open(string path, FileStreamOptions options) => new FileStream(path, options);

    /// <summary>Flushes written content to disk.</summary>
    public virtual void FlushToDisk(Stream stream) => ((FileStream)stream).Flush(flushToDisk: true);

    /// <summary>Moves a file, replacing another if that is allowed.</summary>
    public virtual void Move(string from, string to, bool overwrite) => File.Move(from, to, overwrite);

    /// <summary>Deletes a file.</summary>
    public virtual void Delete(string path) => File.Delete(path);
}
