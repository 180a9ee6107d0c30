using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>What nodes take: their inputs, and values around them that graphs inside of them (loops, branches) refer to.</summary>
internal static class OnnxCaptures
{
    /// <summary>The names that a node takes.</summary>
    /// <param name="node">The node as stored.</param>
    public static IReadOnlyList<string> Of(NodeProto node)
    {
        string[] inputs = [.. node.Input.Where(static input => input.Length > 0)];
        if (node.Attribute.All(static a => a.G is null && a.Graphs.Count == 0))
            return inputs;
        var taken = new List<string>(inputs);
        var nodes = new Stack<NodeProto>([node]);
        var inner = new HashSet<string>(StringComparer.Ordinal);
        while (nodes.TryPop(out NodeProto? outer))
        {
            foreach (GraphProto graph in outer.Attribute.SelectMany(static a => a.Graphs.Concat(a.G is null ? [] : [a.G])))
            {
                inner.UnionWith(graph.Input.Select(static i => i.Name));
                inner.UnionWith(OnnxStored.NamesIn(graph));
                foreach (NodeProto part in graph.Node)
                {
                    inner.UnionWith(part.Output);
                    taken.AddRange(part.Input);
                    nodes.Push(part);
                }

                taken.AddRange(graph.Output.Select(static o => o.Name));
            }
        }

        return [.. inputs, .. taken.Skip(inputs.Length).Distinct().Where(name => name.Length > 0 && !inner.Contains(name))];
    }
}
