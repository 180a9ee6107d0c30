namespace ExactCompression.Formats.Onnx;

/// <summary>The one chain of nodes from the input of a graph to its output.</summary>
internal static class OnnxPath
{
    /// <summary>Follows the input by names to the output.</summary>
    /// <param name="graph">The graph, known to be without cycles.</param>
    /// <param name="fault">Makes errors.</param>
    /// <returns>Each node with the index of its input that carries the value.</returns>
    /// <exception cref="InvalidFileException">A value is used twice, or the chain ends before the output.</exception>
    public static List<(OnnxNode Node, int DataIndex)> Find(OnnxGraph graph, OnnxFault fault)
    {
        var path = new List<(OnnxNode, int)>();
        string value = graph.Input.Name;
        while (true)
        {
            IReadOnlyList<OnnxNode> consumers = graph.ConsumersOf(value);
            bool arrived = value == graph.Output;
            if (consumers.Count + (arrived ? 1 : 0) > 1)
                throw Branching(value, consumers, arrived, fault);
            if (arrived)
                return path;
            if (consumers.Count == 0)
                throw fault.AtTensor(
                    "OnnxUnconnectedGraph", value,
                    $"The chain of nodes from the input ends here, before the output {OnnxFault.Quote(graph.Output)}.");
            OnnxNode node = consumers[0];
            path.Add((node, IndexOf(node.Inputs, value)));
            value = node.Outputs[0];
        }
    }

    private static InvalidFileException Branching(string value, IReadOnlyList<OnnxNode> consumers, bool isOutput, OnnxFault fault)
    {
        string second = isOutput ? "as the output of the graph" : $"by {consumers[1].Place}";
        return fault.AtTensor(
            "OnnxBranchingGraph", value, $"It is used by {consumers[0].Place} and {second}.", "Networks that are one chain are supported.",
            unsupported: true);
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        int index = 0;
        while (names[index] != name)
            index++;
        return index;
    }
}
