using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>
/// Finds the channel groups of a graph that can go without changing its function: wherever a convolution or a matrix reads one of their
/// channels, the channel is 0 over the domain or its weights are. Padding adds nothing to a channel of 0, so that all holds at borders too.
/// </summary>
internal sealed class ChannelRemoval
{
    /// <summary>What a node that puts zeros in place of channels takes in a file, in bytes, at most; and for each channel.</summary>
    private const int NodeBytes = 512, ChannelBytes = 16;

    private readonly NetworkGraph graph;
    private readonly ChannelAxes axes;
    private readonly ZeroChannels zeros;
    private readonly ChannelTies ties;
    private readonly HashSet<(int Node, int Operand)> dropped = [];
    private readonly HashSet<int> spared = [];
    private readonly int[]?[] firstReaders;
    private readonly CancellationToken cancellation;

    private ChannelRemoval(
        NetworkGraph graph, ChannelAxes axes, ZeroChannels zeros, ChannelTies ties, CancellationToken cancellation)
    {
        (this.graph, this.axes, this.zeros, this.ties, this.cancellation) = (graph, axes, zeros, ties, cancellation);
        firstReaders = new int[]?[graph.Nodes.Count];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (graph.Nodes[n].Operator is not SumOperator)
                continue;
            IReadOnlyList<int> operands = graph.Nodes[n].Inputs;
            int[] empty = [.. Enumerable.Range(0, operands.Count).Where(k => AllChannels(operands[k], c => zeros[c]))];
            foreach (int k in empty.Skip(empty.Length == operands.Count ? 1 : 0))
                dropped.Add((n, k));
        }
    }

    /// <summary>What is left of a graph.</summary>
    /// <param name="edit">The edit that made the graph.</param>
    /// <param name="states">For each unit node in order, the verdicts on its neurons.</param>
    /// <param name="whole">Nodes that keep all that they take and give; null for none.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static ChannelPlan Find(
        GraphEdit edit, IReadOnlyList<Func<int, NeuronState>> states, IReadOnlyCollection<int>? whole, CancellationToken cancellation)
    {
        NetworkGraph graph = edit.Edited;
        var axes = ChannelAxes.Of(graph, edit.Selections);
        var zeros = ZeroChannels.Of(graph, axes, states);
        ChannelPlan plan = new ChannelRemoval(graph, axes, zeros, ChannelTies.Of(graph, axes, null, whole), cancellation).Find();

        // What is 0 in one operand of a sum can go there, although the sum keeps the channel.
        bool IsCut(int n, int k, int i)
        {
            GraphNode node = graph.Nodes[n];
            return node.Operator is SumOperator && plan.IsKept[axes.Start(graph.ValueOf(n)) + i] && zeros[axes.Start(node.Inputs[k]) + i];
        }

        ChannelPlan cut = new ChannelRemoval(graph, axes, zeros, ChannelTies.Of(graph, axes, IsCut, whole), cancellation).Find();
        long cost = 0;
        foreach ((int n, int k) in Uneven(cut))
            cost += NodeBytes + (ChannelBytes * axes.Count(graph.ValueOf(n)));
        return cost > 0 && (plan.Parameters() - cut.Parameters()) * sizeof(float) > cost ? cut with { Ties = plan.Ties } : plan;
    }

    /// <summary>The operands of sums that keep fewer channels than the sum.</summary>
    /// <param name="plan">What is left.</param>
    public static IEnumerable<(int Node, int Operand)> Uneven(ChannelPlan plan)
    {
        NetworkGraph graph = plan.Graph;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (graph.Nodes[n].Operator is not SumOperator || !plan.IsNeeded[graph.ValueOf(n)])
                continue;
            int sum = plan.Axes.Start(graph.ValueOf(n)), count = plan.Axes.Count(graph.ValueOf(n));
            for (int k = 0; k < graph.Nodes[n].Inputs.Count; k++)
            {
                int operand = plan.Axes.Start(graph.Nodes[n].Inputs[k]);
                if (!plan.Dropped.Contains((n, k))
                    && !plan.IsKept.AsSpan(operand, count).SequenceEqual(plan.IsKept.AsSpan(sum, count)))
                    yield return (n, k);
            }
        }
    }

    private ChannelPlan Find()
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            HashSet<(int Node, int Operand)> drops = [.. dropped];
            bool[] needed = Needed(drops), kept = Kept(needed);
            if (DropFromConcats(needed, kept, drops))
                needed = Needed(drops);
            int empty = Enumerable.Range(0, graph.Values).FirstOrDefault(v => needed[v] && AllChannels(v, c => !kept[c]), -1);
            if (empty < 0)
                return new(graph, axes, zeros, ties, kept, needed, drops, spared);
            spared.Add(axes.Start(empty));
        }
    }

    /// <summary>For each value, whether an output or an opaque node depends on it.</summary>
    private bool[] Needed(HashSet<(int Node, int Operand)> drops)
    {
        var needed = new bool[graph.Values];
        foreach (GraphOutput output in graph.Outputs)
            needed[output.Value] = true;
        for (int n = graph.Nodes.Count - 1; n >= 0; n--)
        {
            for (int k = 0; needed[graph.ValueOf(n)] && k < graph.Nodes[n].Inputs.Count; k++)
                needed[graph.Nodes[n].Inputs[k]] |= !drops.Contains((n, k));
        }

        return needed;
    }

    /// <summary>Removes groups until no further one can go: one whose readers have gone may be read by nothing.</summary>
    private bool[] Kept(bool[] needed)
    {
        foreach (int[]? readers in firstReaders)
            readers?.AsSpan().Clear();
        var kept = new bool[axes.Total];
        Array.Fill(kept, true);
        HashSet<int> sparedGroups = [.. spared.Select(ties.GroupOf)];
        for (bool changed = true; changed;)
        {
            cancellation.ThrowIfCancellationRequested();
            changed = false;
            var isUsed = new bool[axes.Total];
            for (int n = 0; n < graph.Nodes.Count; n++)
            {
                if (needed[graph.ValueOf(n)])
                    MarkUsed(n, kept, isUsed);
            }

            for (int c = 0; c < kept.Length; c++)
            {
                int group = ties.GroupOf(c);
                if (kept[c] && !isUsed[group] && ties.WhyFixed(c) is null && !sparedGroups.Contains(group))
                    changed |= !(kept[c] = false);
            }
        }

        return kept;
    }

    /// <summary>Marks the groups of the channels that a node reads through weights that are not 0, and that are not 0 themselves.</summary>
    private void MarkUsed(int n, bool[] kept, bool[] isUsed)
    {
        GraphNode node = graph.Nodes[n];
        if (node.Inputs.Count != 1 || !ChannelTies.Mixes(node.Operator, graph.ShapeOf(node.Inputs[0]), axes.AxisOf(node.Inputs[0])))
            return;
        int input = axes.Start(node.Inputs[0]), count = axes.Count(node.Inputs[0]), output = axes.Start(graph.ValueOf(n));
        int outputs = axes.Count(graph.ValueOf(n));

        // Outputs only go, so that what read a channel first is never before where it was last found.
        int[] first = firstReaders[n] ??= new int[count];
        for (int i = 0; i < count; i++)
        {
            if (!kept[input + i] || zeros[input + i])
                continue;
            while (first[i] < outputs && !(kept[output + first[i]] && Reads(node.Operator, first[i], i, count)))
                first[i]++;
            if (first[i] < outputs)
                isUsed[ties.GroupOf(input + i)] = true;
        }
    }

    /// <summary>Whether an output of a convolution or matrix reads a channel with a weight that is not 0.</summary>
    private static bool Reads(Operator op, int output, int channel, int channels)
    {
        int at = (output * channels) + channel;
        if (op is not ConvolutionOperator convolution)
            return op is DenseOperator dense && (dense.Weights[at] != 0 || dense.WeightRadius?[at] > 0);
        int taps = convolution.Geometry.Taps;
        return convolution.Filters.AsSpan(at * taps, taps).IndexOfAnyExcept(0.0) >= 0;
    }

    /// <summary>An operand of a concatenation of which nothing is left is left out, unless it is the last.</summary>
    private bool DropFromConcats(bool[] needed, bool[] kept, HashSet<(int Node, int Operand)> drops)
    {
        int before = drops.Count;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (graph.Nodes[n].Operator is not ConcatOperator || !needed[graph.ValueOf(n)])
                continue;
            IReadOnlyList<int> operands = graph.Nodes[n].Inputs;
            int[] empty = [.. Enumerable.Range(0, operands.Count).Where(k => AllChannels(operands[k], c => !kept[c]))];
            for (int k = 0; k < empty.Length && empty.Length < operands.Count; k++)
                drops.Add((n, empty[k]));
        }

        return drops.Count > before;
    }

    private bool AllChannels(int value, Func<int, bool> holds) =>
        Enumerable.Range(axes.Start(value), axes.Count(value)).All(holds);
}
