using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Channels;

/// <summary>A convolution or matrix that reads the channels of a unit node.</summary>
/// <param name="Node">Its place in the graph.</param>
/// <param name="Taps">Weights that it has for each channel and output: taps of its kernel, or positions.</param>
/// <param name="Outputs">Number of its outputs.</param>
/// <param name="MeetsZero">For each tap, whether it reads zeros in place of the channels somewhere: what a constant channel adds there
/// cannot move into the bias.</param>
internal sealed record ChannelReader(int Node, int Taps, int Outputs, bool[] MeetsZero)
{
    /// <summary>Whether some tap does.</summary>
    public bool MeetsPadding => MeetsZero.AsSpan().Contains(true);
}

/// <summary>
/// The channels of a unit node as a layer of a dense network: each has a row, the weights of its filter, and the next layer has a row for
/// each output and tap of all that read them. What is proven of such rows holds at every position, so that channels are merged, and bounds
/// added up, by the passes for dense layers.
/// </summary>
/// <remarks>
/// Let <c>A_c(p)</c> be channel <c>c</c> at position <c>p</c>. A reader computes <c>sum_(o,t) sum_c W[(o,t), c] A_c(p + t) + b_o</c>, where
/// what lies in the padding is 0 for all channels alike. If <c>|sum_c W' A' - sum_c W A| &lt;= m_(o,t)</c> for each row and anything that
/// the filters may read, the output moves by at most <c>sum_t m_(o,t)</c>. A constant in a row would be missing in the padding; where
/// padding is met, the biases are therefore presented as weights of one more input that is always 1, so that no pass makes such constants.
/// </remarks>
internal sealed class ChannelLayer
{
    private ChannelLayer(
        int unit, int producer, int[] between, ChannelReader[] readers, int[] path, DraftNetwork network, double[] radius,
        ChannelUnit[] channels)
    {
        (Unit, Producer, Between, Readers, Path, Network, Radius, Channels) =
            (unit, producer, between, readers, path, network, radius, channels);
    }

    /// <summary>The unit node.</summary>
    public int Unit { get; }

    /// <summary>The convolution or matrix below it.</summary>
    public int Producer { get; }

    /// <summary>The normalisations between the two.</summary>
    public IReadOnlyList<int> Between { get; }

    /// <summary>What reads the channels.</summary>
    public IReadOnlyList<ChannelReader> Readers { get; }

    /// <summary>The nodes between the unit and its readers, which treat all channels alike.</summary>
    public IReadOnlyList<int> Path { get; }

    /// <summary>The two layers.</summary>
    public DraftNetwork Network { get; }

    /// <summary>For each channel, how far the row's pre-activation may be from the true one: normalisation is multiplied in.</summary>
    public double[] Radius { get; }

    /// <summary>What is known of each channel.</summary>
    public IReadOnlyList<ChannelUnit> Channels { get; }

    /// <summary>Whether a reader meets padding: the last input of the rows is then the constant 1.</summary>
    public bool MeetsPadding => Readers.Any(static r => r.MeetsPadding);

    /// <summary>
    /// Whether max pooling is between the unit and its readers. What they read of two channels may then come from two positions, so that
    /// rows tell nothing of sums; multiples and constants stay what they are.
    /// </summary>
    public bool MeetsMaximum { get; private init; }

    /// <summary>The layer of a unit node; null where something below or above it is of another kind.</summary>
    /// <param name="draft">The graph.</param>
    /// <param name="unit">The node's place.</param>
    public static ChannelLayer? Of(GraphDraft draft, int unit)
    {
        NetworkGraph graph = draft.Graph;
        GraphNode node = graph.Nodes[unit];
        if (node.Operator is not UnitOperator op || !ChannelUnit.Handles(op) || node.Shape.Count == 0)
            return null;
        var between = new List<int>();
        int below = node.Inputs[0];
        while (graph.IsReadOnce(below) && graph.Producer(below)?.Operator is ScaleShiftOperator scale
            && (scale.PerChannel || node.Shape.Count == 1))
        {
            between.Insert(0, below - graph.Inputs.Count);
            below = graph.Producer(below)!.Inputs[0];
        }

        if (!graph.IsReadOnce(below) || graph.Producer(below) is not { } producer || !IsPlain(graph, producer))
            return null;
        var readers = new List<ChannelReader>();
        var path = new List<int>();
        if (!FindReaders(graph, graph.ValueOf(unit), node.Shape[0], false, readers, path) || readers.Count == 0)
            return null;
        return Of(draft, unit, below - graph.Inputs.Count, [.. between], [.. readers], [.. path]);
    }

    /// <summary>Whether a node is a convolution without groups, or a matrix over a vector, of exact weights.</summary>
    private static bool IsPlain(NetworkGraph graph, GraphNode node) => node.Operator switch
    {
        ConvolutionOperator { Groups: 1 } => true,
        DenseOperator { WeightRadius: null, BiasRadius: null } => node.Shape.Count == 1 && graph.ShapeOf(node.Inputs[0]).Count == 1,
        _ => false,
    };

    private static bool FindReaders(
        NetworkGraph graph, int value, int channels, bool meetsZero, List<ChannelReader> readers, List<int> path)
    {
        if (graph.Outputs.Any(o => o.Value == value))
            return false;
        foreach (int n in graph.Readers[value])
        {
            GraphNode node = graph.Nodes[n];
            TensorShape shape = graph.ShapeOf(value);
            if (IsPlain(graph, node))
            {
                int taps = (int)(node.Operator.ConnectionCount / node.Shape[0] / channels);
                bool[] zeros = meetsZero || node.Operator is not ConvolutionOperator convolution
                    ? [.. Enumerable.Repeat(meetsZero, taps)]
                    : convolution.Geometry.TapsInPadding(MapShapes.Of(shape), MapShapes.Of(node.Shape));
                readers.Add(new(n, taps, node.Shape[0], zeros));
                continue;
            }

            bool counts = node.Operator is AveragePoolOperator { CountsPadding: true, Geometry.HasPadding: true };
            bool isAlike = node.Operator switch
            {
                AveragePoolOperator or MaxPoolOperator => true,
                ReductionOperator { IsMean: true } mean => !mean.Axes.Contains(0),
                ReshapeOperator => node.Shape.Count == 1 || (node.Shape.Count > 1 && node.Shape[0] == channels && shape[0] == channels),
                _ => false,
            };
            path.Add(n);
            if (!isAlike || !FindReaders(graph, graph.ValueOf(n), channels, meetsZero || counts, readers, path))
                return false;
        }

        return true;
    }

    private static ChannelLayer Of(GraphDraft draft, int unit, int producer, int[] between, ChannelReader[] readers, int[] path)
    {
        NetworkGraph graph = draft.Graph;
        int channels = graph.Nodes[unit].Shape[0];
        GraphNode below = graph.Nodes[producer];
        (double[] low, double[] high) = draft.Ranges.Patch(below.Operator, below.Inputs[0]);
        int plane = graph.Nodes[unit].Shape.Elements / channels;
        ChannelUnit[] units = [.. Enumerable.Range(0, channels).Select(c => ChannelUnit.Of(
            (UnitOperator)graph.Nodes[unit].Operator, draft.Units[unit]!, c * plane, (c + 1) * plane))];
        bool meetsMaximum = path.Any(n => graph.Nodes[n].Operator is MaxPoolOperator);
        if (meetsMaximum)
            units = Array.ConvertAll(units, static u => u with { Slope = double.NaN });
        AffineMap[] maps = [.. between.Select(n => ((ScaleShiftOperator)graph.Nodes[n].Operator).Map())];
        if (Array.Exists(units, static u => u.IsLinear && u.Slope != 1))
            maps = [.. maps, AffineMap.Scale(Array.ConvertAll(units, static u => u.IsLinear ? u.Slope : 1))];
        var rows = ChannelRows.Of(below.Operator, maps, new(low, high));
        bool meetsPadding = readers.Any(static r => r.MeetsPadding);
        int columns = low.Length + (meetsPadding ? 1 : 0);
        double[] weights = meetsPadding ? WithBias(rows.Weights, rows.Bias) : rows.Weights;
        DraftRow[] known = [.. units.Select((u, c) => u.Row(meetsPadding ? 0 : rows.Bias[c], c))];
        var layer = new DraftLayer(
            Source(weights, channels, columns, below.Operator), draft.Origins[unit]!.Layer, columns, weights, known, true);
        Box inputs = meetsPadding ? new([.. low, 1], [.. high, 1]) : new(low, high);
        var network = DraftNetwork.Of(inputs, layer, Next(graph, readers, channels));
        return new(unit, producer, between, readers, path, network, rows.Radius, units) { MeetsMaximum = meetsMaximum };
    }

    /// <summary>A row for each output and tap of all readers.</summary>
    private static DraftLayer Next(NetworkGraph graph, ChannelReader[] readers, int channels)
    {
        int count = readers.Sum(static r => r.Outputs * r.Taps), at = 0;
        var weights = new double[count * channels];
        foreach (ChannelReader reader in readers)
        {
            double[] stored = FilterWeights.WeightsOf(graph.Nodes[reader.Node].Operator);
            for (int o = 0; o < reader.Outputs; o++)
            {
                for (int t = 0; t < reader.Taps; t++)
                {
                    for (int c = 0; c < channels; c++)
                        weights[at++] = stored[(((o * channels) + c) * reader.Taps) + t];
                }
            }
        }

        var rows = new DraftRow[count];
        Array.Fill(rows, new(0, -1, false, false, double.NegativeInfinity, double.PositiveInfinity));
        AffineLayer source = Source(weights, count, channels, graph.Nodes[readers[0].Node].Operator);
        return new(source, 0, channels, weights, rows, true);
    }

    private static AffineLayer Source(double[] weights, int rows, int columns, Operator op) =>
        new(weights, new double[rows], rows, columns, Activation.Relu, op.Precision ?? WeightPrecision.Float32);

    private static double[] WithBias(double[] weights, double[] bias)
    {
        int columns = weights.Length / bias.Length;
        var wider = new double[weights.Length + bias.Length];
        for (int c = 0; c < bias.Length; c++)
        {
            weights.AsSpan(c * columns, columns).CopyTo(wider.AsSpan(c * (columns + 1)));
            wider[(c * (columns + 1)) + columns] = bias[c];
        }

        return wider;
    }
}
