namespace ExactCompression.Plotting;

/// <summary>The channels of one layer: why each was removed, or null for one that is kept.</summary>
/// <param name="Layer">1-based hidden layer of the original.</param>
/// <param name="Fates">One for each channel, in their order.</param>
internal sealed record ChannelRow(int Layer, IReadOnlyList<NeuronFate?> Fates);

/// <summary>The channels of a compression's layers.</summary>
internal static class ChannelRows
{
    /// <summary>The layers with channels; none for a network of dense layers.</summary>
    /// <param name="result">The compression.</param>
    public static IReadOnlyList<ChannelRow> Of(CompressionResult result)
    {
        var rows = new List<ChannelRow>();
        for (int layer = 1; layer <= result.Original.Depth; layer++)
        {
            TensorShape shape = result.Original.Layers[layer - 1].Shape;
            if (shape.Count < 2)
                continue;
            var fates = new NeuronFate?[shape[0]];
            int plane = shape.Elements / shape[0];
            foreach (CompressionStep step in result.Steps.Where(s => s.Layer == layer))
            {
                foreach (int neuron in step.Neurons)
                    fates[neuron / plane] = NeuronFates.FateOf(step.Kind);
            }

            rows.Add(new(layer, fates));
        }

        return rows;
    }
}
