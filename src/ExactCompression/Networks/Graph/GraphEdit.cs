namespace ExactCompression.Networks;

/// <summary>
/// A graph that was made from another by leaving out nodes and channels, by changing weights, and by putting other nodes in: what a writer
/// needs to know to change a file only where the network has changed. Immutable.
/// </summary>
internal sealed class GraphEdit
{
    /// <summary>Describes an edit.</summary>
    /// <param name="original">The graph before.</param>
    /// <param name="edited">The graph after; it has the same inputs, and outputs of the same names.</param>
    /// <param name="origins">For each value after, the value before that it is what is left of; -1 for a new one.</param>
    /// <param name="selections">For each value after, what is kept of its origin; null for all of it.</param>
    /// <param name="isNew">For each node after, whether its operator has numbers of its own, rather than those of its origin that belong to
    /// what is kept.</param>
    /// <exception cref="ArgumentException">The lists do not fit the graphs.</exception>
    public GraphEdit(
        NetworkGraph original, NetworkGraph edited, IReadOnlyList<int> origins, IReadOnlyList<AxisSelection?> selections,
        IReadOnlyList<bool> isNew)
    {
        (Original, Edited, Origins, Selections, IsNew) = (original, edited, origins, selections, isNew);
        if (origins.Count != edited.Values || selections.Count != edited.Values || isNew.Count != edited.Nodes.Count)
            throw new ArgumentException("An edit states the origin of every value.", nameof(origins));
        for (int v = 0; v < edited.Values; v++)
        {
            bool isInput = v < edited.Inputs.Count;
            if (origins[v] >= original.Values || (isInput && (origins[v] != v || selections[v] is not null)))
                throw new ArgumentException($"The value {v} does not come from {origins[v]}.", nameof(origins));
            if (origins[v] < 0 ? !isNew[v - edited.Inputs.Count] : !ShapeAfter(v).Equals(edited.ShapeOf(v)))
                throw new ArgumentException($"The value {v} is not what is left of {origins[v]}.", nameof(selections));
        }
    }

    /// <summary>The graph before.</summary>
    public NetworkGraph Original { get; }

    /// <summary>The graph after.</summary>
    public NetworkGraph Edited { get; }

    /// <summary>For each value after, the value before that it is what is left of; -1 for a new one.</summary>
    public IReadOnlyList<int> Origins { get; }

    /// <summary>For each value after, what is kept of its origin; null for all of it.</summary>
    public IReadOnlyList<AxisSelection?> Selections { get; }

    /// <summary>For each node after, whether its operator has numbers of its own.</summary>
    public IReadOnlyList<bool> IsNew { get; }

    /// <summary>The edit that changes nothing.</summary>
    /// <param name="graph">The graph.</param>
    public static GraphEdit None(NetworkGraph graph) => new(
        graph, graph, [.. Enumerable.Range(0, graph.Values)], new AxisSelection?[graph.Values], new bool[graph.Nodes.Count]);

    /// <summary>Both edits, one after the other.</summary>
    /// <param name="next">An edit of <see cref="Edited"/>.</param>
    public GraphEdit Then(GraphEdit next)
    {
        int values = next.Edited.Values, inputs = next.Edited.Inputs.Count;
        var origins = new int[values];
        var selections = new AxisSelection?[values];
        var isNew = new bool[next.Edited.Nodes.Count];
        for (int v = 0; v < values; v++)
        {
            int middle = next.Origins[v];
            origins[v] = middle < 0 ? -1 : Origins[middle];
            selections[v] = origins[v] < 0 ? null : AxisSelection.Compose(Selections[middle], next.Selections[v]);
            if (v >= inputs)
                isNew[v - inputs] = next.IsNew[v - inputs] || middle < 0 || IsNew[middle - inputs];
        }

        return new(Original, next.Edited, origins, selections, isNew);
    }

    private TensorShape ShapeAfter(int value)
    {
        TensorShape before = Original.ShapeOf(Origins[value]);
        return Selections[value]?.Of(before) ?? before;
    }
}
