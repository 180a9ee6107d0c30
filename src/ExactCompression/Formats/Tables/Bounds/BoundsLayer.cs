namespace ExactCompression.Formats;

/// <summary>What a file of bounds has of one hidden layer, in the order of its neurons.</summary>
/// <param name="Place">Where it is in the file, for messages.</param>
/// <param name="States">The states.</param>
internal sealed record BoundsLayer(string Place, NeuronState[] States)
{
    /// <summary>Lower bounds; null where the file has none.</summary>
    public double[]? Lower { get; init; }

    /// <summary>Upper bounds; null where the file has none.</summary>
    public double[]? Upper { get; init; }

    /// <summary>What the states rest on; null where the file does not say.</summary>
    public string[]? Evidence { get; init; }
}
