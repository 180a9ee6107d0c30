namespace ExactCompression.Compression;

/// <summary>Hidden neurons that nothing reads: all their weights on neurons that stay are 0.</summary>
internal static class UnusedNeurons
{
    /// <summary>Finds them, back to front: a neuron that goes away reads nothing. One neuron of each layer stays.</summary>
    /// <param name="table">The verdicts; stably inactive neurons go away, and are not counted as unused.</param>
    /// <returns>One array a hidden layer, one entry a neuron.</returns>
    public static bool[][] Of(StabilityTable table)
    {
        ReluNetwork network = table.Network;
        var unused = new bool[network.Depth][];
        bool[] stays = [.. Enumerable.Repeat(true, network.OutputSize)];
        int end = table.Neurons.Count;
        for (int layer = network.Depth; layer >= 1; layer--)
        {
            AffineLayer reader = network.Layers[layer];
            int width = network.WidthOf(layer), first = end - width;
            bool[] found = unused[layer - 1] = [.. Enumerable.Range(0, width).Select(
                j => table.Neurons[first + j].State != NeuronState.StablyInactive && !IsRead(reader, j, stays))];
            stays = [.. Enumerable.Range(0, width).Select(j => table.Neurons[first + j].State != NeuronState.StablyInactive && !found[j])];
            if (!stays.Contains(true))
            {
                int keep = Math.Max(0, Array.IndexOf(found, true));
                found[keep] = false;
                stays[keep] = true;
            }

            end = first;
        }

        return unused;
    }

    private static bool IsRead(AffineLayer reader, int neuron, bool[] stays)
    {
        for (int i = 0; i < stays.Length; i++)
        {
            if (stays[i] && LayerRadius.Reads(reader, i, neuron))
                return true;
        }

        return false;
    }
}
