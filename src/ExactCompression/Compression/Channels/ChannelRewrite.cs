using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Channels;

/// <summary>
/// Makes a rewrite of a <see cref="ChannelLayer"/> one of the graph, and proves how far that moves what reads the channels.
/// </summary>
internal sealed class ChannelRewrite
{
    private readonly GraphDraft draft;
    private readonly NetworkGraph graph;
    private readonly ChannelLayer layer;
    private readonly LayerRewrite rewrite;
    private readonly Dictionary<int, NodeChange> changes = [];

    private ChannelRewrite(GraphDraft draft, ChannelLayer layer, LayerRewrite rewrite)
    {
        (this.draft, this.layer, this.rewrite) = (draft, layer, rewrite);
        graph = draft.Graph;
    }

    /// <summary>The graph after a rewrite; null where the graph cannot have it.</summary>
    /// <param name="draft">The graph.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="rewrite">The rewrite of the layer's first.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static GraphDraft? Apply(GraphDraft draft, ChannelLayer layer, LayerRewrite rewrite, CancellationToken cancellation)
    {
        bool isRectifier = draft.Graph.Nodes[layer.Unit].Operator is ReluOperator;
        bool addsBehindScale = rewrite.Added.Length > 0 && (layer.Between.Count > 0 || !isRectifier);
        bool mixes = layer.MeetsMaximum && (rewrite.Folds || rewrite.Added.Length > 0 || Array.Exists(
            rewrite.Fates,
            static f => f.HasLinearPart || f.Fate == NeuronFate.Cancelled || (f.Fate == NeuronFate.Multiple && !(f.Value > 0))));
        if (addsBehindScale || mixes || MovesConstants(layer, rewrite.NextBias) || (rewrite.Folds && !CanFold(draft.Graph, layer, rewrite)))
            return null;
        return new ChannelRewrite(draft, layer, rewrite).Apply(cancellation);
    }

    /// <summary>Whether something is added to what a tap reads that meets padding, where it would be missing.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="bias">What is added for each output and tap of the readers.</param>
    public static bool MovesConstants(ChannelLayer layer, double[] bias)
    {
        int at = 0;
        foreach (ChannelReader reader in layer.Readers)
        {
            for (int row = 0; row < reader.Outputs * reader.Taps; row++, at++)
            {
                if (bias[at] != 0 && reader.MeetsZero[row % reader.Taps])
                    return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether two linear maps are one of the same kind: the second convolution has windows of one element, or the first has and the second
    /// takes its place; no other node is between them.
    /// </summary>
    private static bool CanFold(NetworkGraph graph, ChannelLayer layer, LayerRewrite rewrite)
    {
        if (!MayFold(layer))
            return false;
        ChannelReader reader = layer.Readers[0];
        if (layer.MeetsPadding && HasConstantColumn(layer, rewrite))
            return false;
        return (graph.Nodes[layer.Producer].Operator, graph.Nodes[reader.Node].Operator) switch
        {
            (DenseOperator, DenseOperator) => true,
            (ConvolutionOperator below, ConvolutionOperator above) => IsPoint(above.Geometry) || IsPoint(below.Geometry),
            _ => false,
        };
    }

    /// <summary>Whether the first layer has a single reader and nothing else in between, as a fold needs it.</summary>
    /// <param name="layer">The layer.</param>
    public static bool MayFold(ChannelLayer layer) => layer.Path.Count == 0 && layer.Readers.Count == 1;

    private static bool IsPoint(ConvolutionShape shape) => (shape.KernelHeight, shape.KernelWidth) == (1, 1)
        && (shape.StrideRows, shape.StrideColumns) == (1, 1) && !shape.HasPadding;

    /// <summary>Whether the input that stands for biases is read: that would be a constant, which the padding lacks.</summary>
    private static bool HasConstantColumn(ChannelLayer layer, LayerRewrite rewrite)
    {
        int columns = layer.Network.Layers[0].Columns;
        return Enumerable.Range(1, rewrite.NextWeights.Length / columns).Any(row => rewrite.NextWeights[(row * columns) - 1] != 0);
    }

    private GraphDraft? Apply(CancellationToken cancellation)
    {
        double[] moved = Moved(RewriteProof.Apply(layer.Network, rewrite, cancellation).Deviation);
        var sources = new Dictionary<int, double[]>();
        int at = 0;
        foreach (ChannelReader reader in layer.Readers)
        {
            int rows = reader.Outputs * reader.Taps;
            var by = new double[reader.Outputs];
            double[] bias = FilterWeights.Absorbed(
                FilterWeights.BiasOf(graph.Nodes[reader.Node].Operator), rewrite.NextBias.AsSpan(at, rows), moved.AsSpan(at, rows), by);
            changes[reader.Node] = new() { Operator = Changed(reader, at, bias) };
            sources[reader.Node] = by;
            at += rows;
        }

        if (rewrite.Folds)
        {
            foreach (int n in (int[])[layer.Producer, .. layer.Between, layer.Unit])
                changes[n] = NodeChange.Bypassed(graph.Nodes[n].Inputs[0]);
        }
        else
            ChangeChannels();
        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(graph, changes);
        double[]? MovedBy(int n) =>
            sources.TryGetValue(n, out double[]? by) ? MapShapes.PerElement(by, graph.Nodes[n].Shape.Elements) : null;
        return draft.After(
            edit, [.. nodes.Select(MovedBy)],
            [.. nodes.Select(n => n == layer.Unit ? Bounds() : draft.Units[n])],
            [.. nodes.Select(n => n == layer.Unit ? Origin() : draft.Origins[n])], Step());
    }

    /// <summary>What is proven of the rows, and what their distance from the true filters adds to that.</summary>
    private double[] Moved(double[] proven)
    {
        if (layer.Radius.AsSpan().IndexOfAnyExcept(0.0) < 0)
            return proven;
        DraftLayer next = layer.Network.Layers[1];
        int columns = rewrite.NextWeights.Length / next.Count;
        var moved = new double[proven.Length];
        for (int row = 0; row < moved.Length; row++)
        {
            ReadOnlySpan<double> before = next.Row(row);
            double sum = proven[row];
            foreach (int j in rewrite.Gone)
            {
                RewrittenNeuron fate = rewrite.Fates[j];
                double radius = layer.Radius[j];
                if (fate.Fate is NeuronFate.Multiple or NeuronFate.Opposite)
                    radius = UpperBound.Add(radius, UpperBound.Multiply(Math.Abs(fate.Value), layer.Radius[fate.Of]));

                // Twice: the row of an opposite counts as its linear part, and in what it is compared with.
                sum = UpperBound.Add(sum, UpperBound.Multiply(Math.Abs(before[j]), UpperBound.Multiply(2, radius)));
            }

            for (int k = 0; k < rewrite.Kept.Length; k++)
            {
                double change = Math.BitIncrement(Math.Abs(rewrite.NextWeights[(row * columns) + k] - before[rewrite.Kept[k]]));
                sum = UpperBound.Add(sum, UpperBound.Multiply(change, layer.Radius[rewrite.Kept[k]]));
            }

            moved[row] = sum;
        }

        return moved;
    }

    /// <summary>A reader with its new weights.</summary>
    private Operator Changed(ChannelReader reader, int first, double[] bias)
    {
        Operator op = graph.Nodes[reader.Node].Operator;
        int columns = rewrite.NextWeights.Length / layer.Network.Layers[1].Count;
        int outer = rewrite.Folds && layer.MeetsPadding ? columns - 1 : columns; // the constant 1 is no input of the graph
        Operator changed = WithColumns(op, reader, rewrite.NextWeights, columns, first, bias, outer);
        return rewrite.Folds && changed is ConvolutionOperator { Geometry: var own } convolution && IsPoint(own)
            ? convolution with { Geometry = ((ConvolutionOperator)graph.Nodes[layer.Producer].Operator).Geometry }
            : changed;
    }

    /// <summary>A reader whose weights on each channel are those of rows for its outputs and taps.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="reader">The reader.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">Their length.</param>
    /// <param name="first">The reader's first row.</param>
    /// <param name="bias">Its biases.</param>
    /// <param name="outer">How many columns are channels; -1 for all.</param>
    public static Operator WithColumns(
        Operator op, ChannelReader reader, double[] rows, int columns, int first, double[] bias, int outer = -1)
    {
        outer = outer < 0 ? columns : outer;
        var weights = new double[reader.Outputs * reader.Taps * outer];
        for (int o = 0; o < reader.Outputs; o++)
        {
            for (int t = 0; t < reader.Taps; t++)
            {
                ReadOnlySpan<double> row = rows.AsSpan((first + (o * reader.Taps) + t) * columns, outer);
                for (int k = 0; k < outer; k++)
                    weights[(((o * outer) + k) * reader.Taps) + t] = row[k];
            }
        }

        return op is ConvolutionOperator convolution
            ? new ConvolutionOperator(weights, bias, convolution.Geometry, 1, convolution.Stored)
            : new DenseOperator(weights, bias, outer * reader.Taps, ((DenseOperator)op).Stored);
    }

    /// <summary>The filters that stay, and new ones behind them.</summary>
    private void ChangeChannels()
    {
        int count = rewrite.Kept.Length + rewrite.Added.Length;
        int channels = layer.Network.Layers[0].Count;
        int[] all = [layer.Producer, .. layer.Between, layer.Unit, .. layer.Path];
        foreach (int n in all)
        {
            TensorShape shape = graph.Nodes[n].Shape;
            int per = shape[0] / channels; // more than one after a reshape to a vector
            changes[n] = rewrite.Added.Length == 0
                ? new() { Selection = new(0, [.. rewrite.Kept.SelectMany(c => Enumerable.Range(c * per, per))]) }
                : new() { Shape = new([.. shape.Select((d, a) => a == 0 ? count * per : d)]) };
        }

        if (rewrite.Added.Length > 0)
            changes[layer.Producer] = changes[layer.Producer] with { Operator = WithAdded() };
    }

    private Operator WithAdded()
    {
        Operator op = graph.Nodes[layer.Producer].Operator;
        double[] old = FilterWeights.WeightsOf(op), oldBias = FilterWeights.BiasOf(op);
        int columns = old.Length / oldBias.Length;
        var weights = new List<double>();
        var bias = new List<double>();
        foreach (int row in rewrite.Kept)
        {
            weights.AddRange(old.AsSpan(row * columns, columns));
            bias.Add(oldBias[row]);
        }

        foreach (AddedNeuron added in rewrite.Added)
        {
            weights.AddRange(added.Weights.AsSpan(0, columns));
            bias.Add(layer.MeetsPadding ? added.Weights[columns] + added.Bias : added.Bias);
        }

        return op is ConvolutionOperator convolution
            ? convolution with { Filters = [.. weights], Bias = [.. bias] }
            : (DenseOperator)op with { Weights = [.. weights], Bias = [.. bias] };
    }

    private UnitBounds Bounds()
    {
        UnitBounds bounds = draft.Units[layer.Unit]!;
        int channels = layer.Network.Layers[0].Count, plane = bounds.Lower.Length / channels;
        UnitBounds kept = bounds.Take(new AxisSelection(0, rewrite.Kept).Elements(graph.Nodes[layer.Unit].Shape));
        IEnumerable<double> Each(Func<AddedNeuron, double> end) =>
            rewrite.Added.SelectMany(added => Enumerable.Repeat(end(added), plane));
        return new(
            [.. kept.Lower, .. Each(static a => a.Lower)], [.. kept.Upper, .. Each(static a => a.Upper)],
            [.. kept.States, .. Enumerable.Repeat(NeuronState.StablyActive, plane * rewrite.Added.Length)]);
    }

    private UnitOrigin Origin()
    {
        UnitOrigin origin = draft.Origins[layer.Unit]!;
        return origin with
        {
            Channels = [.. rewrite.Kept.Select(c => origin.Channels[c]), .. Enumerable.Repeat(-1, rewrite.Added.Length)],
        };
    }

    private CompressionStep Step()
    {
        UnitOrigin origin = draft.Origins[layer.Unit]!;
        GraphNode unit = graph.Nodes[layer.Unit];
        int[] gone = [.. rewrite.Gone.Select(c => origin.Channels[c])];
        int added = (rewrite.Added.Length - gone.Count(static c => c < 0)) * origin.Plane;
        string description = ChannelSteps.Described(rewrite.Description, unit.Shape);
        if (unit.Operator is not ReluOperator) // on either side of 0
            description = description.Replace("stably active", "linear", StringComparison.Ordinal);
        return new(rewrite.Kind, origin.Layer, origin.Neurons(gone), $"{unit.Name}: {description}")
        {
            Added = added,
        };
    }
}
