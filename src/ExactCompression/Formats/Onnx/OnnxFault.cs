using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>Makes the errors of one file: what is wrong, and at which node or tensor.</summary>
/// <param name="path">The file.</param>
/// <param name="openInput">An input whose first dimension the file leaves open, so that it counts as a batch of 1; null for none.</param>
internal sealed class OnnxFault(string path, string? openInput = null)
{
    private const string ShapeMismatch = "OnnxShapeMismatch";
    private const int LongestName = 80;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>An error at any place.</summary>
    /// <param name="errorId">A stable name of the cause.</param>
    /// <param name="place">Where in the file.</param>
    /// <param name="problem">What is wrong, as a sentence.</param>
    /// <param name="advice">What to do about it, as a sentence; if empty, to export the network again.</param>
    /// <param name="unsupported">True where the file is sound but holds something unsupported.</param>
    /// <param name="inner">What caused it, or null.</param>
    public InvalidFileException At(
        string errorId, string place, string problem, string advice = "", bool unsupported = false, Exception? inner = null) =>
        new(errorId, path, place, problem,
            advice.Length > 0 || unsupported ? advice
                : errorId == ShapeMismatch && openInput is not null
                ? $"The graph is damaged, or the first axis of {Quote(openInput)}, which the file leaves open and which counts as a batch "
                    + "of 1, is none: then state all sizes of the input with Import-ReluNetwork -InputShape."
                : "The graph is damaged: export the network again.",
            unsupported, inner);

    /// <summary>Errors of a graph: where shapes do not fit together, an open first dimension may be the reason.</summary>
    /// <param name="graph">The graph.</param>
    public OnnxFault For(GraphProto graph) => new(
        path,
        graph.Input.FirstOrDefault(static i => i.Type?.TensorType?.Shape?.Dim is [{ DimValue: <= 0 }, _, ..])?.Name);

    /// <summary>An error at a tensor.</summary>
    /// <param name="errorId">A stable name of the cause.</param>
    /// <param name="tensor">The tensor's name.</param>
    /// <param name="problem">What is wrong, as a sentence.</param>
    /// <param name="advice">What to do about it, as a sentence; if empty, to export the network again.</param>
    /// <param name="unsupported">True where the file is sound but holds something unsupported.</param>
    public InvalidFileException AtTensor(string errorId, string tensor, string problem, string advice = "", bool unsupported = false) =>
        At(errorId, $"tensor {Quote(tensor)}", problem, advice, unsupported);

    /// <summary>A node's place: its name, or what it produces, with its operator.</summary>
    /// <param name="node">The node.</param>
    public static string PlaceOf(NodeProto node)
    {
        string name = node.Name.Length > 0 ? Quote(node.Name)
            : node.Output.Count > 0 ? $"that gives {Quote(node.Output[0])}"
            : "without name and output";
        return $"node {name} ({Printable(node.OpType)})";
    }

    /// <summary>A name from a file, safe to print.</summary>
    /// <param name="name">Any text.</param>
    public static string Quote(string name) => $"'{Printable(name)}'";

    private static string Printable(string text)
    {
        string cut = ErrorText.Shortened(text, LongestName);
        return string.Create(cut.Length, cut, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) ? '?' : from[i];
        });
    }
}
