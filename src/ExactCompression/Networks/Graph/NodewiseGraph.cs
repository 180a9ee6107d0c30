namespace ExactCompression.Networks;

/// <summary>A network as its file computes it, node by node: every node has layers of its own.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="Graph">The layers that they are lowered to; it has no heads.</param>
/// <param name="Ends">How many layers there are before the first node, and after each node.</param>
internal sealed record NodewiseGraph(NetworkGraph Nodes, LoweredGraph Graph, IReadOnlyList<int> Ends)
{
    /// <summary>Each output: the value that it is in, and its element there. The outputs do not depend on opaque nodes.</summary>
    public IEnumerable<(int Value, int Element)> Outputs =>
        Graph.Scores!.SelectMany(value => Enumerable.Range(0, Graph.ShapeOf(value).Count).Select(element => (value, element)));
}
