namespace ExactCompression.Formats;

/// <summary>All network formats, and the choice between them.</summary>
public static class NetworkFormats
{
    /// <summary>How many leading bytes a format sees to recognise a file.</summary>
    public const int HeadLength = 4096;

    /// <summary>Every format, in the order in which content is tried.</summary>
    public static IReadOnlyList<INetworkFormat> All { get; } = [];

    /// <summary>Reads a network file.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="format">The name of a format, or <c>Auto</c> to find it from the content.</param>
    /// <exception cref="InvalidFileException">The file is of no known format, damaged, or holds something unsupported.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static ReluNetwork Read(string path, string format = "Auto") => throw new NotImplementedException();

    /// <summary>Writes a network file: beside the target first, then moved into place, so nothing half-written stays.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">Full path; the extension names the format.</param>
    /// <param name="precision">What weights are stored as, or null for what the network's layers say.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="InvalidInputException">The extension names no format that can be written.</exception>
    /// <exception cref="IOException">The file exists and <paramref name="overwrite"/> is false, or it cannot be written.</exception>
    public static void Write(ReluNetwork network, string path, WeightPrecision? precision = null, bool overwrite = true) => throw new NotImplementedException();
}
