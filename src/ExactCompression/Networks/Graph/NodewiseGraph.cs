namespace ExactCompression.Networks;

/// <summary>A network as its file computes it, node by node: every node has layers of its own.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="Graph">The layers that they are lowered to; it has no heads.</param>
/// <param name="Ends">How many layers there are before the first node, and after each node.</param>
internal sealed record NodewiseGraph(NetworkGraph Nodes, LoweredGraph Graph, IReadOnlyList<int> Ends);
