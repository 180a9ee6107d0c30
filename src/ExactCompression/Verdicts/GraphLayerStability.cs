using System.Diagnostics.CodeAnalysis;

namespace ExactCompression;

/// <summary>
/// The counts of one hidden layer of a network that is a graph: its name, shape and channels tell more than its number, and are displayed.
/// </summary>
public sealed class GraphLayerStability : LayerStability
{
    [SetsRequiredMembers]
    private GraphLayerStability(LayerStability counts)
        : base(counts)
    {
    }

    /// <summary>The same counts, of a layer of a graph.</summary>
    /// <param name="counts">The counts.</param>
    internal static GraphLayerStability Of(LayerStability counts) => new(counts);
}
