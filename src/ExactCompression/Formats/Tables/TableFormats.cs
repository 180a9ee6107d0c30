namespace ExactCompression.Formats;

/// <summary>All formats of stability tables, and the selection among them: by content for reading, by extension for writing.</summary>
internal static class TableFormats
{
    private static readonly ITableFormat Csv = new StabilityTableCsv();

    /// <summary>Every format, in the order in which messages list them.</summary>
    public static IReadOnlyList<ITableFormat> All { get; } = [Csv, new BoundsJson(), new BoundsNpz(), new StableNeuronsNpy()];

    /// <summary>The format that a file of that name is written in.</summary>
    /// <param name="path">A path.</param>
    /// <exception cref="InvalidInputException">The extension selects no format.</exception>
    public static ITableFormat RequireWritable(string path) => FileKinds.Require(All, path, "UnknownTableExtension", "tables");

    /// <summary>The format of a file.</summary>
    /// <param name="head">Its first bytes.</param>
    /// <param name="path">Its path.</param>
    public static ITableFormat Recognise(ReadOnlySpan<byte> head, string path)
    {
        foreach (ITableFormat format in All)
        {
            if (format != Csv && format.Matches(head, path))
                return format;
        }

        return Csv; // nothing marks the beginning of a CSV
    }
}
