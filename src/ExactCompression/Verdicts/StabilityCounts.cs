using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression;

/// <summary>Counts verdicts layer by layer.</summary>
internal static class StabilityCounts
{
    /// <summary>The counts of every layer of a table.</summary>
    /// <param name="table">The table.</param>
    public static LayerStability[] ByLayer(StabilityTable table)
    {
        var layers = new LayerStability[table.Network.Depth];
        for (int at = 0, l = 0; l < layers.Length; l++)
        {
            NetworkLayer layer = table.Network.Layers[l];
            NeuronState[] states = [.. table.Neurons.Skip(at).Take(layer.Outputs).Select(static n => n.State)];
            at += states.Length;
            int plane = MapShapes.Of(layer.Shape).Plane;
            int[] active = Channels(states, plane, NeuronState.StablyActive);
            int number = l + 1;
            LayerStability counts = new()
            {
                Layer = number,
                Name = layer.Name,
                Dimensions = layer.Shape,
                Neurons = states.Length,
                StablyActive = states.Count(static s => s == NeuronState.StablyActive),
                StablyInactive = states.Count(static s => s == NeuronState.StablyInactive),
                Unstable = states.Count(static s => s == NeuronState.Unstable),
                Undetermined = states.Count(static s => s == NeuronState.Undetermined),
                Channels = plane == 0 ? 0 : states.Length / plane,
                ActiveChannels = active.Length,
                InactiveChannels = Channels(states, plane, NeuronState.StablyInactive).Length,
                ActiveRank = RankOf(table.Network.Lowered, number, active),
            };
            layers[l] = table.Network.IsDense ? counts : GraphLayerStability.Of(counts);
        }

        return layers;
    }

    /// <summary>The channels whose neurons all have a state.</summary>
    private static int[] Channels(NeuronState[] states, int plane, NeuronState state) =>
        plane == 0
            ? []
            : [.. Enumerable.Range(0, states.Length / plane).Where(c => states.AsSpan(c * plane, plane).IndexOfAnyExcept(state) < 0)];

    /// <summary>The rank of some rows of a matrix, or filters of a convolution, right below a layer.</summary>
    private static int? RankOf(LoweredGraph graph, int layer, int[] rows)
    {
        LoweredLayer? found = graph.Layers.FirstOrDefault(l => l.Layer == layer && l.IsRectifier);
        return found?.Terms switch
        {
            [{ Map: DenseMap map }] when map.Output.Plane == 1 => Rank(map.Weights, map.Input.Count, rows),
            [{ Map: ConvolutionMap map }] when map.Groups == 1 => Rank(map.Filters, map.FanIn, rows),
            _ => null,
        };
    }

    private static int Rank(ReadOnlySpan<double> weights, int columns, int[] rows) =>
        RowBasis.Choose(weights, columns, rows, CancellationToken.None).Rank;
}
