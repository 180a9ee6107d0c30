namespace ExactCompression.Formats;

/// <summary>Reads whole files into memory; allocations follow the actual length, never what a header claims.</summary>
internal static class FileContent
{
    // Bytes read between two checks of the token.
    private const int Piece = 1 << 24;

    /// <summary>The bytes of a file.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="budget">The import's limits; null for the defaults.</param>
    /// <exception cref="InvalidFileException">The file is empty, not a regular file, or larger than an array can be.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public static byte[] Read(string path, ImportBudget? budget = null)
    {
        using Stream file = InputFile.Open(path);
        long length = file.Length;
        if (length > Array.MaxLength)
            throw new InvalidFileException(
                "FileTooLarge", path, "file", $"The file has {length} bytes; more than {Array.MaxLength} cannot be read.",
                "Split the file.", unsupported: true);
        budget?.Allocate(length, "file");
        var bytes = new byte[length];
        int read = 0;
        while (read < bytes.Length && file.Read(bytes, read, Math.Min(Piece, bytes.Length - read)) is var count and > 0)
        {
            read += count;
            budget?.ThrowIfCancelled();
        }

        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>The bytes of a file, unpacked if it is gzip (recognised by its magic number, not by its name).</summary>
    /// <exception cref="InvalidFileException">The file is empty, too large, or its gzip stream is damaged or unpacks to more than the
    /// import may take.</exception>
    /// <inheritdoc cref="Read"/>
    public static byte[] ReadUnpacked(string path, ImportBudget? budget = null)
    {
        byte[] bytes = Read(path, budget);
        return Gzip.Matches(bytes) ? Gzip.Unpack(bytes, path, budget ?? ImportBudget.Of(path, new())) : bytes;
    }
}
