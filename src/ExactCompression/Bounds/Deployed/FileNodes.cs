using ExactCompression.Networks;

namespace ExactCompression.Bounds.Deployed;

/// <summary>Networks as runtimes compute them: node by node.</summary>
internal static class FileNodes
{
    /// <summary>The network as its file states it, or, without a file, layer by layer.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="OverflowException">A factor leaves the range of double.</exception>
    public static NodewiseGraph Of(ReluNetwork network) => GraphLowering.LowerNodewise(StatedBy(network) ?? OfLayers(network));

    /// <summary>All that the network's file may be: a chain that was made from a file's may be written layer by layer, too.</summary>
    /// <param name="network">The network.</param>
    /// <returns>One form or two.</returns>
    /// <exception cref="OverflowException">A factor leaves the range of double.</exception>
    public static IEnumerable<NodewiseGraph> FormsOf(ReluNetwork network)
    {
        yield return Of(network);
        if (StatedBy(network) is null && network.EditedGraph is { } edited && !IsPlain(edited, network))
            yield return GraphLowering.LowerNodewise(edited);
    }

    private static NetworkGraph? StatedBy(ReluNetwork network) =>
        network.Graph ?? (network.ChainEdit is null ? network.ModuleGraph ?? network.SourceGraph : null);

    /// <summary>Whether a graph has one matrix for each layer of a chain, and no other arithmetic: then it is those layers.</summary>
    private static bool IsPlain(NetworkGraph graph, ReluNetwork network) =>
        graph.Nodes.Count(static n => n.Operator is DenseOperator) == network.Layers.Count
        && graph.Nodes.All(static n => n.Operator is DenseOperator { Alpha: 1, Beta: 1 } or ReluOperator or ReshapeOperator);

    /// <summary>A chain of dense layers; one that joins several operations of a file is these.</summary>
    private static NetworkGraph OfLayers(ReluNetwork network)
    {
        var builder = new GraphBuilder();
        int value = builder.AddInput("input", network.InputShape);
        foreach (AffineLayer layer in network.DenseLayers)
        {
            var width = new TensorShape(layer.Outputs);
            foreach (Operator op in layer.Parts?.Select(OfPart) ?? [OfLayer(layer)])
                value = builder.Add(op, width, layer.Name, "", value);
            if (layer.Activation == Activation.Relu)
                value = builder.Add(new ReluOperator(), width, layer.Name, "", value);
        }

        builder.AddOutput("output", value);
        return builder.Build();
    }

    private static Operator OfPart(AffinePart part) => part.IsDense
        ? new DenseOperator(part.Values[0], part.Values[1], part.Inputs, part.Precision) : new ScaleShiftOperator(part);

    private static DenseOperator OfLayer(AffineLayer layer) => new(
        layer.Weights.ToArray(), layer.Bias.ToArray(), layer.Inputs, layer.Precision)
    {
        WeightRadius = layer.WeightRadius.IsEmpty ? null : layer.WeightRadius.ToArray(),
        BiasRadius = layer.BiasRadius.IsEmpty ? null : layer.BiasRadius.ToArray(),
    };
}
