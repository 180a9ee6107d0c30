using ExactCompression.Compression.Channels;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Nodes;

/// <summary>
/// Max pooling of which one element of the window is the largest, at every position and over all of the domain, only selects. A
/// convolution below it then computes what is selected alone; where none can, the window is trimmed. Nothing is rounded.
/// </summary>
internal sealed class PooledWinners
{
    private readonly GraphDraft draft;
    private readonly NetworkGraph graph;

    private PooledWinners(GraphDraft draft) => (this.draft, graph) = (draft, draft.Graph);

    /// <summary>The graph without such pooling.</summary>
    /// <param name="draft">The graph.</param>
    public static GraphDraft Apply(GraphDraft draft)
    {
        for (int n = 0; n < draft.Graph.Nodes.Count; n++)
        {
            if (draft.Graph.Nodes[n].Operator is MaxPoolOperator { Geometry.Taps: > 1 } pool
                && new PooledWinners(draft).Selected(n, pool.Geometry) is { } selected)
                (draft, n) = (selected, -1);
        }

        return draft;
    }

    private GraphDraft? Selected(int n, ConvolutionShape windows)
    {
        GraphNode node = graph.Nodes[n];
        MapShape from = MapShapes.Of(graph.ShapeOf(node.Inputs[0])), to = MapShapes.Of(node.Shape);
        int winner = Enumerable.Range(0, windows.Taps).FirstOrDefault(t => Wins(t, windows, node.Inputs[0], from, to), -1);
        if (winner < 0)
            return null;
        int row = windows.InputRow(0, winner / windows.KernelWidth), column = windows.InputColumn(0, winner % windows.KernelWidth);
        var point = new ConvolutionShape(1, 1, windows.StrideRows, windows.StrideColumns, -row, -column);
        return Skipping(n, point, from, to) ?? Trimmed(n, windows, winner, from, to);
    }

    /// <summary>Whether an element of each window is proven to be no less than any other.</summary>
    private bool Wins(int tap, ConvolutionShape windows, int value, MapShape from, MapShape to)
    {
        double[] lower = draft.Ranges.Lower(value), upper = draft.Ranges.Upper(value);
        int At(int channel, int row, int column, int t)
        {
            int y = windows.InputRow(row, t / windows.KernelWidth), x = windows.InputColumn(column, t % windows.KernelWidth);
            return y >= 0 && y < from.Height && x >= 0 && x < from.Width ? from.IndexOf(channel, y, x) : -1;
        }

        for (int e = 0; e < to.Count; e++)
        {
            int channel = e / to.Plane, row = e % to.Plane / to.Width, column = e % to.Width;
            int own = At(channel, row, column, tap);
            if (own < 0)
                return false;
            for (int t = 0; t < windows.Taps; t++)
            {
                if (t != tap && At(channel, row, column, t) is >= 0 and var other && !(upper[other] <= lower[own]))
                    return false;
            }
        }

        return true;
    }

    /// <summary>The graph where the convolution below computes what is selected; null where there is none that can.</summary>
    private GraphDraft? Skipping(int n, ConvolutionShape point, MapShape from, MapShape to)
    {
        var between = new List<int>();
        int value = graph.Nodes[n].Inputs[0];
        for (; graph.IsReadOnce(value) && graph.Producer(value) is { } node && IsAlike(node.Operator); value = node.Inputs[0])
            between.Add(value - graph.Inputs.Count);
        if (!graph.IsReadOnce(value) || graph.Producer(value) is not { Operator: ConvolutionOperator convolution } below
            || JoinedWindows.Of(convolution.Geometry, point, graph.ShapeOf(below.Inputs[0]), graph.Nodes[n].Shape) is not { } windows)
            return null;
        int[] places = [.. Enumerable.Range(0, to.Plane).Select(p => from.IndexOf(
            0, (p / to.Width * point.StrideRows) - point.PadTop, (p % to.Width * point.StrideColumns) - point.PadLeft))];
        int[] elements = [.. Enumerable.Range(0, to.Count).Select(e => (e / to.Plane * from.Plane) + places[e % to.Plane])];
        TensorShape Smaller(int node) => new([graph.Nodes[node].Shape[0], .. graph.Nodes[n].Shape.Skip(1)]);
        int conv = value - graph.Inputs.Count;
        var changes = new Dictionary<int, NodeChange>
        {
            [n] = NodeChange.Bypassed(graph.Nodes[n].Inputs[0]),
            [conv] = new() { Operator = convolution with { Geometry = windows.Geometry }, Shape = Smaller(conv) },
        };
        foreach (int k in between)
            changes[k] = new() { Operator = At(graph.Nodes[k].Operator, elements), Shape = Smaller(k) };
        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(graph, changes);
        return draft.After(
            edit, new double[]?[nodes.Count],
            [.. nodes.Select(k => between.Contains(k) ? draft.Units[k]?.Take(elements) : draft.Units[k])],
            [.. nodes.Select(k => between.Contains(k) ? draft.Origins[k]?.At(places) : draft.Origins[k])],
            Steps(n, between, places, $"{below.Name} computes it alone."));
    }

    private static bool IsAlike(Operator op) => op is ScaleShiftOperator { PerChannel: true }
        or ReluOperator or LeakyReluOperator or ClipOperator or HardSigmoidOperator or SmoothOperator;

    /// <summary>An operator that works element by element, on some of them.</summary>
    private static Operator At(Operator op, int[] elements) => op is LeakyReluOperator { Slopes.Length: > 1 } leaky
        ? leaky with { Slopes = LeakyReluOperator.Plain(AxisSelection.Take(leaky.Slopes, elements)) }
        : op;

    private IEnumerable<CompressionStep> Steps(int n, List<int> between, int[] places, string what)
    {
        string description = $"{graph.Nodes[n].Name}: the same element of each window is the largest over the domain; {what}";
        foreach (int k in between)
        {
            if (draft.Origins[k] is not { } origin)
                continue;
            int[] kept = origin.At(places).Neurons(origin.Channels);
            int added = -(origin.Channels.Count(static c => c < 0) * (origin.Plane - places.Length));
            yield return new(
                CompressionStepKind.TrimWindows, origin.Layer, [.. origin.Neurons(origin.Channels).Except(kept)], description)
            {
                Added = added,
            };
            yield break;
        }

        yield return new(CompressionStepKind.TrimWindows, draft.LayerOf(n), [], description);
    }

    /// <summary>The graph with a smaller window; null where the largest element is its last.</summary>
    private GraphDraft? Trimmed(int n, ConvolutionShape windows, int winner, MapShape from, MapShape to)
    {
        int row = winner / windows.KernelWidth, column = winner % windows.KernelWidth;
        (JoinedWindows.Axis tall, _) = JoinedWindows.Axis.Rows(windows).Trimmed(from.Height, to.Height, t => t != row);
        (JoinedWindows.Axis wide, _) = JoinedWindows.Axis.Columns(windows).Trimmed(from.Width, to.Width, t => t != column);
        if (tall.Kernel * wide.Kernel == windows.Taps)
            return null;
        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(graph, new Dictionary<int, NodeChange>
        {
            [n] = new() { Operator = new MaxPoolOperator(JoinedWindows.Axis.Both(tall, wide)) },
        });
        return draft.After(
            edit, new double[]?[nodes.Count], [.. draft.Units], draft.Origins, Steps(n, [], [], "the window becomes smaller."));
    }
}
