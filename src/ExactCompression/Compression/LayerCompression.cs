using ExactCompression.Compression.Minimum;
using ExactCompression.Networks;

namespace ExactCompression;

/// <summary>A hidden layer of the original before and after a compression, and how small it could be at best.</summary>
public class LayerCompression
{
    private readonly Lazy<IReadOnlyList<LayerMinimum>> minima;
    private readonly int? after;

    /// <summary>Makes a layer.</summary>
    /// <param name="layer">1-based hidden layer of the original.</param>
    /// <param name="before">The layer of the original.</param>
    /// <param name="left">What it became; null for nothing.</param>
    /// <param name="after">The 1-based layer of the compressed network that it became; null for none.</param>
    /// <param name="minima">Lower bounds on the compressed network's layers.</param>
    internal LayerCompression(int layer, NetworkLayer before, NetworkLayer? left, int? after, Lazy<IReadOnlyList<LayerMinimum>> minima)
    {
        (this.minima, this.after, Layer, Name) = (minima, after, layer, before.Name);
        (Dimensions, Neurons, Remaining) = (before.Shape, before.Outputs, left?.Outputs ?? 0);
        (Channels, RemainingChannels) = (ChannelsOf(before), left is null ? 0 : ChannelsOf(left));
    }

    /// <summary>1-based hidden layer of the original.</summary>
    public int Layer { get; }

    /// <summary>Name of the layer's node in the file; empty where there is none.</summary>
    public string Name { get; }

    /// <summary>Shape of the original's layer, such as <c>16x14x14</c>, or the number of neurons alone.</summary>
    public string Shape => Dimensions.ToString();

    /// <summary>Shape of the original's layer.</summary>
    internal TensorShape Dimensions { get; }

    /// <summary>Neurons in the original.</summary>
    public int Neurons { get; }

    /// <summary>Neurons in the compressed network; 0 for a layer that is folded.</summary>
    public int Remaining { get; }

    /// <summary>Channels in the original; in a dense layer each neuron is one.</summary>
    public int Channels { get; }

    /// <summary>Channels in the compressed network.</summary>
    public int RemainingChannels { get; }

    /// <summary>
    /// A proven lower bound on the neurons that this layer has in any chain of as many dense layers, whatever its other layers are, that
    /// computes the same function as the compressed network over the domain; null where none is known. Computed, with the two others, when
    /// it is first asked for, mostly in seconds.
    /// </summary>
    /// <remarks>
    /// The first layer has at least the rank of all gradients of the outputs over the domain; every layer has at least the rank of the
    /// outputs' Jacobian at any one input.
    /// </remarks>
    public int? MinimumNeurons => Minimum.Neurons;

    /// <summary>
    /// A proven lower bound on the neurons of this layer in any network that differs from the compressed one in this layer and in what its
    /// readers do with it alone, and gives the readers the same sums over the domain; null where none is known.
    /// </summary>
    /// <remarks>
    /// That is, <c>V' relu(W' a + b') + c' = V relu(W a + b) + c</c> for all inputs, where <c>a</c> is what the layer takes, for any number
    /// of rows in <c>W'</c>; in a convolutional layer, any number of filters of the same size, strides, padding and dilations. It counts
    /// kinks which no two can be of one neuron, and linear neurons by a rank.
    /// </remarks>
    public int? LayerwiseMinimum => Minimum.AloneNeurons;

    /// <summary>The same in channels.</summary>
    public int? LayerwiseMinimumChannels => Minimum.AloneChannels;

    private LayerMinimum Minimum => after is { } number ? minima.Value[number - 1] : LayerMinimum.Unknown;

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of($"{Layer}: {Neurons} -> {Remaining}");

    private static int ChannelsOf(NetworkLayer layer) => MapShapes.Of(layer.Shape).Channels;
}
