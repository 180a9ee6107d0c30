namespace ExactCompression.Formats.Onnx;

/// <summary>What a reading has made of a file, name by name and node by node: kept only where a writer asks for it.</summary>
internal sealed class OnnxTrace
{
    /// <summary>Every value that was read, by its name.</summary>
    public Dictionary<string, OnnxValue> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>The nodes in the order in which they were read.</summary>
    public List<OnnxTracedNode> Nodes { get; } = [];
}

/// <summary>A node of the file, and the values of the network's graph that it became.</summary>
/// <param name="Node">The node.</param>
/// <param name="First">The number of the first of them.</param>
/// <param name="End">The number behind the last of them; <paramref name="First"/> where there are none.</param>
internal sealed record OnnxTracedNode(OnnxNode Node, int First, int End);
