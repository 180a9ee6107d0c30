namespace ExactCompression.Networks;

/// <summary>
/// States what became of a chain of dense layers as an edit of the graph that it was read from. A layer of which only neurons are gone
/// keeps its nodes, with fewer rows and columns. In one with weights of its own, the last matrix holds them, or that matrix and the shift
/// right after it, and the other arithmetic is gone. Of layers that were folded into others, at most changes of shape before the first
/// matrix are left.
/// </summary>
internal sealed class ChainRewrite
{
    private readonly NetworkGraph graph;
    private readonly GraphEditBuilder builder;

    /// <summary>The value so far, the input first, and which elements of the original's value at this place it is; null for all.</summary>
    private int value;
    private int[]? rows;

    /// <summary>Whether the value is what is left of the original's at this place.</summary>
    private bool isOwn = true;

    /// <summary>Whether it is known which of the original's neurons the value's elements are.</summary>
    private bool isNamed = true;

    private ChainRewrite(NetworkGraph graph)
    {
        this.graph = graph;
        builder = new(graph);
    }

    /// <summary>The edit that leads to some layers.</summary>
    /// <param name="graph">The graph of the original.</param>
    /// <param name="ends">Where the nodes of its layers end (<see cref="JoinedChain.Ends"/>).</param>
    /// <param name="edit">How the layers came from the original's.</param>
    /// <param name="layers">The layers.</param>
    /// <returns>The edit; null where it cannot be stated.</returns>
    public static GraphEdit? TryState(
        NetworkGraph graph, IReadOnlyList<int> ends, ChainEdit edit, IReadOnlyList<AffineLayer> layers)
    {
        try
        {
            var rewrite = new ChainRewrite(graph);
            for (int l = 0, left = 0; l < ends.Count; l++)
            {
                int first = l == 0 ? 0 : ends[l - 1];
                bool isLeft = left < layers.Count && edit.Layers[left].Number == l;
                if (!isLeft)
                    rewrite.Skip(first, ends[l]);
                else if (edit.Layers[left].IsNew || !rewrite.TryKeep(first, ends[l], edit.Layers[left]))
                    rewrite.Renew(first, ends[l], layers[left], edit.Layers[left].Rows);
                left += isLeft ? 1 : 0;
            }

            return rewrite.builder.Build([rewrite.value]);
        }
        catch (ArgumentException)
        {
            return null; // a value has its neurons in an arrangement that cannot lose any
        }
    }

    /// <summary>The graph that an edit leads to.</summary>
    /// <param name="graph">The graph of the original.</param>
    /// <param name="edit">How the layers came from the original's.</param>
    /// <param name="layers">The layers.</param>
    /// <returns>The edited graph; null where it cannot be stated.</returns>
    public static NetworkGraph? TryState(NetworkGraph graph, ChainEdit edit, IReadOnlyList<AffineLayer> layers) =>
        DenseChain.TryJoin(graph, WeightPrecision.Float32, static _ => true, CancellationToken.None) is { } chain
            ? TryState(graph, chain.Ends, edit, layers)?.Edited : null;

    /// <summary>The layer's own nodes, with the rows and columns that are left.</summary>
    private bool TryKeep(int first, int end, ChainLayer layer)
    {
        int matrix = Last<DenseOperator>(first, end), begin = First<DenseOperator>(first, end);
        int[]? given = All(layer.Rows, end);
        if (!isOwn || !isNamed || layer.Rows is null || (matrix < 0 && !Same(given, rows)))
            return false;
        for (int n = first; n < end; n++)
        {
            if (begin <= n && n <= matrix)
                rows = n == matrix ? given : n == begin ? null : rows;
            GraphNode node = graph.Nodes[n];
            AxisSelection? selection = Selection(node.Shape);
            Operator op = OperatorSelection.Of(node.Operator, [graph.ShapeOf(n)], node.Shape, [builder.SelectionOf(value)], selection);
            Add(n, op, selection);
        }

        return true;
    }

    /// <summary>A layer that was folded into the one after it.</summary>
    private void Skip(int first, int end)
    {
        for (int n = first; n < end; n++)
            Pass(n);
    }

    /// <summary>A layer with weights of its own.</summary>
    private void Renew(int first, int end, AffineLayer layer, int[]? kept)
    {
        int matrix = Last<DenseOperator>(first, end);
        int host = matrix >= 0 ? matrix : layer.Activation == Activation.Relu ? Last<ReluOperator>(first, end) : end;
        for (int n = first; n < host; n++)
            Pass(n);

        // Neurons that are none of the original's may have the names of any: only their number matters to the shapes.
        int[] given = kept ?? [.. Enumerable.Range(0, layer.Outputs)];
        rows = All(given, end);
        int shift = matrix < 0 ? -1 : Shift(matrix, end);
        bool isSplit = shift >= 0 && layer.Bias.Span.IndexOfAnyExcept(0.0) >= 0;
        double[] bias = layer.Bias.ToArray();
        var dense = new DenseOperator(layer.Weights.ToArray(), isSplit ? new double[bias.Length] : bias, layer.Inputs, layer.Precision);
        TensorShape shape = host < end ? graph.Nodes[host].Shape : graph.ShapeOf(end);
        AxisSelection? selection = Selection(shape);
        var wanted = new TensorShape([.. shape.SkipLast(1), layer.Inputs]);
        if (!builder.ShapeOf(value).Equals(wanted))
            value = builder.AddNew(new ReshapeOperator(), wanted, "", "", value);
        value = matrix >= 0
            ? builder.Add(matrix, dense, selection, isNew: true, value)
            : builder.AddNew(dense, selection?.Of(shape) ?? shape, "", "", value);
        (isOwn, isNamed) = (true, kept is not null);
        for (int n = host + (matrix < 0 ? 0 : 1); n < end; n++)
        {
            GraphNode node = graph.Nodes[n];
            selection = Selection(node.Shape);
            if (n == shift && isSplit)
                Add(n, new ScaleShiftOperator(AffinePart.Of(AffineMap.Shift(bias), layer.Precision)!), selection, isNew: true);
            else if (node.Operator is ReluOperator or ReshapeOperator)
                Add(n, node.Operator, selection);
        }
    }

    /// <summary>Leaves out a node, unless it changes the shape of a value that is still there.</summary>
    private void Pass(int n)
    {
        GraphNode node = graph.Nodes[n];
        bool isSame = isOwn || (rows is null && builder.ShapeOf(value).Equals(graph.ShapeOf(n)));
        if (node.Operator is ReshapeOperator && isSame)
            Add(n, node.Operator, Selection(node.Shape));
        isOwn &= node.Operator is not DenseOperator;
    }

    private void Add(int node, Operator op, AxisSelection? selection, bool isNew = false) =>
        value = builder.Add(node, op, selection, isNew, value);

    /// <summary>What is kept of a value: the neurons are along the one axis that holds them all.</summary>
    private AxisSelection? Selection(TensorShape shape)
    {
        if (rows is null)
            return null;
        int axis = Enumerable.Range(0, shape.Count).LastOrDefault(a => shape[a] == shape.Elements, -1);
        return axis >= 0 ? new(axis, rows) : throw new ArgumentException($"{shape} has no axis of neurons.", nameof(shape));
    }

    /// <summary>The shift right after a layer's last matrix, if that has no other arithmetic behind it and no bias itself; -1 for
    /// none.</summary>
    private int Shift(int matrix, int end)
    {
        int[] scales = [.. Enumerable.Range(matrix + 1, end - matrix - 1).Where(n => graph.Nodes[n].Operator is ScaleShiftOperator)];
        return scales is [var only] && only == matrix + 1 && graph.Nodes[only] is { Operator: ScaleShiftOperator scale, Shape.Count: 1 }
            && scale.Part.Kind == AffinePartKind.Elementwise && scale.Part.Values[0].AsSpan().IndexOfAnyExcept(1.0) < 0
            && ((DenseOperator)graph.Nodes[matrix].Operator).Bias.AsSpan().IndexOfAnyExcept(0.0) < 0 ? only : -1;
    }

    private int First<T>(int first, int end) =>
        Enumerable.Range(first, end - first).FirstOrDefault(n => graph.Nodes[n].Operator is T, -1);

    private int Last<T>(int first, int end) =>
        Enumerable.Range(first, end - first).LastOrDefault(n => graph.Nodes[n].Operator is T, -1);

    /// <summary>Null for all neurons of a layer.</summary>
    private int[]? All(int[]? kept, int end) => kept?.Length == graph.Nodes[end - 1].Shape.Elements ? null : kept;

    private static bool Same(int[]? a, int[]? b) => a is null || b is null ? a is null && b is null : a.AsSpan().SequenceEqual(b);
}
