namespace ExactCompression.Networks;

/// <summary>
/// The way back from the rectifiers of a layer to the input: gradients by the values that the layer takes, then down, layer by layer, those
/// of a value's readers added up before its own layer is passed.
/// </summary>
internal sealed class BackwardPlan
{
    /// <summary>Plans the pass.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="target">The value that the rectifiers give.</param>
    public BackwardPlan(LoweredGraph graph, int target)
    {
        var order = new ForwardOrder(graph, target);
        var slots = new BufferSlots();
        var taken = new int[target];
        Array.Fill(taken, -1);
        Target = graph.Layers[target - 1];
        Seeds = Into(Target);
        Steps = [.. order.Values.Reverse().Skip(1).Select(value =>
        {
            int slot = taken[value];
            var step = new Step(value, graph.Layers[value - 1], slot, Into(graph.Layers[value - 1]));
            slots.Release(slot);
            return step;
        })];
        InputSlot = taken[0] < 0 ? slots.Take(graph.Input.Count) : taken[0];
        ReachesInput = taken[0] >= 0;

        Contribution[] Into(LoweredLayer layer) => [.. layer.Terms.Select((term, k) =>
        {
            bool isFirst = taken[term.Source] < 0;
            if (isFirst)
                taken[term.Source] = slots.Take(graph.ShapeOf(term.Source).Count);
            return new Contribution(k, term.Source, taken[term.Source], graph.ShapeOf(term.Source).Count, isFirst);
        })];
    }

    /// <summary>The layer of the rectifiers.</summary>
    public LoweredLayer Target { get; }

    /// <summary>Where each of its terms leaves its row.</summary>
    public Contribution[] Seeds { get; }

    /// <summary>The layers below, from the last down.</summary>
    public Step[] Steps { get; }

    /// <summary>The buffer that holds the gradient by the input at the end.</summary>
    public int InputSlot { get; }

    /// <summary>Whether the rectifiers depend on the input at all.</summary>
    public bool ReachesInput { get; }

    /// <summary>The gradient by what a term takes.</summary>
    /// <param name="Term">0-based term of the layer.</param>
    /// <param name="Source">The value that the term takes.</param>
    /// <param name="Slot">The buffer.</param>
    /// <param name="Width">Elements of the value.</param>
    /// <param name="IsFirst">Whether no reader of the value has left anything there.</param>
    internal readonly record struct Contribution(int Term, int Source, int Slot, int Width, bool IsFirst);

    /// <summary>A layer to pass.</summary>
    /// <param name="Value">The value that it gives.</param>
    /// <param name="Layer">The layer.</param>
    /// <param name="Slot">The buffer with the gradient by that value.</param>
    /// <param name="Below">Where each of its terms leaves its share.</param>
    internal sealed record Step(int Value, LoweredLayer Layer, int Slot, Contribution[] Below);
}
