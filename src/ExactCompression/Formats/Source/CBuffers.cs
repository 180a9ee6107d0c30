using System.Globalization;
using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>Where each value of a lowered graph is: in the input, in the output, or in a buffer that it shares with others.</summary>
internal sealed class CBuffers
{
    private readonly List<int> sizes = [];
    private readonly string[] names;
    private readonly bool[] isOutput;

    /// <summary>Lays out the values.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="scores">The values that are the outputs.</param>
    public CBuffers(LoweredGraph graph, IReadOnlyList<int> scores)
    {
        var order = new ForwardOrder(graph, scores.Where(static value => value > 0));
        var slots = new BufferSlots();
        var slotOf = new int?[graph.Layers.Count + 1];
        names = new string[slotOf.Length];
        isOutput = new bool[slotOf.Length];
        names[0] = "input";
        Order = order.Values;
        for (int k = 0, at = 0; k < scores.Count; at += graph.ShapeOf(scores[k++]).Count)
        {
            if (scores[k] == 0 || scores.Count(value => value == scores[k]) > 1)
                continue;
            isOutput[scores[k]] = true;
            names[scores[k]] = at == 0 ? "output" : string.Create(CultureInfo.InvariantCulture, $"output + {at}");
        }

        foreach (int value in order.Values)
        {
            if (!isOutput[value])
            {
                int width = graph.ShapeOf(value).Count, slot = slots.Take(width);
                if (slot == sizes.Count)
                    sizes.Add(width);
                sizes[slot] = Math.Max(sizes[slot], width);
                slotOf[value] = slot;
                names[value] = string.Create(CultureInfo.InvariantCulture, $"a{slot}");
            }

            foreach (int source in graph.Layers[value - 1].Terms.Select(static t => t.Source).Distinct())
            {
                if (slotOf[source] is { } free && order.IsLastReader(source, value) && !scores.Contains(source))
                    slots.Release(free);
            }
        }
    }

    /// <summary>The values to compute, in their order.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>Elements of each buffer.</summary>
    public IReadOnlyList<int> Sizes => sizes;

    /// <summary>The expression that points to a value.</summary>
    /// <param name="value">0 for the input, else the 1-based place of a layer that is computed.</param>
    public string NameOf(int value) => names[value];

    /// <summary>Whether a value is computed in its place in the output.</summary>
    /// <param name="value">The value.</param>
    public bool IsOutput(int value) => isOutput[value];
}
