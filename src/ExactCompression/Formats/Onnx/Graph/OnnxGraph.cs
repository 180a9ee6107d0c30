using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// The graph of a file by names: which node produces a value, which nodes use it. Checked here: every value is produced exactly once,
/// nothing is missing, and there is no cycle. The order in which a file lists its nodes does not matter.
/// </summary>
internal sealed class OnnxGraph
{
    private readonly Dictionary<string, TensorProto> initializers = new(StringComparer.Ordinal);
    private readonly HashSet<string> sparse = new(StringComparer.Ordinal);
    private readonly HashSet<string> inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxNode> producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueInfoProto> declared = new(StringComparer.Ordinal);
    private readonly CancellationToken cancellation;

    /// <summary>Indexes and checks a graph.</summary>
    /// <param name="graph">The graph as stored.</param>
    /// <param name="fault">Makes errors.</param>
    /// <param name="cancellation">When cancelled, throws: a graph may have millions of nodes.</param>
    /// <exception cref="InvalidFileException">One of the checks fails.</exception>
    public OnnxGraph(GraphProto graph, OnnxFault fault, CancellationToken cancellation)
    {
        this.cancellation = cancellation;
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (!initializers.TryAdd(tensor.Name, tensor))
                throw fault.AtTensor("OnnxDuplicateName", tensor.Name, "Two initializers have this name.");
        }

        foreach (SparseTensorProto tensor in graph.SparseInitializer)
            sparse.Add(tensor.Values?.Name ?? "");
        Inputs = [.. graph.Input.Where(input => !initializers.ContainsKey(input.Name) && !sparse.Contains(input.Name))];
        if (Inputs.Count == 0)
            throw fault.At(
                "OnnxNoInput", "graph", "It has no input: what it gives is constant.",
                "If it is meant to have one, export the network again.");
        foreach (ValueInfoProto input in Inputs)
        {
            if (!inputs.Add(input.Name))
                throw fault.AtTensor("OnnxDuplicateName", input.Name, "Two inputs have this name.");
        }

        foreach (ValueInfoProto value in graph.ValueInfo.Concat(graph.Output))
            declared.TryAdd(value.Name, value);
        OnnxNode[] nodes = [.. InTime(graph.Node).Select(node => new OnnxNode(node, fault))];
        IndexProducers(nodes);
        IndexConsumers(nodes);
        Outputs = graph.Output.Count > 0 ? [.. graph.Output] : throw fault.At("OnnxNoOutput", "graph", "It has no output.");
        foreach (ValueInfoProto output in Outputs)
        {
            if (!IsKnown(output.Name))
                throw fault.AtTensor("OnnxUnconnectedGraph", output.Name, "It is an output of the graph, but no node produces it.");
        }

        Nodes = Needed(Ordered(nodes));
    }

    /// <summary>The inputs that are not initializers.</summary>
    public IReadOnlyList<ValueInfoProto> Inputs { get; }

    /// <summary>The outputs.</summary>
    public IReadOnlyList<ValueInfoProto> Outputs { get; }

    /// <summary>The nodes that outputs depend on, each after those whose values it takes, else in the order of the file.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>The node that produces a value, or null for inputs and initializers.</summary>
    /// <param name="value">Name of the value.</param>
    public OnnxNode? ProducerOf(string value) => producers.GetValueOrDefault(value);

    /// <summary>The nodes that use a value; a node that uses it twice is listed twice.</summary>
    /// <param name="value">Name of the value.</param>
    public IReadOnlyList<OnnxNode> ConsumersOf(string value) => consumers.GetValueOrDefault(value) ?? [];

    /// <summary>The initializer of a name, or null.</summary>
    /// <param name="name">The name.</param>
    public TensorProto? Initializer(string name) => initializers.GetValueOrDefault(name);

    /// <summary>What the graph declares of a value in between or an output; null where it declares nothing.</summary>
    /// <param name="name">The name.</param>
    public ValueInfoProto? Declaration(string name) => declared.GetValueOrDefault(name);

    private bool IsKnown(string name) =>
        inputs.Contains(name) || initializers.ContainsKey(name) || sparse.Contains(name) || producers.ContainsKey(name);

    /// <summary>Goes over items until it is cancelled.</summary>
    private IEnumerable<T> InTime<T>(IEnumerable<T> items)
    {
        foreach (T item in items)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    private void IndexProducers(OnnxNode[] nodes)
    {
        foreach (OnnxNode node in InTime(nodes))
        {
            if (node.Outputs.All(static output => output.Length == 0))
                throw node.Fault("OnnxUnconnectedGraph", "It produces no value.");
            foreach (string output in node.Outputs.Where(static output => output.Length > 0))
            {
                if (inputs.Contains(output) || initializers.ContainsKey(output) || !producers.TryAdd(output, node))
                    throw node.Fault(
                        "OnnxDuplicateName", $"The value {OnnxFault.Quote(output)} that it produces is produced elsewhere too.");
            }
        }
    }

    private void IndexConsumers(OnnxNode[] nodes)
    {
        foreach (OnnxNode node in InTime(nodes))
        {
            foreach (string input in node.Takes)
            {
                if (!IsKnown(input))
                {
                    string role = node.Inputs.Contains(input) ? "Its input" : "A graph inside of it takes a value that is not there:";
                    throw node.Fault(
                        "OnnxMissingTensor", $"{role} {OnnxFault.Quote(input)} is neither an initializer nor produced by any node.");
                }

                if (!consumers.TryGetValue(input, out List<OnnxNode>? list))
                    consumers.Add(input, list = []);
                list.Add(node);
            }
        }
    }

    /// <summary>
    /// Takes nodes whose inputs are all known, the file's first one first; those that remain are on a cycle or behind one.
    /// </summary>
    private List<OnnxNode> Ordered(OnnxNode[] nodes)
    {
        var places = new Dictionary<OnnxNode, int>(nodes.Length);
        var waiting = new int[nodes.Length];
        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < nodes.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            places.Add(nodes[i], i);
            waiting[i] = nodes[i].Takes.Count(producers.ContainsKey);
            if (waiting[i] == 0)
                ready.Enqueue(i, i);
        }

        var ordered = new List<OnnxNode>(nodes.Length);
        while (ready.TryDequeue(out int at, out _))
        {
            cancellation.ThrowIfCancellationRequested();
            ordered.Add(nodes[at]);
            foreach (OnnxNode next in nodes[at].Outputs.SelectMany(ConsumersOf))
            {
                int place = places[next];
                if (--waiting[place] == 0)
                    ready.Enqueue(place, place);
            }
        }

        if (ordered.Count < nodes.Length)
            throw nodes[Array.FindIndex(waiting, static count => count > 0)].Fault(
                "OnnxCyclicGraph", "It depends on its own output.", "A network has no cycles.");
        return ordered;
    }

    private List<OnnxNode> Needed(List<OnnxNode> ordered)
    {
        HashSet<string> needed = [.. Outputs.Select(static output => output.Name)];
        var kept = new List<OnnxNode>(ordered.Count);
        for (int i = ordered.Count - 1; i >= 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!ordered[i].Outputs.Any(needed.Contains))
                continue;
            kept.Add(ordered[i]);
            needed.UnionWith(ordered[i].Takes);
        }

        kept.Reverse();
        return kept;
    }
}
