using ExactCompression.Compression.Channels;
using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Nodes;

/// <summary>
/// Redundant depth between channels: a convolution or matrix whose rectified channels do nothing that what reads them does not do again, or
/// that cancel in opposite pairs, is multiplied into its reader (<see cref="SerialFold"/>).
/// </summary>
/// <remarks>
/// Where the reader has windows of one element, its own rectifier works on the channels of one position, as in a dense network: the two
/// and what reads the second make three layers, and rectifiers may be taken over. Elsewhere each tap is a row by itself without a
/// rectifier; there all pairs must cancel. In the reader's padding the channels are 0, so that no bias may be left over.
/// </remarks>
internal sealed class ChannelDepth
{
    private readonly GraphDraft draft;
    private readonly NetworkGraph graph;
    private readonly ChannelLayer lower;
    private readonly ChannelReader reader;

    private ChannelDepth(GraphDraft draft, ChannelLayer lower)
    {
        (this.draft, this.lower) = (draft, lower);
        (graph, reader) = (draft.Graph, lower.Readers[0]);
    }

    /// <summary>The graph without a unit node and what is below it; null where it is needed.</summary>
    /// <param name="draft">The graph.</param>
    /// <param name="unit">The unit's place.</param>
    /// <param name="rounding">How far rows and sums may differ.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static GraphDraft? Apply(GraphDraft draft, int unit, Roundings rounding, CancellationToken cancellation)
    {
        if (draft.Graph.Nodes[unit].Operator is not ReluOperator || Foldable(draft, unit) is not { } foldable)
            return null;
        if (foldable.Between.Count > 0)
        {
            (draft, unit) = AffinePairs.WithoutScales(draft, unit, cancellation);
            foldable = Foldable(draft, unit);
        }

        int above = Rectifier(draft.Graph, foldable!.Readers[0].Node);
        if (above >= 0)
        {
            (draft, above) = AffinePairs.WithoutScales(draft, above, cancellation);
            foldable = ChannelLayer.Of(draft, unit);
        }

        if (foldable is not { Between.Count: 0 } lower)
            return null;
        var depth = new ChannelDepth(draft, lower);
        return depth.Windows() is { } windows ? depth.Apply(above, windows, rounding, cancellation) : null;
    }

    /// <summary>The channels of a unit that may be multiplied into what reads them; null where that cannot be.</summary>
    private static ChannelLayer? Foldable(GraphDraft draft, int unit) =>
        ChannelLayer.Of(draft, unit) is { } layer && ChannelRewrite.MayFold(layer) ? layer : null;

    /// <summary>The rectifier that alone reads a convolution or matrix, normalisation in between or not; -1 where there is none.</summary>
    private static int Rectifier(NetworkGraph graph, int node)
    {
        while (graph.IsReadOnce(graph.ValueOf(node)))
        {
            node = graph.Readers[graph.ValueOf(node)][0];
            if (graph.Nodes[node].Operator is not ScaleShiftOperator)
                return graph.Nodes[node].Operator is ReluOperator ? node : -1;
        }

        return -1;
    }

    /// <summary>The windows of both convolutions together; of matrices, one element. Null where there are none.</summary>
    private JoinedWindows? Windows()
    {
        GraphNode below = graph.Nodes[lower.Producer], above = graph.Nodes[reader.Node];
        return (below.Operator, above.Operator) switch
        {
            (DenseOperator, DenseOperator) => new(new(1, 1), [0]),
            (ConvolutionOperator first, ConvolutionOperator second) =>
                JoinedWindows.Of(first.Geometry, second.Geometry, graph.ShapeOf(below.Inputs[0]), above.Shape),
            _ => null,
        };
    }

    private GraphDraft? Apply(int above, JoinedWindows windows, Roundings rounding, CancellationToken cancellation)
    {
        if (above < 0 || graph.Nodes[above].Inputs[0] != graph.ValueOf(reader.Node) || reader.Taps > 1 || lower.MeetsPadding)
            return SerialFold.Apply(lower.Network, 0, rounding, cancellation) is { } folded ? Rebuilt(folded, windows) : null;
        ChannelLayer? upper = ChannelLayer.Of(draft, above);
        return SerialFold.Apply(Chain(above, upper), 0, rounding, cancellation) is { } shorter
            ? Rebuilt(above, upper, shorter, windows)
            : null;
    }

    /// <summary>
    /// Both layers, and what reads the second; where that is not known, its rectifiers themselves, none of which may pass then.
    /// </summary>
    private DraftNetwork Chain(int above, ChannelLayer? upper)
    {
        Operator op = graph.Nodes[reader.Node].Operator;
        double[] weights = FilterWeights.WeightsOf(op), bias = FilterWeights.BiasOf(op);
        int plane = graph.Nodes[above].Shape.Elements / bias.Length;
        DraftRow[] rows = [.. bias.Select((b, c) => ChannelUnit.Of(
            (UnitOperator)graph.Nodes[above].Operator, draft.Units[above]!, c * plane, (c + 1) * plane).Row(b, c))];
        var middle = new DraftLayer(
            lower.Network.Layers[1].Source, draft.Origins[above]!.Layer, lower.Network.Layers[0].Count, weights, rows, true);
        return DraftNetwork.Of(
            lower.Network.InputsOf(0), lower.Network.Layers[0], middle, upper?.Network.Layers[1] ?? Themselves(middle));
    }

    /// <summary>A layer that gives the neurons of another.</summary>
    private static DraftLayer Themselves(DraftLayer layer)
    {
        var weights = new double[layer.Count * layer.Count];
        for (int i = 0; i < layer.Count; i++)
            weights[(i * layer.Count) + i] = 1;
        var rows = new DraftRow[layer.Count];
        Array.Fill(rows, new(0, -1, false, false, double.NegativeInfinity, double.PositiveInfinity));
        return new(layer.Source, 0, layer.Count, weights, rows, true);
    }

    /// <summary>The graph where the reader has no rectifier, or one that takes nothing over.</summary>
    private GraphDraft? Rebuilt(DraftNetwork folded, JoinedWindows windows)
    {
        DraftLayer rows = folded.Layers[0];
        bool movesConstants = rows.Bias.AsSpan().IndexOfAnyExcept(0.0) >= 0;
        if ((movesConstants && lower.MeetsPadding) || Joined(rows, windows) is not { } joined)
            return null;
        double[] by = joined.Moved;
        double[] bias = FilterWeights.Absorbed(FilterWeights.BiasOf(graph.Nodes[reader.Node].Operator), rows.Bias, folded.Deviation, by);
        Dictionary<int, NodeChange> changes = Bypassed();
        changes[reader.Node] = new() { Operator = Changed(joined.Weights, bias, windows) };
        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(graph, changes);
        return draft.After(
            edit, [.. nodes.Select(n => n == reader.Node ? MapShapes.PerElement(by, graph.Nodes[n].Shape.Elements) : null)],
            [.. nodes.Select(n => draft.Units[n])], [.. nodes.Select(n => draft.Origins[n])], Steps(folded, -1));
    }

    /// <summary>The graph where the reader's rectifier takes over those below.</summary>
    private GraphDraft? Rebuilt(int above, ChannelLayer? upper, DraftNetwork shorter, JoinedWindows windows)
    {
        DraftLayer rows = shorter.Layers[0], next = shorter.Layers[1];
        int channels = graph.Nodes[above].Shape[0];
        DraftLayer old = upper?.Network.Layers[1] ?? Themselves(rows);
        bool isSame = next.Columns == old.Columns && next.Weights.AsSpan().SequenceEqual(old.Weights);
        bool movesConstants = next.Bias.AsSpan().IndexOfAnyExcept(0.0) >= 0;
        if (Joined(rows, windows) is not { } joined || joined.Moved.AsSpan().IndexOfAnyExcept(0.0) >= 0
            || (movesConstants && (upper is null || upper.MeetsMaximum || ChannelRewrite.MovesConstants(upper, next.Bias)))
            || (!isSame && upper?.MeetsMaximum != false))
            return null;
        Dictionary<int, NodeChange> changes = Bypassed();
        changes[reader.Node] = new() { Operator = Changed(joined.Weights, rows.Bias, windows) };
        if (!isSame)
        {
            foreach (int n in (int[])[reader.Node, above, .. upper!.Path])
            {
                TensorShape shape = graph.Nodes[n].Shape;
                TensorShape after = new([.. shape.Select((d, a) => a == 0 ? d / channels * rows.Count : d)]);
                changes[n] = changes.GetValueOrDefault(n) with { Shape = after };
            }
        }

        Dictionary<int, double[]> sources = upper is null
            ? new() { [above] = shorter.Deviation }
            : Readers(upper, shorter, isSame && !movesConstants ? null : changes);
        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(graph, changes);
        double[]? MovedBy(int n) =>
            sources.TryGetValue(n, out double[]? by) ? MapShapes.PerElement(by, graph.Nodes[n].Shape.Elements) : null;
        UnitOrigin origin = draft.Origins[above]!;
        UnitOrigin left = origin with { Channels = [.. rows.Rows.Select(r => r.Neuron < 0 ? -1 : origin.Channels[r.Neuron])] };
        return draft.After(
            edit, [.. nodes.Select(MovedBy)],
            [.. nodes.Select(n => n == above ? Bounds(rows, graph.Nodes[n].Shape.Elements / channels) : draft.Units[n])],
            [.. nodes.Select(n => n == above ? left : draft.Origins[n])], Steps(shorter, above));
    }

    /// <summary>How far each output of what reads the second rectifier moves; with its new weights where it has such.</summary>
    private Dictionary<int, double[]> Readers(ChannelLayer upper, DraftNetwork shorter, Dictionary<int, NodeChange>? changes)
    {
        DraftLayer next = shorter.Layers[1];
        var sources = new Dictionary<int, double[]>();
        int at = 0;
        foreach (ChannelReader second in upper.Readers)
        {
            Operator op = graph.Nodes[second.Node].Operator;
            int rows = second.Outputs * second.Taps;
            var by = new double[second.Outputs];
            double[] bias = FilterWeights.Absorbed(
                FilterWeights.BiasOf(op), next.Bias.AsSpan(at, rows), shorter.Deviation.AsSpan(at, rows), by);
            if (changes is not null)
                changes[second.Node] = new() { Operator = ChannelRewrite.WithColumns(op, second, next.Weights, next.Columns, at, bias) };
            sources[second.Node] = by;
            at += rows;
        }

        return sources;
    }

    /// <summary>What is known of each row, at every position.</summary>
    private static UnitBounds Bounds(DraftLayer rows, int plane)
    {
        T[] Each<T>(Func<DraftRow, T> of) => [.. rows.Rows.SelectMany(r => Enumerable.Repeat(of(r), plane))];
        return new(
            Each(static r => r.Lower), Each(static r => r.Upper),
            Each(static r => r.IsActive ? NeuronState.StablyActive
                : r.IsInactive ? NeuronState.StablyInactive : NeuronState.Undetermined));
    }

    private Dictionary<int, NodeChange> Bypassed() => new()
    {
        [lower.Producer] = NodeChange.Bypassed(graph.Nodes[lower.Producer].Inputs[0]),
        [lower.Unit] = NodeChange.Bypassed(graph.Nodes[lower.Unit].Inputs[0]),
    };

    /// <summary>
    /// The rows as filters of the joined windows, and how far the sums of several taps in one may be off; null where a bias meets padding.
    /// </summary>
    private (double[] Weights, double[] Moved)? Joined(DraftLayer rows, JoinedWindows windows)
    {
        GraphNode below = graph.Nodes[lower.Producer];
        bool hasOne = lower.MeetsPadding; // the last column is the bias
        int columns = rows.Columns - (hasOne ? 1 : 0);
        for (int row = 0; hasOne && row < rows.Count; row++)
        {
            if (rows.Row(row)[columns] != 0)
                return null;
        }

        var weights = new double[rows.Count][];
        for (int row = 0; row < weights.Length; row++)
            weights[row] = rows.Row(row)[..columns].ToArray();
        int outputs = rows.Count / reader.Taps;
        (double[] low, double[] high) = draft.Ranges.Patch(below.Operator, below.Inputs[0]);
        int channels = columns / (windows.Taps.Length / reader.Taps);
        return windows.Filters(outputs, channels, (o, t) => weights[(o * reader.Taps) + t], new Box(low, high).Magnitude);
    }

    private Operator Changed(double[] weights, double[] bias, JoinedWindows windows) =>
        graph.Nodes[reader.Node].Operator is ConvolutionOperator convolution
            ? new ConvolutionOperator(weights, bias, windows.Geometry, 1, convolution.Stored)
            : new DenseOperator(weights, bias, weights.Length / bias.Length, ((DenseOperator)graph.Nodes[reader.Node].Operator).Stored);

    private IEnumerable<CompressionStep> Steps(DraftNetwork after, int above)
    {
        foreach (CompressionStep step in after.Steps)
        {
            bool isLower = step.Layer == draft.Origins[lower.Unit]!.Layer;
            int unit = isLower ? lower.Unit : above;
            UnitOrigin origin = draft.Origins[unit]!;
            int[] gone = [.. step.Neurons.Select(c => origin.Channels[c])];
            string description = ChannelSteps.Described(step.Description, graph.Nodes[unit].Shape);
            yield return new(step.Kind, origin.Layer, origin.Neurons(gone), $"{graph.Nodes[unit].Name}: {description}")
            {
                Added = (step.Added - gone.Count(static c => c < 0)) * origin.Plane,
            };
        }
    }
}
