namespace ExactCompression.Networks;

/// <summary>
/// Reads a graph that is one chain of matrices, arithmetic with constants and ReLUs as the layers of a dense network
/// (<see cref="AffineFusion"/>). Layers have the names of their ReLU nodes.
/// </summary>
internal static class DenseChain
{
    /// <summary>The layers of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="precision">The precision of layers without weights of their own.</param>
    /// <param name="afford">Counts numbers of eight bytes that are about to be kept, and operations; false where that is too much.</param>
    /// <param name="cancellation">Ends a long product.</param>
    /// <returns>The layers and where their nodes end; null where the graph is no such chain, or where joining its matrices takes too much
    /// or leaves double's range.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static JoinedChain? TryJoin(
        NetworkGraph graph, WeightPrecision precision, Func<(long Values, long Work), bool> afford, CancellationToken cancellation)
    {
        if (!IsChain(graph))
            return null;
        try
        {
            var fusion = new AffineFusion(graph.Inputs[0].Shape.Elements, precision, cancellation);
            var ends = new List<int>();
            for (int n = 0; n < graph.Nodes.Count; n++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!TryAppend(fusion, graph.Nodes[n], afford))
                    return null;
                if (fusion.Closed > ends.Count)
                    ends.Add(n + 1);
            }

            if (!afford(fusion.CostOf(null)))
                return null;
            IReadOnlyList<AffineLayer> layers = fusion.Finish(graph.Outputs[0].Name);
            return new(layers, [.. ends.Take(layers.Count - 1), graph.Nodes.Count]);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>Whether each node takes what the one before gives, and does what layers of a dense network can.</summary>
    private static bool IsChain(NetworkGraph graph)
    {
        if (graph.Inputs.Count != 1 || graph.Outputs.Count != 1 || graph.Outputs[0].Value != graph.Values - 1)
            return false;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            bool isKnown = node.Operator switch
            {
                DenseOperator dense => dense.Inputs == graph.ShapeOf(graph.ValueOf(n) - 1).Elements,
                ScaleShiftOperator or ReshapeOperator or ReluOperator => true,
                _ => false,
            };
            if (!isKnown || node.Inputs is not [var value] || value != graph.ValueOf(n) - 1)
                return false;
        }

        return true;
    }

    private static bool TryAppend(AffineFusion fusion, GraphNode node, Func<(long Values, long Work), bool> afford)
    {
        switch (node.Operator)
        {
            case DenseOperator dense:
                var map = AffineMap.Dense(dense.Weights, dense.Bias, dense.Outputs, dense.Inputs, dense.WeightRadius, dense.BiasRadius);
                if (!afford(fusion.CostOf(map)))
                    return false;
                fusion.Append(map, dense.Stored);
                return true;
            case ScaleShiftOperator scale:
                AffinePart part = scale.PerChannel ? Repeated(scale.Part, node.Shape.Elements) : scale.Part;
                foreach (AffineMap step in part.Maps)
                {
                    if (!afford(fusion.CostOf(step)))
                        return false;
                }

                fusion.Append(part);
                return true;
            case ReluOperator:
                if (!afford(fusion.CostOf(null)))
                    return false;
                fusion.AppendRelu(node.Name);
                return true;
            default:
                return true;
        }
    }

    /// <summary>A part of one entry a channel as one of an entry for each element.</summary>
    private static AffinePart Repeated(AffinePart part, int elements)
    {
        if (part.Outputs == elements)
            return part;
        return AffinePart.Of(
            part.Kind, elements, elements, part.Precision, part.Epsilon, [.. part.Values.Select(v => MapShapes.PerElement(v, elements))]);
    }
}

/// <summary>The layers of a graph that is a chain.</summary>
/// <param name="Layers">The layers.</param>
/// <param name="Ends">For each layer, the place after its last node; the first begins at the first node, each other where the one before
/// ends.</param>
internal sealed record JoinedChain(IReadOnlyList<AffineLayer> Layers, IReadOnlyList<int> Ends);
