using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ExactCompression;

/// <summary>The counts of one hidden layer.</summary>
public class LayerStability
{
    /// <summary>Makes the counts of a layer.</summary>
    public LayerStability()
    {
    }

    /// <summary>The same counts.</summary>
    /// <param name="other">The counts of a layer.</param>
    [SetsRequiredMembers]
    private protected LayerStability(LayerStability other)
    {
        (Layer, Name, Dimensions, Neurons) = (other.Layer, other.Name, other.Dimensions, other.Neurons);
        (StablyActive, StablyInactive, Unstable, Undetermined) =
            (other.StablyActive, other.StablyInactive, other.Unstable, other.Undetermined);
        (Channels, ActiveChannels, InactiveChannels, ActiveRank) =
            (other.Channels, other.ActiveChannels, other.InactiveChannels, other.ActiveRank);
    }

    /// <summary>1-based hidden layer.</summary>
    public required int Layer { get; init; }

    /// <summary>Name of the layer's node in the file; empty where there is none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Shape of the layer, such as <c>16x14x14</c> for channels, rows and columns, or the number of neurons alone.</summary>
    public string Shape => Dimensions.ToString();

    /// <summary>Shape of the layer.</summary>
    internal TensorShape Dimensions { get; init; } = new();

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

    /// <summary>Channels in the layer; in a dense layer each neuron is one.</summary>
    public int Channels { get; init; }

    /// <summary>How many channels are stably active at every position.</summary>
    public int ActiveChannels { get; init; }

    /// <summary>How many channels are stably inactive at every position.</summary>
    public int InactiveChannels { get; init; }

    /// <summary>
    /// Numerical rank of the weight rows of the stably active neurons, in the network as it is (before any compression); in a convolutional
    /// layer, of the filters of its active channels. Null where other operations stand between the weights and the layer.
    /// </summary>
    public required int? ActiveRank { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Layer}: {StablyActive} active, {StablyInactive} inactive, {Unstable} unstable, {Undetermined} undetermined");
}
