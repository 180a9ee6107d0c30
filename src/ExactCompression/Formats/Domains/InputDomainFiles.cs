namespace ExactCompression.Formats;

/// <summary>Reads input domains: CSV with the ends of every input, or the input part of a VNN-LIB property; gzip accepted.</summary>
public static class InputDomainFiles
{
    /// <summary>Reads a domain.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="options">The import's limits; null for the defaults.</param>
    /// <returns> A box with one range per input, which contains the box that the file states: an end that is not exactly a double is
    /// rounded outward.
    /// </returns>
    /// <remarks>
    /// CSV has two columns (lower end, upper end) and one row per input; a header <c>Lower,Upper</c> (in any order, among other columns) is
    /// optional. Or, without header, two rows: all lower ends, then all upper ends. Two rows of two columns could be either, so they need
    /// the header. A disjunction of boxes in a property becomes their hull, which <see cref="ImportOptions.Warning"/> is told.
    /// </remarks>
    /// <exception cref="InvalidFileException">The file is damaged, an input is unbounded, or an end is not finite or above the other, or
    /// the file takes more than it may.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static InputDomain Read(string path, ImportOptions? options = null)
    {
        var budget = ImportBudget.Of(path, options ?? new());
        byte[] bytes = FileContent.ReadUnpacked(path, budget);
        CsvFile.RequireText(bytes, path);
        ReadOnlySpan<byte> start = bytes.AsSpan().TrimStart(" \t\r\n\uFEFF"u8);
        bool vnnlib = start.StartsWith("("u8) || start.StartsWith(";"u8);
        (double[] lower, double[] upper) = vnnlib
            ? VnnlibDomain.Read(bytes, path, budget, options?.Warning)
            : CsvDomain.Read(bytes, path, budget);
        try
        {
            return new(lower, upper, Path.GetFileName(path));
        }
        catch (InvalidInputException e)
        {
            throw new InvalidFileException(e.ErrorId, path, "domain", e.Message, inner: e);
        }
    }
}
