using ExactCompression.Compression.Channels;
using ExactCompression.Networks;

namespace ExactCompression.Compression.Nodes;

/// <summary>
/// Two affine operations in a row without a unit between them become one: convolutions, matrices, normalisation. What the first adds is
/// missing in the second's padding, so that it must be 0 there.
/// </summary>
internal sealed class AffinePairs
{
    private readonly GraphDraft draft;
    private readonly NetworkGraph graph;
    private readonly CancellationToken cancellation;

    private AffinePairs(GraphDraft draft, CancellationToken cancellation) =>
        (this.draft, graph, this.cancellation) = (draft, draft.Graph, cancellation);

    /// <summary>The graph after each join that is possible.</summary>
    /// <param name="draft">The graph.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static IEnumerable<GraphDraft> Find(GraphDraft draft, CancellationToken cancellation)
    {
        var pairs = new AffinePairs(draft, cancellation);
        return Enumerable.Range(0, draft.Graph.Nodes.Count).Select(pairs.Joined).OfType<GraphDraft>();
    }

    /// <summary>The graph where the normalisations right below a node are part of the convolution or matrix below them.</summary>
    /// <param name="draft">The graph.</param>
    /// <param name="unit">The place of the node, a unit.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>The graph, and the place of the node in it.</returns>
    public static (GraphDraft Draft, int Unit) WithoutScales(GraphDraft draft, int unit, CancellationToken cancellation)
    {
        int layer = draft.Origins[unit]!.Layer;
        while (draft.Graph.Producer(draft.Graph.Nodes[unit].Inputs[0])?.Operator is ScaleShiftOperator
            && new AffinePairs(draft, cancellation).Joined(draft.Graph.Nodes[unit].Inputs[0] - draft.Graph.Inputs.Count) is { } joined)
        {
            draft = joined;
            unit = Enumerable.Range(0, draft.Units.Count).First(n => draft.Origins[n]?.Layer == layer);
        }

        return (draft, unit);
    }

    /// <summary>The graph where a node is joined with the one below it; null where that cannot be.</summary>
    private GraphDraft? Joined(int n)
    {
        GraphNode node = graph.Nodes[n];
        if (node.Operator is not (ConvolutionOperator or DenseOperator { WeightRadius: null, BiasRadius: null } or ScaleShiftOperator)
            || !graph.IsReadOnce(node.Inputs[0]) || graph.Producer(node.Inputs[0]) is not { } below)
            return null;
        int reshape = -1, at = node.Inputs[0] - graph.Inputs.Count;
        if (below.Operator is ReshapeOperator && below.Shape.Count == 1 && node.Operator is DenseOperator
            && graph.IsReadOnce(below.Inputs[0]) && graph.Producer(below.Inputs[0]) is { } above)
            (reshape, at, below) = (at, below.Inputs[0] - graph.Inputs.Count, above);
        if (below.Inputs.Count != 1)
            return null;
        try
        {
            return node.Operator is ScaleShiftOperator scale ? Scaled(n, scale, at, below) : Read(n, node, reshape, at, below);
        }
        catch (OverflowException)
        {
            return null; // a product leaves the range of double
        }
    }

    /// <summary>A normalisation behind a convolution or matrix.</summary>
    private GraphDraft? Scaled(int n, ScaleShiftOperator scale, int at, GraphNode below)
    {
        bool isPlain = below.Operator is ConvolutionOperator ? scale.PerChannel
            : below.Operator is DenseOperator { WeightRadius: null, BiasRadius: null } && below.Shape.Count == 1
                && graph.ShapeOf(below.Inputs[0]).Count == 1;
        if (!isPlain)
            return null;
        AffineProduct product = new AffineProducts(draft.Ranges).Behind(below.Operator, below.Inputs[0], scale.Map());
        return Rebuilt(product, at, new()
        {
            [at] = new() { Operator = product.Operator }, [n] = NodeChange.Bypassed(graph.ValueOf(at)),
        }, $"{graph.Nodes[n].Name}: it is multiplied into {below.Name}.", n);
    }

    /// <summary>A convolution or matrix that reads an affine operation.</summary>
    private GraphDraft? Read(int n, GraphNode node, int reshape, int at, GraphNode below)
    {
        TensorShape input = graph.ShapeOf(below.Inputs[0]);
        AffineProduct? product = (below.Operator, node.Operator) switch
        {
            (ScaleShiftOperator scale, _) => Read(node, scale, below),
            (DenseOperator { WeightRadius: null, BiasRadius: null } first, DenseOperator second)
                when reshape < 0 && node.Shape.Count == 1 && input.Count == 1
                    && Saves(first, below, (long)second.Outputs * first.Inputs, node) =>
                new AffineProducts(draft.Ranges).Of(first, below.Inputs[0], second, cancellation),
            (ConvolutionOperator { Groups: 1 } first, ConvolutionOperator { Groups: 1 } second)
                when JoinedWindows.Of(first.Geometry, second.Geometry, input, node.Shape) is { } windows
                    && Saves(first, below, (long)second.Channels * input[0] * windows.Geometry.Taps, node) =>
                new AffineProducts(draft.Ranges).Of(first, below.Inputs[0], second, windows, cancellation),
            (ConvolutionOperator { Groups: 1 } first, DenseOperator second)
                when reshape >= 0 && Saves(first, below, (long)second.Outputs * input.Elements, node) =>
                new AffineProducts(draft.Ranges).Of(
                    first, below.Inputs[0], MapShapes.Of(input), MapShapes.Of(below.Shape), second, cancellation),
            _ => null,
        };
        if (product is null)
            return null;
        var changes = new Dictionary<int, NodeChange>
        {
            [at] = NodeChange.Bypassed(below.Inputs[0]), [n] = new() { Operator = product.Operator },
        };
        if (reshape >= 0 && input.Elements != below.Shape.Elements)
            changes[reshape] = new() { Shape = new(input.Elements) };
        return Rebuilt(product, n, changes, $"{below.Name}: it is multiplied into {node.Name}.", at);
    }

    /// <summary>A normalisation in front of a convolution or matrix.</summary>
    private AffineProduct? Read(GraphNode node, ScaleShiftOperator scale, GraphNode below)
    {
        TensorShape shape = below.Shape;
        if (shape.Count == 0 || (node.Operator is ConvolutionOperator && !scale.PerChannel)
            || (node.Operator is DenseOperator && node.Shape.Count != 1))
            return null;
        int plane = shape.Elements / shape[0];
        double[] magnitude = new Numerics.Box(draft.Ranges.Lower(below.Inputs[0]), draft.Ranges.Upper(below.Inputs[0])).Magnitude;
        if (node.Operator is DenseOperator)
            return AffineProducts.Before(
                node.Operator, scale.Map(), (_, c) => scale.PerChannel ? c / plane : c, (_, c) => magnitude[c]);
        var convolution = (ConvolutionOperator)node.Operator;
        int of = shape[0] / convolution.Groups, per = convolution.Channels / convolution.Groups, taps = convolution.Geometry.Taps;
        double[] largest = [.. Enumerable.Range(0, shape[0]).Select(c => magnitude.AsSpan(c * plane, plane).ToArray().Max())];
        int Channel(int o, int column) => (o / per * of) + (column / taps);
        return AffineProducts.Before(convolution, scale.Map(), Channel, (o, c) => largest[Channel(o, c)]);
    }

    /// <summary>Whether a product has no more weights than its factors, and needs no more multiplications.</summary>
    private static bool Saves(Operator first, GraphNode below, long weights, GraphNode node)
    {
        Operator second = node.Operator;
        long positions = second is ConvolutionOperator { Channels: > 0 and var channels } ? node.Shape.Elements / channels : 1;
        return weights <= first.ConnectionCount + second.ConnectionCount
            && weights * positions <= first.MultiplyAdds(below.Shape) + second.MultiplyAdds(node.Shape);
    }

    private GraphDraft Rebuilt(AffineProduct product, int place, Dictionary<int, NodeChange> changes, string what, int gone)
    {
        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(graph, changes);
        var step = new CompressionStep(CompressionStepKind.JoinAffine, draft.LayerOf(gone), [], what);
        return draft.After(
            edit,
            [.. nodes.Select(n => n == place ? MapShapes.PerElement(product.Moved, graph.Nodes[n].Shape.Elements) : null)],
            [.. nodes.Select(n => draft.Units[n])], [.. nodes.Select(n => draft.Origins[n])], step);
    }
}
