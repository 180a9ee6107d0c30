namespace ExactCompression.Formats;

/// <summary>A format of files for networks: what it is called, and how its files are.</summary>
public interface IFileFormat
{
    /// <summary>The name, which <c>-Format</c> takes if the format is read, such as <c>Onnx</c>.</summary>
    string Name { get; }

    /// <summary>Usual extensions with the dot, lower case; the first is the one for new files.</summary>
    IReadOnlyList<string> Extensions { get; }
}
