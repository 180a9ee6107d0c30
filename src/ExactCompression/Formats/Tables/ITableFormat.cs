namespace ExactCompression.Formats;

/// <summary>One format of stability tables: how to recognise, read and write it.</summary>
internal interface ITableFormat : IFileKind
{
    /// <summary>Whether files include the evidence of verdicts.</summary>
    bool HoldsEvidence { get; }

    /// <summary>Whether bounds can be written in a precision of choice.</summary>
    bool HoldsPrecision { get; }

    /// <summary>Whether a file looks like this format.</summary>
    /// <param name="head">Its first bytes.</param>
    /// <param name="path">Its path: a hint where the content alone is ambiguous.</param>
    bool Matches(ReadOnlySpan<byte> head, string path);

    /// <summary>Reads a table.</summary>
    /// <param name="input">The file, and what its reader is told besides.</param>
    /// <exception cref="InvalidFileException">The file is damaged, or made for another network or domain.</exception>
    /// <exception cref="InvalidInputException">The network or the domain is needed but neither given nor in the file.</exception>
    StabilityTable Read(TableInput input);

    /// <summary>Writes a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="path">The file that it will be.</param>
    /// <param name="precision">What bounds are stored as, where the format has a choice.</param>
    void Write(StabilityTable table, Stream stream, string path, WeightPrecision precision);
}
