using ExactCompression.Numerics;

namespace ExactCompression;

/// <summary>Counts verdicts layer by layer.</summary>
internal static class StabilityCounts
{
    public static LayerStability[] ByLayer(StabilityTable table)
    {
        var layers = new LayerStability[table.Network.Depth];
        for (int layer = 1; layer <= layers.Length; layer++)
        {
            NeuronStability[] neurons = [.. table.NeuronsOf(layer)];
            int Count(NeuronState state) => neurons.Count(n => n.State == state);
            int[] active = [.. neurons.Where(static n => n.State == NeuronState.StablyActive).Select(static n => n.Neuron)];
            layers[layer - 1] = new()
            {
                Layer = layer,
                Neurons = neurons.Length,
                StablyActive = active.Length,
                StablyInactive = Count(NeuronState.StablyInactive),
                Unstable = Count(NeuronState.Unstable),
                Undetermined = Count(NeuronState.Undetermined),
                ActiveRank = RankOf(table.Network.HiddenLayer(layer), active),
            };
        }

        return layers;
    }

    private static int RankOf(AffineLayer layer, int[] rows) =>
        RowBasis.Choose(layer.Weights.Span, layer.Inputs, rows, CancellationToken.None).Rank;
}
