namespace ExactCompression;

/// <summary>The counts of one hidden layer.</summary>
public sealed class LayerStability
{
    /// <summary>1-based hidden layer.</summary>
    public required int Layer { get; init; }

    /// <summary>Neurons in the layer.</summary>
    public required int Neurons { get; init; }

    /// <summary>How many are stably active.</summary>
    public required int StablyActive { get; init; }

    /// <summary>How many are stably inactive.</summary>
    public required int StablyInactive { get; init; }

    /// <summary>How many are unstable.</summary>
    public required int Unstable { get; init; }

    /// <summary>How many are undetermined.</summary>
    public required int Undetermined { get; init; }

    /// <summary>Numerical rank of the weight rows of the stably active neurons, in the network as it is (before any compression).</summary>
    public required int ActiveRank { get; init; }
}
