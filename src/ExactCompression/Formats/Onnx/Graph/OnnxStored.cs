using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>The tensors that a graph stores.</summary>
internal static class OnnxStored
{
    /// <summary>Their names; empty for one that has none.</summary>
    /// <param name="graph">The graph.</param>
    public static IEnumerable<string> NamesIn(GraphProto graph) => graph.Initializer.Select(static t => t.Name)
        .Concat(graph.SparseInitializer.Select(static t => t.Values?.Name ?? ""));
}
