using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>Makes the graph that a <see cref="ChannelPlan"/> leaves.</summary>
internal sealed class ChannelSelection
{
    private readonly ChannelPlan plan;
    private readonly NetworkGraph graph;
    private readonly GraphEditBuilder builder;
    private readonly int[] places;

    private ChannelSelection(ChannelPlan plan)
    {
        this.plan = plan;
        graph = plan.Graph;
        builder = new(graph);
        places = [.. Enumerable.Range(0, graph.Values)]; // those of inputs stay
    }

    /// <summary>The edit that leaves what is planned.</summary>
    /// <param name="plan">The plan.</param>
    public static GraphEdit Apply(ChannelPlan plan)
    {
        var selection = new ChannelSelection(plan);
        for (int n = 0; n < plan.Graph.Nodes.Count; n++)
        {
            if (plan.IsNeeded[plan.Graph.ValueOf(n)])
                selection.places[plan.Graph.ValueOf(n)] = selection.Select(n);
        }

        return selection.builder.Build([.. plan.Graph.Outputs.Select(output => selection.places[output.Value])]);
    }

    private int Select(int n)
    {
        GraphNode node = graph.Nodes[n];
        int value = graph.ValueOf(n);
        AxisSelection? given = plan.Selection(value);
        int[] operands = [.. Enumerable.Range(0, node.Inputs.Count).Where(k => !plan.Dropped.Contains((n, k)))];
        int[] taken =
        [
            .. operands.Select(k => node.Operator is SumOperator ? Operand(node, node.Inputs[k], value) : places[node.Inputs[k]]),
        ];
        Operator op = node.Operator;
        if (op is SumOperator sum)
        {
            int[] signs = [.. operands.Select(k => sum.Signs[k])];
            if (signs is [1])
                return taken[0];
            op = signs.Length == sum.Signs.Count ? sum : new SumOperator(signs);
        }
        else
            op = OperatorSelection.Of(
                op, [.. node.Inputs.Select(graph.ShapeOf)], node.Shape, [.. node.Inputs.Select(plan.Selection)], given);

        return builder.Add(n, op, given, isNew: false, taken);
    }

    /// <summary>An operand of a sum, with zeros for the channels that it has lost.</summary>
    private int Operand(GraphNode node, int operand, int sum)
    {
        int axis = plan.Axes.AxisOf(sum), own = plan.Axes.Start(operand), all = plan.Axes.Start(sum), count = plan.Axes.Count(sum);
        if (plan.IsKept.AsSpan(own, count).SequenceEqual(plan.IsKept.AsSpan(all, count)))
            return places[operand];
        var indices = new List<int>();
        for (int i = 0, at = 0; i < count; i++)
        {
            int place = plan.IsKept[own + i] ? at++ : -1;
            if (plan.IsKept[all + i])
                indices.Add(place);
        }

        TensorShape shape = new AxisSelection(axis, [.. indices]).Of(node.Shape);
        var select = new SelectOperator([.. node.Shape.Select((_, a) => a == axis ? indices.ToArray() : null)]);
        string name = $"{graph.Producer(operand)?.Name ?? "input"}.channels";
        return builder.AddNew(select, shape, name, "", places[operand]);
    }
}
