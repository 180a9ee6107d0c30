using ExactCompression.Compression.Minimum;

namespace ExactCompression;

/// <summary>
/// A hidden layer of a graph before and after a compression: its name, shape and channels tell more than its number, and are displayed.
/// </summary>
public sealed class GraphLayerCompression : LayerCompression
{
    /// <summary>Makes a layer.</summary>
    /// <param name="layer">1-based hidden layer of the original.</param>
    /// <param name="before">The layer of the original.</param>
    /// <param name="left">What it became; null for nothing.</param>
    /// <param name="after">The 1-based layer of the compressed network that it became; null for none.</param>
    /// <param name="minima">Lower bounds on the compressed network's layers.</param>
    internal GraphLayerCompression(
        int layer, NetworkLayer before, NetworkLayer? left, int? after, Lazy<IReadOnlyList<LayerMinimum>> minima)
        : base(layer, before, left, after, minima)
    {
    }
}
