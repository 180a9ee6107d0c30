using ExactCompression.Compression.Channels;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Nodes;

/// <summary>
/// Constant channels in front of padded convolutions: what is read of them is the same for every input, but less at the border. They go
/// where adding that number to each element takes less space than the channel.
/// </summary>
internal static class BorderConstants
{
    /// <summary>How many numbers of a file the node takes that adds to each element, at most.</summary>
    private const int NodeSize = 64;

    /// <summary>The graph after each replacement that is possible.</summary>
    /// <param name="draft">The graph.</param>
    public static IEnumerable<GraphDraft> Find(GraphDraft draft) =>
        Layers(draft).Select(layer => Without(draft, layer)).OfType<GraphDraft>();

    /// <summary>Sentences on constant channels that stay.</summary>
    /// <param name="draft">The graph.</param>
    public static IEnumerable<string> Kept(GraphDraft draft)
    {
        foreach (ChannelLayer layer in Layers(draft))
        {
            string reader = draft.Graph.Nodes[layer.Readers.First(static r => r.MeetsPadding).Node].Name;
            int count = Enumerable.Range(0, layer.Channels.Count).Count(c => ValueOf(draft, layer, c) is not null);
            if (count > 0)
                yield return FormattableString.Invariant(
                    $"{draft.Graph.Nodes[layer.Unit].Name}: {count} of {layer.Channels.Count} channels {(count == 1 ? "is" : "are")} ")
                    + $"constant and kept, because {reader} pads what it reads with zeros.";
        }
    }

    private static IEnumerable<ChannelLayer> Layers(GraphDraft draft) => Enumerable.Range(0, draft.Units.Count)
        .Where(n => draft.Units[n] is not null).Select(n => ChannelLayer.Of(draft, n)).OfType<ChannelLayer>().Where(
            layer => layer.MeetsPadding && !layer.MeetsMaximum && layer.Path.Count == 0
                && layer.Readers.All(r => draft.Graph.Nodes[r.Node].Operator is ConvolutionOperator));

    /// <summary>What a channel gives everywhere, and how far from that it may be; null where it is no constant.</summary>
    private static (double Value, double Radius)? ValueOf(GraphDraft draft, ChannelLayer layer, int channel)
    {
        if (layer.Channels[channel].Constant is var known && !double.IsNaN(known))
            return (known, 0);
        ReadOnlySpan<double> row = layer.Network.Layers[0].Row(channel); // the bias is its last entry
        return draft.Graph.Nodes[layer.Unit].Operator is ReluOperator && row[..^1].IndexOfAnyExcept(0.0) < 0
            ? (Math.Max(0, row[^1]), layer.Radius[channel])
            : null;
    }

    private static GraphDraft? Without(GraphDraft draft, ChannelLayer layer)
    {
        (double Value, double Radius)?[] values =
            [.. Enumerable.Range(0, layer.Channels.Count).Select(c => ValueOf(draft, layer, c))];
        int[] kept = [.. Enumerable.Range(0, values.Length).Where(c => values[c] is null)];
        if (kept.Length == 0 || kept.Length == values.Length)
            return null;
        NetworkGraph graph = draft.Graph;
        long each = layer.Network.Layers[0].Columns + layer.Readers.Sum(static r => (long)r.Outputs * r.Taps);
        long added = layer.Readers.Sum(r => (long)graph.Nodes[r.Node].Shape.Elements + NodeSize);
        if (added >= (values.Length - kept.Length) * each)
            return null;
        var selection = new AxisSelection(0, kept);
        var changes = new Dictionary<int, NodeChange>();
        foreach (int n in (int[])[layer.Producer, .. layer.Between, layer.Unit])
            changes[n] = new() { Selection = selection };
        var moves = new Dictionary<int, double[]>();
        foreach (ChannelReader reader in layer.Readers)
        {
            var convolution = (ConvolutionOperator)graph.Nodes[reader.Node].Operator;
            (double[] terms, moves[reader.Node]) = Added(
                convolution, values, MapShapes.Of(graph.Nodes[layer.Unit].Shape), MapShapes.Of(graph.Nodes[reader.Node].Shape));
            changes[reader.Node] = new() { Behind = new ScaleShiftOperator(AffinePart.Of(AffineMap.Shift(terms), convolution.Stored)!) };
        }

        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(graph, changes);
        UnitOrigin origin = draft.Origins[layer.Unit]!;
        var (sources, units, origins) =
            (new double[]?[nodes.Count], new UnitBounds?[nodes.Count], new UnitOrigin?[nodes.Count]);
        for (int k = 0; k < nodes.Count; k++)
        {
            if (nodes[k] < 0)
                sources[k] = moves[nodes[k - 1]];
            else if (nodes[k] == layer.Unit)
                (units[k], origins[k]) = (
                    draft.Units[layer.Unit]!.Take(selection.Elements(graph.Nodes[layer.Unit].Shape)),
                    origin with { Channels = Array.ConvertAll(kept, c => origin.Channels[c]) });
            else
                (units[k], origins[k]) = (draft.Units[nodes[k]], draft.Origins[nodes[k]]);
        }

        return draft.After(edit, sources, units, origins, Step(draft, layer, kept));
    }

    /// <summary>What a convolution reads of the constants at each position, as it is stored, and how far that may be off.</summary>
    private static (double[] Added, double[] Moved) Added(
        ConvolutionOperator convolution, (double Value, double Radius)?[] values, MapShape from, MapShape to)
    {
        ConvolutionShape geometry = convolution.Geometry;
        double[] added = new double[to.Count], moved = new double[to.Count];
        for (int e = 0; e < added.Length; e++)
        {
            int row = e % to.Plane / to.Width, column = e % to.Width;
            ErrorFreeSum sum = default;
            for (int t = 0; t < geometry.Taps; t++)
            {
                int y = geometry.InputRow(row, t / geometry.KernelWidth), x = geometry.InputColumn(column, t % geometry.KernelWidth);
                if (y < 0 || y >= from.Height || x < 0 || x >= from.Width)
                    continue;
                for (int c = 0; c < values.Length; c++)
                {
                    if (values[c] is { } constant)
                        sum.AddProduct(
                            convolution.Filters[(((e / to.Plane * values.Length) + c) * geometry.Taps) + t], 0, constant.Value,
                            constant.Radius);
                }
            }

            added[e] = WeightRounding.Rounded(sum.Value, convolution.Stored);
            sum.Add(-added[e]);
            moved[e] = UpperBound.Add(Math.Abs(sum.Value), sum.Radius);
        }

        return (added, moved);
    }

    private static CompressionStep Step(GraphDraft draft, ChannelLayer layer, int[] kept)
    {
        UnitOrigin origin = draft.Origins[layer.Unit]!;
        int[] gone = [.. Enumerable.Range(0, layer.Channels.Count).Except(kept).Select(c => origin.Channels[c])];
        string readers = string.Join(", ", layer.Readers.Select(r => draft.Graph.Nodes[r.Node].Name));
        return new(
            CompressionStepKind.RemoveConstant, origin.Layer, origin.Neurons(gone),
            FormattableString.Invariant($"{draft.Graph.Nodes[layer.Unit].Name}: {gone.Length} of {layer.Channels.Count} channels are ")
                + $"constant; what is read of them, less at the border, is added behind {readers}.")
        {
            Added = -gone.Count(static c => c < 0) * origin.Plane,
        };
    }
}
