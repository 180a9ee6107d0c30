namespace ExactCompression.Networks;

/// <summary>A layer of a network that is a graph: a unit node, or the outputs.</summary>
internal sealed class GraphLayer : NetworkLayer
{
    private GraphLayer(string name, TensorShape shape, Activation activation, IReadOnlyCollection<GraphNode> nodes)
    {
        Name = name;
        Shape = shape;
        Activation = activation;
        ConnectionCount = nodes.Sum(static n => n.Operator.ConnectionCount);
        NonZeroConnectionCount = nodes.Sum(static n => n.Operator.NonZeroConnectionCount);
        ParameterCount = nodes.Sum(static n => n.Operator.ParameterCount);
        MultiplyAddCount = nodes.Sum(static n => n.Operator.MultiplyAdds(n.Shape));
        ByteCount = nodes.Sum(static n => n.Operator.ParameterCount * (n.Operator.Precision == WeightPrecision.Float64 ? 8 : 4));
    }

    /// <inheritdoc/>
    public override TensorShape Shape { get; }

    /// <inheritdoc/>
    public override Activation Activation { get; }

    /// <inheritdoc/>
    public override long ConnectionCount { get; }

    /// <inheritdoc/>
    public override long NonZeroConnectionCount { get; }

    /// <inheritdoc/>
    public override long ParameterCount { get; }

    /// <inheritdoc/>
    public override long MultiplyAddCount { get; }

    /// <inheritdoc/>
    public override long ByteCount { get; }

    /// <summary>
    /// The layers of a graph: its unit nodes in their order, each with the weights since the one before; the outputs last.
    /// </summary>
    /// <param name="graph">The graph.</param>
    public static IReadOnlyList<NetworkLayer> Of(NetworkGraph graph)
    {
        var layers = new List<NetworkLayer>();
        var since = new List<GraphNode>();
        foreach (GraphNode node in graph.Nodes)
        {
            since.Add(node);
            if (node.Operator is not UnitOperator unit)
                continue;
            layers.Add(new GraphLayer(node.Name, node.Shape, unit.Activation, since));
            since.Clear();
        }

        TensorShape[] outputs = [.. graph.Outputs.Select(output => graph.ShapeOf(output.Value))];
        TensorShape shape = outputs is [var only] ? only : new(outputs.Sum(static o => o.Elements));
        layers.Add(new GraphLayer(string.Join(", ", graph.Outputs.Select(static o => o.Name)), shape, Activation.Identity, since));
        return layers;
    }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of($"{Name} {Shape}");
}
