using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>What is left of a graph: which nodes, which channels of their values, which operands of sums and concatenations.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Axes">Its channels.</param>
/// <param name="Zeros">Which of them are 0.</param>
/// <param name="Ties">Which of them go together.</param>
/// <param name="IsKept">For each channel, whether it stays.</param>
/// <param name="IsNeeded">For each value, whether an output depends on it.</param>
/// <param name="Dropped">Operands that nodes take no more, by node and place.</param>
/// <param name="Spared">Channels that stay only so that a value is not empty.</param>
internal sealed record ChannelPlan(
    NetworkGraph Graph, ChannelAxes Axes, ZeroChannels Zeros, ChannelTies Ties, bool[] IsKept, bool[] IsNeeded,
    IReadOnlySet<(int Node, int Operand)> Dropped, IReadOnlySet<int> Spared)
{
    /// <summary>What is kept of a value; null for all of it.</summary>
    /// <param name="value">The value.</param>
    public AxisSelection? Selection(int value)
    {
        int start = Axes.Start(value), count = Axes.Count(value);
        ReadOnlySpan<bool> kept = IsKept.AsSpan(start, count);
        return kept.Contains(false) ? new(Axes.AxisOf(value), [.. Enumerable.Range(0, count).Where(i => IsKept[start + i])]) : null;
    }

    /// <summary>Weights and biases that are left.</summary>
    public long Parameters()
    {
        long sum = 0;
        for (int n = 0; n < Graph.Nodes.Count; n++)
        {
            if (!IsNeeded[Graph.ValueOf(n)])
                continue;
            GraphNode node = Graph.Nodes[n];
            long KeptOf(int value) => IsKept.AsSpan(Axes.Start(value), Axes.Count(value)).Count(true);
            int output = Graph.ValueOf(n);
            sum += node.Operator switch
            {
                ConvolutionOperator { Groups: 1 } c =>
                    KeptOf(output) * ((KeptOf(node.Inputs[0]) * c.Geometry.Taps) + 1),
                DenseOperator => KeptOf(output) * (KeptOf(node.Inputs[0]) + 1),
                _ => node.Operator.ParameterCount * KeptOf(output) / Math.Max(1, Axes.Count(output)),
            };
        }

        return sum;
    }
}
