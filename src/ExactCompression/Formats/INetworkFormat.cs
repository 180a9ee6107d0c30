namespace ExactCompression.Formats;

/// <summary>One file format that networks are read from: how to recognise it, and how to read it.</summary>
public interface INetworkFormat : IFileFormat
{
    /// <summary>Whether the first bytes of a file look like this format.</summary>
    /// <param name="head">The first bytes, up to <see cref="NetworkFormats.HeadLength"/>; fewer if the file is shorter.</param>
    /// <param name="path">The file's path: a hint if the content alone is ambiguous.</param>
    bool Matches(ReadOnlySpan<byte> head, string path);

    /// <summary>Reads a network.</summary>
    /// <param name="path">A file of this format.</param>
    /// <param name="options">The import's limits, and what the user states about the file.</param>
    /// <exception cref="InvalidFileException">The file is damaged, holds something unsupported, or takes more than it may.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    ReluNetwork Read(string path, ImportOptions options);
}

/// <summary>A format that networks are written in. Most are read too, as an <see cref="INetworkFormat"/>; source text is not.</summary>
public interface IWritableNetworkFormat : IFileFormat
{
    /// <summary>
    /// Whether a file of this format represents the network's own function: no weight is rounded, and no normalisation is folded into
    /// weights.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="precision">What weights are stored as.</param>
    bool Holds(ReluNetwork network, WeightPrecision precision) => network.DenseLayers.All(l => l.IsExact && l.Precision <= precision);

    /// <summary>Whether files of this format hold a network at all: chains of dense layers, and what else the format can.</summary>
    /// <param name="network">The network.</param>
    bool CanWrite(ReluNetwork network) => network.IsDense;

    /// <summary>
    /// The network that a file of this format holds, where that is known without reading the file again; null where it is not.
    /// </summary>
    /// <param name="network">The network that is written.</param>
    /// <param name="precision">What weights are stored as.</param>
    ReluNetwork? Written(ReluNetwork network, WeightPrecision precision) => null;

    /// <summary>Writes a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="stream">Where to: a new file beside the target, moved into place afterwards.</param>
    /// <param name="precision">What weights are stored as.</param>
    void Write(ReluNetwork network, Stream stream, WeightPrecision precision);
}
