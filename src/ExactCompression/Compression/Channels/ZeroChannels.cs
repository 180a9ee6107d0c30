using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>Which channels of a graph's values are 0 at all of their positions, over all of the domain.</summary>
internal sealed class ZeroChannels
{
    private readonly NetworkGraph graph;
    private readonly ChannelAxes axes;
    private readonly bool[] isZero;

    private ZeroChannels(NetworkGraph graph, ChannelAxes axes)
    {
        (this.graph, this.axes) = (graph, axes);
        isZero = new bool[axes.Total];
    }

    /// <summary>Whether a channel is 0.</summary>
    /// <param name="channel">The channel's number.</param>
    public bool this[int channel] => isZero[channel];

    /// <summary>The zero channels of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">Its channels.</param>
    /// <param name="states">For each unit node in order, the verdicts on its neurons.</param>
    public static ZeroChannels Of(NetworkGraph graph, ChannelAxes axes, IReadOnlyList<Func<int, NeuronState>> states)
    {
        var zeros = new ZeroChannels(graph, axes);
        int units = 0;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            Func<int, NeuronState>? verdicts = node.Operator is UnitOperator ? states[units++] : null;
            int output = graph.ValueOf(n), count = axes.Count(output);
            Func<int, bool> isZero = zeros.Rule(node, output, verdicts);
            for (int i = 0; i < count; i++)
                zeros.isZero[axes.Start(output) + i] = isZero(i);
        }

        return zeros;
    }

    /// <summary>The elements of one channel of a value.</summary>
    /// <param name="shape">The value's shape.</param>
    /// <param name="axis">The axis of its channels.</param>
    /// <param name="index">The channel.</param>
    public static int[] Elements(TensorShape shape, int axis, int index) =>
        shape.Count == 0 ? [0] : new AxisSelection(axis, [index]).Elements(shape);

    private Func<int, bool> Rule(GraphNode node, int output, Func<int, NeuronState>? verdicts)
    {
        int axis = axes.AxisOf(output);
        int[] taken = [.. node.Inputs];
        bool IsInactive(int i) => Elements(node.Shape, axis, i).All(e => verdicts!(e) == NeuronState.StablyInactive);
        bool AreAll(int i) => taken.Length > 0 && Array.TrueForAll(taken, v => axes.AxisOf(v) == axis && At(v, i));
        return node.Operator switch
        {
            ConstantOperator constant => i => Array.TrueForAll(Elements(node.Shape, axis, i), e => constant.Values[e] == 0),
            ReluOperator => i => IsInactive(i) || AreAll(i),
            ClipOperator { Lower: 0, Upper: >= 0 } => i => IsInactive(i) || AreAll(i),
            ClipOperator { Lower: <= 0, Upper: >= 0 } => AreAll,
            HardSigmoidOperator => IsInactive,
            SmoothOperator { IsTanh: true } => AreAll,
            LeakyReluOperator or ExtremumOperator or SumOperator or MaxPoolOperator or AveragePoolOperator => AreAll,
            ScaleShiftOperator scale => ScaleShift(scale, node.Shape, axis, AreAll),
            ConvolutionOperator convolution => Convolution(convolution, taken[0]),
            DenseOperator dense when axis == node.Shape.Count - 1 && axes.AxisOf(taken[0]) == graph.ShapeOf(taken[0]).Count - 1 =>
                Dense(dense, taken[0]),
            SelectOperator select => Select(select, taken[0], axis),
            TransposeOperator transpose when transpose.Permutation[axis] == axes.AxisOf(taken[0]) => i => At(taken[0], i),
            ReductionOperator reduction when !reduction.Axes.Contains(axes.AxisOf(taken[0])) => i => At(taken[0], i),
            ReshapeOperator => Reshape(taken[0], output),
            ConcatOperator concat => Concat(concat, taken, axis),
            _ => static _ => false,
        };
    }

    private bool At(int value, int i) => i < axes.Count(value) && isZero[axes.Start(value) + i];

    private static Func<int, bool> ScaleShift(ScaleShiftOperator scale, TensorShape shape, int axis, Func<int, bool> isZeroBefore)
    {
        int Entry(int e) => scale.PerChannel ? e / (shape.Elements / shape[0]) : e;
        bool IsNothing(int entry) => scale.Part.Kind is AffinePartKind.Elementwise or AffinePartKind.BatchNormalization
            && scale.Part.Values[0][entry] == 0 && scale.Part.Values[1][entry] == 0;
        return i => isZeroBefore(i)
            ? Array.TrueForAll(Elements(shape, axis, i), e => scale.Part.KeepsZero(Entry(e)) || IsNothing(Entry(e)))
            : Array.TrueForAll(Elements(shape, axis, i), e => IsNothing(Entry(e)));
    }

    private Func<int, bool> Convolution(ConvolutionOperator convolution, int input)
    {
        if (axes.AxisOf(input) != 0)
            return static _ => false;
        int of = axes.Count(input) / convolution.Groups, per = convolution.Channels / convolution.Groups;
        int taps = convolution.Geometry.Taps;
        return o => convolution.Bias[o] == 0 && Enumerable.Range(0, of).All(
            c => At(input, (o / per * of) + c) || convolution.Filters.AsSpan(((o * of) + c) * taps, taps).IndexOfAnyExcept(0.0) < 0);
    }

    private Func<int, bool> Dense(DenseOperator dense, int input) => o =>
    {
        if (dense.Bias[o] != 0 || dense.BiasRadius?[o] > 0)
            return false;
        for (int i = 0; i < dense.Inputs; i++)
        {
            int at = (o * dense.Inputs) + i;
            if (!At(input, i) && (dense.Weights[at] != 0 || dense.WeightRadius?[at] > 0))
                return false;
        }

        return true;
    };

    private Func<int, bool> Select(SelectOperator select, int input, int axis)
    {
        int[]? indices = axes.AxisOf(input) == axis ? select.Indices[axis] : [];
        return i => indices is null ? At(input, i) : i < indices.Length && (indices[i] < 0 || At(input, indices[i]));
    }

    private Func<int, bool> Reshape(int input, int output)
    {
        TensorShape before = graph.ShapeOf(input), after = graph.ShapeOf(output);
        if (before.Count == 0)
            return static _ => false;
        int inner = ChannelAxes.Inner(before, axes.AxisOf(input)), count = axes.Count(input), axis = axes.AxisOf(output);
        return i => Elements(after, axis, i).All(e => At(input, e / inner % count));
    }

    private Func<int, bool> Concat(ConcatOperator concat, int[] taken, int axis)
    {
        if (Array.Exists(taken, v => axes.AxisOf(v) != axis))
            return static _ => false;
        if (concat.Axis != axis)
            return i => Array.TrueForAll(taken, v => At(v, i));
        bool[] all = [.. taken.SelectMany(v => Enumerable.Range(0, axes.Count(v)).Select(i => At(v, i)))];
        return i => all[i];
    }
}
