using System.Globalization;

namespace ExactCompression.Networks;

/// <summary>Makes a <see cref="NetworkGraph"/> node by node.</summary>
internal sealed class GraphBuilder
{
    private readonly List<GraphInput> inputs = [];
    private readonly List<GraphNode> nodes = [];
    private readonly List<bool> behindOpaque = [];
    private readonly List<GraphOutput> outputs = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> suffixes = new(StringComparer.Ordinal);

    /// <summary>Adds an input. All inputs come before the first node.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape, without the batch.</param>
    /// <returns>The value's number.</returns>
    /// <exception cref="InvalidOperationException">There are nodes already.</exception>
    public int AddInput(string name, TensorShape shape)
    {
        if (nodes.Count > 0)
            throw new InvalidOperationException("Inputs come before nodes.");
        inputs.Add(new(name, shape));
        return inputs.Count - 1;
    }

    /// <summary>Adds a node.</summary>
    /// <param name="op">What it does.</param>
    /// <param name="shape">The shape of what it gives.</param>
    /// <param name="name">Its name; one that is taken or empty is made unique.</param>
    /// <param name="valueName">The file's name for what it gives; empty for none.</param>
    /// <param name="values">The values that it takes.</param>
    /// <returns>The number of the value that it gives.</returns>
    public int Add(Operator op, TensorShape shape, string name, string valueName, params ReadOnlySpan<int> values)
    {
        nodes.Add(new(name.Length > 0 ? name : op.Name, op, values.ToArray(), shape) { ValueName = valueName });
        bool isBehind = op is OpaqueOperator;
        foreach (int value in values)
            isBehind |= IsBehindOpaque(value);
        behindOpaque.Add(isBehind);
        return inputs.Count + nodes.Count - 1;
    }

    /// <summary>Number of values so far.</summary>
    public int Values => inputs.Count + nodes.Count;

    /// <summary>Names the node that gives a value.</summary>
    /// <param name="value">The value's number; not an input's.</param>
    /// <param name="name">The node's name; one that is taken is made unique.</param>
    /// <param name="valueName">The file's name for the value.</param>
    public void Rename(int value, string name, string valueName) =>
        nodes[value - inputs.Count] = nodes[value - inputs.Count] with { Name = name, ValueName = valueName };

    /// <summary>Takes the last nodes back.</summary>
    /// <param name="values">The number of values that are left.</param>
    public void Truncate(int values)
    {
        nodes.RemoveRange(values - inputs.Count, Values - values);
        behindOpaque.RemoveRange(nodes.Count, behindOpaque.Count - nodes.Count);
    }

    /// <summary>Whether a value is an opaque node's, or follows from one.</summary>
    /// <param name="value">The value's number.</param>
    public bool IsBehindOpaque(int value) => value >= inputs.Count && behindOpaque[value - inputs.Count];

    /// <summary>Adds an output.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The value that it is.</param>
    public void AddOutput(string name, int value) => outputs.Add(new(name, value));

    /// <summary>The shape of a value.</summary>
    /// <param name="value">The value's number.</param>
    public TensorShape ShapeOf(int value) => value < inputs.Count ? inputs[value].Shape : nodes[value - inputs.Count].Shape;

    /// <summary>The graph.</summary>
    /// <exception cref="ArgumentException">A node does not fit the values that it takes, or there is no input or output.</exception>
    public NetworkGraph Build()
    {
        for (int n = 0; n < nodes.Count; n++)
        {
            string unique = UniqueName(nodes[n].Name);
            if (!ReferenceEquals(unique, nodes[n].Name))
                nodes[n] = nodes[n] with { Name = unique };
        }

        return new(inputs.ToArray(), nodes.ToArray(), outputs.ToArray());
    }

    private string UniqueName(string name)
    {
        string unique = name;
        while (!names.Add(unique))
        {
            int suffix = suffixes[name] = suffixes.GetValueOrDefault(name) + 1;
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}_{suffix}");
        }

        return unique;
    }
}
