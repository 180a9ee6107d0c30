using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>
/// Channel groups: which channels of a graph's values can only go together. Addition, concatenation, units, pooling, normalisation and
/// depthwise convolution tie what they take to what they give; a convolution or a matrix does not. Channels of inputs, of outputs, and of
/// what opaque nodes take and give are fixed.
/// </summary>
internal sealed class ChannelTies
{
    private readonly NetworkGraph graph;
    private readonly ChannelAxes axes;
    private readonly int[] parents;
    private readonly string?[] reasons;

    private ChannelTies(NetworkGraph graph, ChannelAxes axes)
    {
        (this.graph, this.axes) = (graph, axes);
        parents = [.. Enumerable.Range(0, axes.Total)];
        reasons = new string?[axes.Total];
    }

    /// <summary>The groups of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">Its channels.</param>
    /// <param name="isCut">Whether an operand of a sum may lose a channel that the sum keeps: node, operand, channel; null for
    /// none.</param>
    /// <param name="whole">Nodes that keep all that they take and give: their weights are stored with those of others.</param>
    public static ChannelTies Of(
        NetworkGraph graph, ChannelAxes axes, Func<int, int, int, bool>? isCut = null, IReadOnlyCollection<int>? whole = null)
    {
        var ties = new ChannelTies(graph, axes);
        for (int i = 0; i < graph.Inputs.Count; i++)
            ties.Fix(i, "the network takes it");
        foreach (GraphOutput output in graph.Outputs)
            ties.Fix(output.Value, $"it is the output '{output.Name}'");
        for (int n = 0; n < graph.Nodes.Count; n++)
            ties.Tie(n, isCut);
        foreach (int n in whole ?? [])
        {
            string reason = $"the file would hold the weights of {graph.Nodes[n].Name} twice";
            ties.Fix(graph.Nodes[n].Inputs[0], reason);
            ties.Fix(graph.ValueOf(n), reason);
        }

        return ties;
    }

    /// <summary>The group of a channel, as the number of one of its channels.</summary>
    /// <param name="channel">The channel's number.</param>
    public int GroupOf(int channel)
    {
        while (parents[channel] != channel)
            channel = parents[channel] = parents[parents[channel]];
        return channel;
    }

    /// <summary>Why the group of a channel cannot go, to follow "because"; null where it can.</summary>
    /// <param name="channel">The channel's number.</param>
    public string? WhyFixed(int channel) => reasons[GroupOf(channel)];

    /// <summary>Whether a node reads the channels of what it takes through weights of its own, so that it ties nothing.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="input">Shape of what it takes.</param>
    /// <param name="axis">Axis of its channels.</param>
    public static bool Mixes(Operator op, TensorShape input, int axis) => op switch
    {
        ConvolutionOperator { Groups: 1 } => axis == 0,
        DenseOperator => axis == input.Count - 1,
        _ => false,
    };

    private void Tie(int n, Func<int, int, int, bool>? isCut)
    {
        GraphNode node = graph.Nodes[n];
        int output = graph.ValueOf(n);
        switch (node.Operator)
        {
            case ConstantOperator:
                break;
            case OpaqueOperator:
                foreach (int v in node.Inputs)
                    Fix(v, $"the node {node.Name} ({node.Operator.Name}) is not analysed");
                Fix(output, $"the node {node.Name} ({node.Operator.Name}) is not analysed");
                break;
            case ConvolutionOperator or DenseOperator when Mixes(node.Operator, graph.ShapeOf(node.Inputs[0]), axes.AxisOf(node.Inputs[0])):
                break;
            case ConvolutionOperator convolution when axes.AxisOf(node.Inputs[0]) == 0:
                TieGroups(convolution, node.Inputs[0], output);
                break;
            case ConvolutionOperator:
                FixBoth(node, node.Inputs[0], output);
                break;
            case MaxPoolOperator or AveragePoolOperator when axes.AxisOf(node.Inputs[0]) != 0:
                FixBoth(node, node.Inputs[0], output);
                break;
            case ReshapeOperator:
                TieReshape(node, node.Inputs[0], output);
                break;
            case SelectOperator select when select.Indices[axes.AxisOf(node.Inputs[0])] is { } indices:
                for (int j = 0; j < indices.Length; j++)
                {
                    if (indices[j] >= 0)
                        Tie(axes.Start(node.Inputs[0]) + indices[j], axes.Start(output) + j);
                }

                break;
            case ReductionOperator reduction when reduction.Axes.Contains(axes.AxisOf(node.Inputs[0])):
                FixBoth(node, node.Inputs[0], output);
                break;
            case TransposeOperator transpose when transpose.Permutation[axes.AxisOf(output)] == axes.AxisOf(node.Inputs[0]):
                TieAll(node.Inputs[0], output);
                break;
            case TransposeOperator:
                FixBoth(node, node.Inputs[0], output);
                break;
            case ConcatOperator concat:
                TieConcat(node, concat.Axis, output);
                break;
            default:
                for (int k = 0; k < node.Inputs.Count; k++)
                    TieOperand(n, k, isCut);
                break;
        }
    }

    private void TieOperand(int n, int k, Func<int, int, int, bool>? isCut)
    {
        int value = graph.Nodes[n].Inputs[k], output = graph.ValueOf(n);
        bool isAlong = graph.Nodes[n].Operator is ReductionOperator || axes.AxisOf(value) == axes.AxisOf(output);
        if (axes.Count(value) != axes.Count(output) || !isAlong)
        {
            FixBoth(graph.Nodes[n], value, output);
            return;
        }

        for (int i = 0; i < axes.Count(value); i++)
        {
            if (isCut?.Invoke(n, k, i) != true)
                Tie(axes.Start(value) + i, axes.Start(output) + i);
        }
    }

    private void TieGroups(ConvolutionOperator convolution, int input, int output)
    {
        int of = axes.Count(input) / convolution.Groups, per = convolution.Channels / convolution.Groups;
        for (int c = 0; c < axes.Count(input); c++)
            Tie(axes.Start(input) + c, axes.Start(input) + (c / of * of));
        for (int o = 0; o < convolution.Channels; o++)
            Tie(axes.Start(output) + o, axes.Start(input) + (o / per * of));
    }

    private void TieConcat(GraphNode node, int axis, int output)
    {
        int at = 0;
        foreach (int value in node.Inputs)
        {
            bool isAlong = axes.AxisOf(output) == axis;
            if (axes.AxisOf(value) != axes.AxisOf(output))
                FixBoth(node, value, output);
            else
            {
                for (int i = 0; i < axes.Count(value); i++)
                    Tie(axes.Start(value) + i, axes.Start(output) + (isAlong ? at : 0) + i);
            }

            at += graph.ShapeOf(value)[axis];
        }
    }

    private void TieReshape(GraphNode node, int input, int output)
    {
        TensorShape before = graph.ShapeOf(input), after = graph.ShapeOf(output);
        if (before.Count == 0 || after.Count == 0)
        {
            FixBoth(node, input, output);
            return;
        }

        int axis = axes.AxisOf(input), to = axes.AxisOf(output);
        int inner = ChannelAxes.Inner(before, axis), innerAfter = ChannelAxes.Inner(after, to);
        if (after[to] == before[axis] && innerAfter == inner)
            TieAll(input, output);
        else if (after.Count == 1)
        {
            for (int e = 0; e < after.Elements; e++)
                Tie(axes.Start(input) + (e / inner % before[axis]), axes.Start(output) + e);
        }
        else if (before.Count == 1 && to == 0)
        {
            for (int e = 0; e < before.Elements; e++)
                Tie(axes.Start(input) + e, axes.Start(output) + (e / innerAfter));
        }
        else
            FixBoth(node, input, output);
    }

    private void TieAll(int input, int output)
    {
        for (int i = 0; i < axes.Count(input); i++)
            Tie(axes.Start(input) + i, axes.Start(output) + i);
    }

    private void FixBoth(GraphNode node, int input, int output)
    {
        string reason = $"the node {node.Name} ({node.Operator.Name}) rearranges its channels";
        Fix(input, reason);
        Fix(output, reason);
    }

    private void Fix(int value, string reason)
    {
        for (int i = 0; i < axes.Count(value); i++)
            reasons[GroupOf(axes.Start(value) + i)] ??= reason;
    }

    private void Tie(int a, int b)
    {
        (int x, int y) = (GroupOf(a), GroupOf(b));
        parents[Math.Max(x, y)] = Math.Min(x, y);
        reasons[Math.Min(x, y)] ??= reasons[Math.Max(x, y)];
    }
}
