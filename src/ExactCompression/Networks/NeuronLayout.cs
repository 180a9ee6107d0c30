namespace ExactCompression.Networks;

/// <summary>
/// How a network's rectifiers are numbered over all layers that have some, layer after layer; and which of them are the neurons of the
/// network's own layers. A clipped unit has more rectifiers than neurons, a layer behind an opaque node has none.
/// </summary>
internal sealed class NeuronLayout
{
    private readonly LoweredGraph graph;
    private readonly int[] layerStarts;

    /// <summary>Numbers the rectifiers of a network.</summary>
    /// <param name="network">The network.</param>
    public NeuronLayout(ReluNetwork network)
    {
        graph = network.Lowered;
        Offsets = new int[graph.Rectifiers + 1];
        for (int number = 1; number <= graph.Rectifiers; number++)
            Offsets[number] = Offsets[number - 1] + graph.Rectifier(number).Width;
        layerStarts = StartsOf(network);
    }

    /// <summary>
    /// Where each layer's rectifiers begin: element <c>k - 1</c> for the <c>k</c>-th layer that has some; the last element is the number of
    /// all rectifiers. In a chain of dense layers, these are the neurons.
    /// </summary>
    public int[] Offsets { get; }

    /// <summary>Number of all rectifiers.</summary>
    public int Count => Offsets[^1];

    /// <summary>
    /// Where the neurons of each of a network's own layers begin in a table of all: element <c>l - 1</c> for layer <c>l</c>; the last
    /// element is the number of all neurons.
    /// </summary>
    /// <param name="network">The network.</param>
    public static int[] StartsOf(ReluNetwork network)
    {
        var starts = new int[network.Depth + 1];
        for (int layer = 1; layer <= network.Depth; layer++)
            starts[layer] = starts[layer - 1] + network.WidthOf(layer);
        return starts;
    }

    /// <summary>The numbers of a layer's rectifiers.</summary>
    /// <param name="layer">1-based, among the layers with rectifiers.</param>
    public Range Of(int layer) => Offsets[layer - 1]..Offsets[layer];

    /// <summary>The layer, 1-based among those with rectifiers, and the element of a number.</summary>
    /// <param name="index">The number.</param>
    public (int Layer, int Neuron) Place(int index)
    {
        int layer = 1;
        while (index >= Offsets[layer])
            layer++;
        return (layer, index - Offsets[layer - 1]);
    }

    /// <summary>The neuron that a rectifier decides: 1-based layer of the network, 0 for none, and 0-based neuron.</summary>
    /// <param name="index">The rectifier's number.</param>
    public (int Layer, int Neuron) NeuronOf(int index)
    {
        (int layer, int element) = Place(index);
        return (graph.Rectifier(layer).Layer, element);
    }

    /// <summary>The place in a table of all neurons of the neuron that a rectifier decides; -1 where there is none.</summary>
    /// <param name="index">The rectifier's number.</param>
    public int TableIndexOf(int index)
    {
        (int layer, int neuron) = NeuronOf(index);
        return layer == 0 ? -1 : layerStarts[layer - 1] + neuron;
    }
}
