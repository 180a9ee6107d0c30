namespace ExactCompression.Networks;

/// <summary>
/// A network as a graph of operators. Values are numbered: first the inputs, then what each node gives, in an order in which no node comes
/// before what it takes. Immutable. Shapes are those of one row of input: the batch is not part of the graph.
/// </summary>
internal sealed class NetworkGraph
{
    /// <summary>Makes a graph; <see cref="GraphBuilder"/> is the way to do so step by step.</summary>
    /// <param name="inputs">At least one.</param>
    /// <param name="nodes">The nodes, each after those whose values it takes.</param>
    /// <param name="outputs">At least one.</param>
    /// <exception cref="ArgumentException">A node takes a value that comes later, or does not fit its operator.</exception>
    public NetworkGraph(IReadOnlyList<GraphInput> inputs, IReadOnlyList<GraphNode> nodes, IReadOnlyList<GraphOutput> outputs)
    {
        (Inputs, Nodes, Outputs) = (inputs, nodes, outputs);
        if (inputs.Count == 0 || outputs.Count == 0)
            throw new ArgumentException("A graph has at least one input and one output.", nameof(inputs));
        var readers = new List<int>[inputs.Count + nodes.Count];
        for (int v = 0; v < readers.Length; v++)
            readers[v] = [];
        for (int n = 0; n < nodes.Count; n++)
        {
            foreach (int value in nodes[n].Inputs)
            {
                if (value < 0 || value >= inputs.Count + n)
                    throw new ArgumentException($"The node {nodes[n].Name} takes the value {value}, which comes later.", nameof(nodes));
                readers[value].Add(n);
            }

            string? fault = nodes[n].Operator.FindFault([.. nodes[n].Inputs.Select(ShapeOf)], nodes[n].Shape);
            if (fault is not null)
                throw new ArgumentException($"The node {nodes[n].Name}: {fault}", nameof(nodes));
        }

        if (outputs.Any(o => o.Value < 0 || o.Value >= readers.Length))
            throw new ArgumentException("An output is not a value of the graph.", nameof(outputs));
        Readers = readers;
    }

    /// <summary>The inputs.</summary>
    public IReadOnlyList<GraphInput> Inputs { get; }

    /// <summary>The nodes, each after those whose values it takes.</summary>
    public IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>The outputs.</summary>
    public IReadOnlyList<GraphOutput> Outputs { get; }

    /// <summary>For each value, the nodes that take it, by their place; one that takes it twice is listed twice.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Readers { get; }

    /// <summary>Whether one node takes a value, once, and it is no output.</summary>
    /// <param name="value">The value's number.</param>
    public bool IsReadOnce(int value) => Readers[value].Count == 1 && Outputs.All(o => o.Value != value);

    /// <summary>Number of values.</summary>
    public int Values => Inputs.Count + Nodes.Count;

    /// <summary>The node that gives a value, or null for an input.</summary>
    /// <param name="value">The value's number.</param>
    public GraphNode? Producer(int value) => value < Inputs.Count ? null : Nodes[value - Inputs.Count];

    /// <summary>The value that a node gives.</summary>
    /// <param name="node">The node's place.</param>
    public int ValueOf(int node) => Inputs.Count + node;

    /// <summary>The shape of a value.</summary>
    /// <param name="value">The value's number.</param>
    public TensorShape ShapeOf(int value) => value < Inputs.Count ? Inputs[value].Shape : Nodes[value - Inputs.Count].Shape;
}
