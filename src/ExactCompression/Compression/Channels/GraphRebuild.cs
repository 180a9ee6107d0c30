using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>What becomes of a node in a graph that is made anew.</summary>
internal readonly record struct NodeChange
{
    /// <summary>The operator; null for the node's own on what is kept.</summary>
    public Operator? Operator { get; init; }

    /// <summary>The shape of what it gives, where that is not what is kept of it; null otherwise.</summary>
    public TensorShape? Shape { get; init; }

    /// <summary>What is kept of what it gives; null for all.</summary>
    public AxisSelection? Selection { get; init; }

    /// <summary>An operator of one value that is put behind it, and read in its place; null for none.</summary>
    public Operator? Behind { get; init; }

    /// <summary>The value that takes the place of what it gives, so that the node goes; -1 for none.</summary>
    public int Bypass => bypass - 1;

    private readonly int bypass;

    private NodeChange(int value) => bypass = value + 1;

    /// <summary>The node goes, and its readers take another value.</summary>
    /// <param name="value">The value.</param>
    public static NodeChange Bypassed(int value) => new(value);
}

/// <summary>Makes a graph anew with some nodes changed.</summary>
internal static class GraphRebuild
{
    /// <summary>The edit that changes some nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="changes">What becomes of nodes, by their place; all others stay as they are.</param>
    /// <returns>The edit, and for each node after it the place of the node before; -1 for one that was put behind another.</returns>
    public static (GraphEdit Edit, IReadOnlyList<int> Nodes) Apply(NetworkGraph graph, IReadOnlyDictionary<int, NodeChange> changes)
    {
        var builder = new GraphEditBuilder(graph);
        int[] places = [.. Enumerable.Range(0, graph.Values)]; // those of inputs stay
        var nodes = new List<int>();
        AxisSelection? Kept(int value) =>
            value >= graph.Inputs.Count && changes.TryGetValue(value - graph.Inputs.Count, out NodeChange c) ? c.Selection : null;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            bool changed = changes.TryGetValue(n, out NodeChange change);
            if (changed && change.Bypass >= 0)
            {
                places[graph.ValueOf(n)] = places[change.Bypass];
                continue;
            }

            Operator op = change.Operator ?? OperatorSelection.Of(
                node.Operator, [.. node.Inputs.Select(graph.ShapeOf)], node.Shape, [.. node.Inputs.Select(Kept)], change.Selection);
            int[] taken = [.. node.Inputs.Select(v => places[v])];
            nodes.Add(n);
            places[graph.ValueOf(n)] = change.Shape is { } shape
                ? builder.AddNew(op, shape, node.Name, node.ValueName, taken)
                : builder.Add(n, op, change.Selection, change.Operator is not null, taken);
            if (change.Behind is { } behind)
            {
                nodes.Add(-1);
                places[graph.ValueOf(n)] = builder.AddNew(
                    behind, change.Shape ?? node.Shape, $"{node.Name}.border", "", places[graph.ValueOf(n)]);
            }
        }

        return (builder.Build([.. graph.Outputs.Select(output => places[output.Value])]), nodes);
    }
}
