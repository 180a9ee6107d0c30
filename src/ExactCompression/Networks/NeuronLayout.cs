namespace ExactCompression.Networks;

/// <summary>How a network's hidden neurons are numbered over all layers: layer after layer.</summary>
internal sealed class NeuronLayout
{
    /// <summary>Numbers the neurons of a network.</summary>
    /// <param name="network">The network.</param>
    public NeuronLayout(ReluNetwork network)
    {
        Offsets = new int[network.Depth + 1];
        for (int layer = 1; layer <= network.Depth; layer++)
            Offsets[layer] = Offsets[layer - 1] + network.WidthOf(layer);
    }

    /// <summary>
    /// Where each layer's neurons begin: element <c>l - 1</c> for hidden layer <c>l</c>; the last element is the number of all neurons.
    /// </summary>
    public int[] Offsets { get; }

    /// <summary>Number of all neurons.</summary>
    public int Count => Offsets[^1];

    /// <summary>The numbers of a layer's neurons.</summary>
    /// <param name="layer">1-based hidden layer.</param>
    public Range Of(int layer) => Offsets[layer - 1]..Offsets[layer];

    /// <summary>1-based hidden layer and 0-based neuron of a number.</summary>
    /// <param name="index">The number.</param>
    public (int Layer, int Neuron) Place(int index)
    {
        int layer = 1;
        while (index >= Offsets[layer])
            layer++;
        return (layer, index - Offsets[layer - 1]);
    }
}
