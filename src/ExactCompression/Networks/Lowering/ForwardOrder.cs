namespace ExactCompression.Networks;

/// <summary>
/// The layers that some values of a lowered graph rest on, in their order, and how long each value is read: it can be freed when the last
/// of those layers has taken it.
/// </summary>
internal sealed class ForwardOrder
{
    private readonly int[] lastReaders;

    /// <summary>Finds the layers below some values.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="wanted">The values; they are among those that are computed.</param>
    public ForwardOrder(LoweredGraph graph, params IEnumerable<int> wanted)
    {
        var needed = new bool[graph.Layers.Count + 1];
        foreach (int value in wanted)
            needed[value] = true;
        lastReaders = new int[needed.Length];
        for (int value = graph.Layers.Count; value >= 1; value--)
        {
            if (!needed[value])
                continue;
            foreach (LinearTerm term in graph.Layers[value - 1].Terms)
            {
                needed[term.Source] = true;
                lastReaders[term.Source] = Math.Max(lastReaders[term.Source], value);
            }
        }

        Values = [.. Enumerable.Range(1, graph.Layers.Count).Where(value => needed[value])];
        MostElements = CountElements(graph);
    }

    /// <summary>The values to compute, each after those that it takes; the input is none of them.</summary>
    public IReadOnlyList<int> Values { get; }

    /// <summary>The most elements of values that are kept at a time.</summary>
    public int MostElements { get; }

    /// <summary>The order for all values that rectifiers give.</summary>
    /// <param name="graph">The graph.</param>
    public static ForwardOrder OfRectifiers(LoweredGraph graph) => new(graph, Enumerable.Range(1, graph.Rectifiers).Select(graph.ValueOf));

    /// <summary>Whether any of the layers takes a value.</summary>
    /// <param name="value">The value.</param>
    public bool IsRead(int value) => lastReaders[value] > 0;

    /// <summary>Whether none of the layers after one takes a value.</summary>
    /// <param name="value">A value that it takes.</param>
    /// <param name="reader">The value that the layer gives.</param>
    public bool IsLastReader(int value, int reader) => lastReaders[value] == reader;

    private int CountElements(LoweredGraph graph)
    {
        int alive = graph.Input.Count, most = alive;
        foreach (int value in Values)
        {
            alive += graph.ShapeOf(value).Count;
            most = Math.Max(most, alive);
            foreach (int source in graph.Layers[value - 1].Terms.Select(static t => t.Source).Distinct())
                alive -= IsLastReader(source, value) ? graph.ShapeOf(source).Count : 0;
            alive -= IsRead(value) ? 0 : graph.ShapeOf(value).Count;
        }

        return most;
    }
}
