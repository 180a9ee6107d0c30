namespace ExactCompression.Networks;

/// <summary>Makes a <see cref="GraphEdit"/> node by node; the inputs are those of the original.</summary>
internal sealed class GraphEditBuilder
{
    private readonly NetworkGraph original;
    private readonly GraphBuilder builder = new();
    private readonly List<int> origins = [];
    private readonly List<AxisSelection?> selections = [];
    private readonly List<bool> isNew = [];

    /// <summary>Starts an edit.</summary>
    /// <param name="original">The graph to edit.</param>
    public GraphEditBuilder(NetworkGraph original)
    {
        this.original = original;
        for (int i = 0; i < original.Inputs.Count; i++)
        {
            builder.AddInput(original.Inputs[i].Name, original.Inputs[i].Shape);
            origins.Add(i);
            selections.Add(null);
        }
    }

    /// <summary>The shape of a value of the edited graph.</summary>
    /// <param name="value">The value.</param>
    public TensorShape ShapeOf(int value) => builder.ShapeOf(value);

    /// <summary>What a value of the edited graph keeps of its origin; null for all of it.</summary>
    /// <param name="value">The value.</param>
    public AxisSelection? SelectionOf(int value) => selections[value];

    /// <summary>Adds what is left of a node.</summary>
    /// <param name="node">The node's place in the original.</param>
    /// <param name="op">Its operator.</param>
    /// <param name="selection">What is kept of what it gives; null for all.</param>
    /// <param name="isNew">Whether the operator has numbers of its own.</param>
    /// <param name="values">The values that it takes.</param>
    /// <returns>The number of the value that it gives.</returns>
    public int Add(int node, Operator op, AxisSelection? selection, bool isNew, params ReadOnlySpan<int> values)
    {
        GraphNode from = original.Nodes[node];
        TensorShape shape = selection?.Of(from.Shape) ?? from.Shape;
        return Add(op, shape, from.Name, from.ValueName, original.ValueOf(node), selection, isNew, values);
    }

    /// <summary>Adds a node that is none of the original's.</summary>
    /// <param name="op">Its operator.</param>
    /// <param name="shape">The shape of what it gives.</param>
    /// <param name="name">Its name; one that is taken or empty is made unique.</param>
    /// <param name="valueName">The file's name for what it gives; empty for none.</param>
    /// <param name="values">The values that it takes.</param>
    /// <returns>The number of the value that it gives.</returns>
    public int AddNew(Operator op, TensorShape shape, string name, string valueName, params ReadOnlySpan<int> values) =>
        Add(op, shape, name, valueName, -1, null, true, values);

    /// <summary>The edit.</summary>
    /// <param name="outputs">The values of the edited graph that are the outputs, in the order of the original's.</param>
    /// <exception cref="ArgumentException">A node does not fit what it takes, or a value is not what is left of its origin.</exception>
    public GraphEdit Build(params IReadOnlyList<int> outputs)
    {
        for (int o = 0; o < outputs.Count; o++)
            builder.AddOutput(original.Outputs[o].Name, outputs[o]);
        return new(original, builder.Build(), origins, selections, isNew);
    }

    private int Add(
        Operator op, TensorShape shape, string name, string valueName, int origin, AxisSelection? selection, bool hasOwn,
        ReadOnlySpan<int> values)
    {
        origins.Add(origin);
        selections.Add(selection);
        isNew.Add(hasOwn);
        return builder.Add(op, shape, name, valueName, values);
    }
}
