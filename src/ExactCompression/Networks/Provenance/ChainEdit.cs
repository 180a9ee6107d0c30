namespace ExactCompression.Networks;

/// <summary>
/// How a chain of dense layers was made from another: which layers and neurons are left, and which layers have weights of their own. A
/// writer needs it to change a file only where the network has changed. Immutable.
/// </summary>
/// <param name="Layers">The layers that are left, input first; all others were folded into those after them.</param>
internal sealed record ChainEdit(IReadOnlyList<ChainLayer> Layers)
{
    /// <summary>The edit that changes nothing.</summary>
    /// <param name="layers">The layers.</param>
    public static ChainEdit None(IReadOnlyList<AffineLayer> layers) =>
        new([.. layers.Select(static (layer, l) => new ChainLayer(l, [.. Enumerable.Range(0, layer.Outputs)], false))]);

    /// <summary>Both edits, one after the other.</summary>
    /// <param name="next">An edit of what this one gives.</param>
    public ChainEdit Then(ChainEdit next) => new([.. next.Layers.Select(Composed)]);

    private ChainLayer Composed(ChainLayer second)
    {
        ChainLayer first = Layers[second.Number];
        int[]? rows = first.Rows is { } rest && second.Rows is { } kept ? Array.ConvertAll(kept, row => rest[row]) : null;
        return new(first.Number, rows, first.IsNew || second.IsNew);
    }
}

/// <summary>A layer of a chain that was made from another.</summary>
/// <param name="Number">The 0-based layer of the original that it comes from.</param>
/// <param name="Rows">The neurons of that layer that its own are, increasing; null where some are none of them.</param>
/// <param name="IsNew">Whether it has weights or biases of its own, rather than those of the original's rows and columns that are
/// left.</param>
internal sealed record ChainLayer(int Number, int[]? Rows, bool IsNew);
