using ExactCompression.Networks;

namespace ExactCompression.Witnesses;

/// <summary>In which buffers a forward pass keeps the values that layers above still read.</summary>
internal sealed class SimdForward
{
    /// <summary>Plans the pass.</summary>
    /// <param name="graph">The graph.</param>
    public SimdForward(LoweredGraph graph)
    {
        var order = ForwardOrder.OfRectifiers(graph);
        var slots = new BufferSlots();
        Slots = new int[graph.Layers.Count + 1];
        Array.Fill(Slots, -1);
        Values = [.. order.Values];
        foreach (int value in Values)
        {
            LoweredLayer layer = graph.Layers[value - 1];
            if (layer.IsLinear)
                Slots[value] = slots.Take(layer.Width);
            foreach (int source in layer.Terms.Select(static t => t.Source).Distinct().Where(s => s > 0 && order.IsLastReader(s, value)))
                slots.Release(Slots[source]);

            // What units take or give is kept elsewhere, too: it may replace here what they have taken.
            if (!layer.IsLinear && order.IsRead(value))
                Slots[value] = slots.Take(layer.Width);
        }
    }

    /// <summary>The values to compute, in order.</summary>
    public int[] Values { get; }

    /// <summary>The buffer of each value; below 0 for the input and for values that nothing reads.</summary>
    public int[] Slots { get; }
}
