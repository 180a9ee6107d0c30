namespace ExactCompression.Compression.Minimum;

/// <summary>Proven lower bounds on the size of a layer; null where none is known.</summary>
/// <param name="Neurons">Neurons that this layer has in any chain of dense layers with the same function.</param>
/// <param name="AloneChannels">Channels that it has in any network in which it alone is replaced; in a dense layer neurons.</param>
/// <param name="AloneNeurons">Their neurons.</param>
internal readonly record struct LayerMinimum(int? Neurons, int? AloneChannels, int? AloneNeurons)
{
    /// <summary>Nothing is known.</summary>
    public static LayerMinimum Unknown => default;
}
