namespace ExactCompression;

/// <summary>What one step of compression did.</summary>
/// <param name="Kind">The case of LEO++ that applied.</param>
/// <param name="Layer">1-based hidden layer of the original network.</param>
/// <param name="Neurons">0-based neurons of the original layer that went away.</param>
/// <param name="Description">A sentence for people.</param>
public sealed record CompressionStep(CompressionStepKind Kind, int Layer, IReadOnlyList<int> Neurons, string Description)
{
    /// <inheritdoc/>
    public override string ToString() => $"Layer {Layer}: {Description}";
}

/// <summary>The cases of LEO++, in the order in which a layer is looked at.</summary>
public enum CompressionStepKind
{
    /// <summary>All neurons of a layer are stably inactive, so the output is constant over the domain.</summary>
    Collapse,

    /// <summary>Stably inactive neurons are removed; nothing is rounded.</summary>
    RemoveInactive,

    /// <summary>All neurons left in a layer are stably active: the layer is multiplied into the next.</summary>
    Fold,

    /// <summary>Stably active neurons whose weights depend linearly on others are expressed by them.</summary>
    Merge,
}
