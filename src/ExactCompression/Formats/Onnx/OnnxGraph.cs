using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// The graph of a file by names: which node produces a value, which nodes use it. Checked here: every value is produced exactly once,
/// nothing is missing, there is no cycle, and there is one input and one output. The order in which a file lists its nodes does not matter.
/// </summary>
internal sealed class OnnxGraph
{
    private readonly Dictionary<string, TensorProto> initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxNode> producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> consumers = new(StringComparer.Ordinal);

    /// <summary>Indexes and checks a graph.</summary>
    /// <param name="graph">The graph as stored.</param>
    /// <param name="fault">Makes errors.</param>
    /// <exception cref="InvalidFileException">One of the checks fails.</exception>
    public OnnxGraph(GraphProto graph, OnnxFault fault)
    {
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (!initializers.TryAdd(tensor.Name, tensor))
                throw fault.AtTensor("OnnxDuplicateName", tensor.Name, "Two initializers have this name.");
        }

        Input = TheInput(graph, fault);
        OnnxNode[] nodes = [.. graph.Node.Select(node => new OnnxNode(node, fault))];
        IndexProducers(nodes);
        IndexConsumers(nodes);
        Output = TheOutput(graph, fault);
        RequireNoCycle(nodes);
    }

    /// <summary>The only input that is not an initializer.</summary>
    public ValueInfoProto Input { get; }

    /// <summary>Name of the only output.</summary>
    public string Output { get; }

    /// <summary>The node that produces a value, or null for inputs and initializers.</summary>
    /// <param name="value">Name of the value.</param>
    public OnnxNode? ProducerOf(string value) => producers.GetValueOrDefault(value);

    /// <summary>The nodes that use a value; a node that uses it twice is listed twice.</summary>
    /// <param name="value">Name of the value.</param>
    public IReadOnlyList<OnnxNode> ConsumersOf(string value) => consumers.GetValueOrDefault(value) ?? [];

    /// <summary>The initializer of a name, or null.</summary>
    /// <param name="name">The name.</param>
    public TensorProto? Initializer(string name) => initializers.GetValueOrDefault(name);

    /// <summary>Follows the input by names to the output.</summary>
    /// <param name="fault">Makes errors.</param>
    /// <returns>Each node with the index of its input that carries the value.</returns>
    /// <exception cref="InvalidFileException">A value is used twice, or the chain ends before the output.</exception>
    public List<(OnnxNode Node, int DataIndex)> Chain(OnnxFault fault)
    {
        var path = new List<(OnnxNode, int)>();
        string value = Input.Name;
        while (true)
        {
            IReadOnlyList<OnnxNode> consumers = ConsumersOf(value);
            bool arrived = value == Output;
            if (consumers.Count + (arrived ? 1 : 0) > 1)
                throw Branching(value, consumers, arrived, fault);
            if (arrived)
                return path;
            if (consumers.Count == 0)
                throw fault.AtTensor(
                    "OnnxUnconnectedGraph", value,
                    $"The chain of nodes from the input ends here, before the output {OnnxFault.Quote(Output)}.");
            OnnxNode node = consumers[0];
            path.Add((node, IndexOf(node.Inputs, value)));
            value = node.Outputs[0];
        }
    }

    private ValueInfoProto TheInput(GraphProto graph, OnnxFault fault)
    {
        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !initializers.ContainsKey(input.Name))];
        return inputs.Length switch
        {
            1 => inputs[0],
            0 => throw fault.At("OnnxNoInput", "graph", "It has no input."),
            _ => throw fault.At(
                "OnnxSeveralInputs", "graph", $"It has {inputs.Length} inputs: {Names(inputs.Select(static i => i.Name))}.",
                "Networks with one input are supported.", unsupported: true),
        };
    }

    private string TheOutput(GraphProto graph, OnnxFault fault)
    {
        if (graph.Output.Count > 1)
            throw fault.At(
                "OnnxSeveralOutputs", "graph", $"It has {graph.Output.Count} outputs: {Names(graph.Output.Select(static o => o.Name))}.",
                "Networks with one output are supported.", unsupported: true);
        if (graph.Output.Count == 0)
            throw fault.At("OnnxNoOutput", "graph", "It has no output.");
        string name = graph.Output[0].Name;
        return producers.ContainsKey(name)
            ? name
            : throw fault.AtTensor("OnnxUnconnectedGraph", name, "It is the output of the graph, but no node produces it.");
    }

    private void IndexProducers(OnnxNode[] nodes)
    {
        foreach (OnnxNode node in nodes)
        {
            if (node.Outputs.Count == 0 || node.Outputs[0].Length == 0)
                throw node.Fault("OnnxUnconnectedGraph", "It produces no value.");
            foreach (string output in node.Outputs.Where(static output => output.Length > 0))
            {
                if (output == Input.Name || initializers.ContainsKey(output) || !producers.TryAdd(output, node))
                    throw node.Fault(
                        "OnnxDuplicateName", $"The value {OnnxFault.Quote(output)} that it produces is produced elsewhere too.");
            }
        }
    }

    private void IndexConsumers(OnnxNode[] nodes)
    {
        foreach (OnnxNode node in nodes)
        {
            foreach (string input in node.Inputs.Where(static input => input.Length > 0))
            {
                if (input != Input.Name && !initializers.ContainsKey(input) && !producers.ContainsKey(input))
                    throw node.Fault(
                        "OnnxMissingTensor", $"Its input {OnnxFault.Quote(input)} is neither an initializer nor produced by any node.");
                if (!consumers.TryGetValue(input, out List<OnnxNode>? list))
                    consumers.Add(input, list = []);
                list.Add(node);
            }
        }
    }

    /// <summary>Removes nodes whose inputs are all known; those that remain are on a cycle or behind one.</summary>
    private void RequireNoCycle(OnnxNode[] nodes)
    {
        Dictionary<OnnxNode, int> waiting = nodes.ToDictionary(static node => node, node => node.Inputs.Count(producers.ContainsKey));
        var ready = new Queue<OnnxNode>(nodes.Where(node => waiting[node] == 0));
        while (ready.TryDequeue(out OnnxNode? node))
        {
            waiting.Remove(node);
            foreach (OnnxNode next in node.Outputs.SelectMany(ConsumersOf))
            {
                if (--waiting[next] == 0)
                    ready.Enqueue(next);
            }
        }

        if (waiting.Count > 0)
            throw nodes.First(waiting.ContainsKey).Fault(
                "OnnxCyclicGraph", "It depends on its own output.", "A network is a chain without cycles.");
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Take(4).Select(OnnxFault.Quote));

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
