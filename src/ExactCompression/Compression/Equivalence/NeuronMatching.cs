using System.Numerics.Tensors;

namespace ExactCompression.Compression.Equivalence;

/// <summary>
/// Permutes the hidden neurons of a network into the order of the most similar ones of another: the function does not depend on the order
/// of neurons.
/// </summary>
internal static class NeuronMatching
{
    /// <summary>The network with its neurons in the other's order.</summary>
    /// <param name="network">The network to permute.</param>
    /// <param name="like">A network of the same widths.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static ReluNetwork Reordered(ReluNetwork network, ReluNetwork like, CancellationToken cancellation)
    {
        var layers = new AffineLayer[network.Layers.Count];
        int[] columns = [.. Enumerable.Range(0, network.InputSize)];
        for (int l = 0; l < layers.Length; l++)
        {
            AffineLayer layer = network.DenseLayers[l];
            AffineLayer ordered = layer.Select([.. Enumerable.Range(0, layer.Outputs)], columns);
            int[] rows = l < network.Depth ? Nearest(ordered, like.DenseLayers[l], cancellation) : [.. Enumerable.Range(0, layer.Outputs)];
            layers[l] = layer.Select(rows, columns);
            columns = rows;
        }

        return new(layers, network.Name, network.Path, network.Format, network.StatedDomain);
    }

    /// <summary>For each row of a layer, the nearest row among the remaining ones.</summary>
    private static int[] Nearest(AffineLayer layer, AffineLayer like, CancellationToken cancellation)
    {
        var taken = new bool[layer.Outputs];
        var rows = new int[layer.Outputs];
        for (int i = 0; i < rows.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            double best = double.PositiveInfinity;
            rows[i] = Array.IndexOf(taken, false);
            for (int j = 0; j < rows.Length; j++)
            {
                // In place already: among equals, the neuron with the same index.
                int candidate = (i + j) % rows.Length;
                if (taken[candidate])
                    continue;
                double distance = TensorPrimitives.Distance(like.Row(i), layer.Row(candidate))
                    + Math.Abs(like.Bias.Span[i] - layer.Bias.Span[candidate]);
                if (distance < best)
                    (best, rows[i]) = (distance, candidate);
            }

            taken[rows[i]] = true;
        }

        return rows;
    }
}
