using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>Makes the graph that a <see cref="ChannelPlan"/> leaves.</summary>
internal sealed class ChannelSelection
{
    private readonly ChannelPlan plan;
    private readonly NetworkGraph graph;
    private readonly GraphBuilder builder = new();
    private readonly int[] places;
    private readonly List<int> origins = [];
    private readonly List<AxisSelection?> selections = [];
    private readonly List<bool> isNew = [];

    private ChannelSelection(ChannelPlan plan)
    {
        this.plan = plan;
        graph = plan.Graph;
        places = new int[graph.Values];
    }

    /// <summary>The edit that leaves what is planned.</summary>
    /// <param name="plan">The plan.</param>
    public static GraphEdit Apply(ChannelPlan plan)
    {
        var selection = new ChannelSelection(plan);
        for (int i = 0; i < plan.Graph.Inputs.Count; i++)
        {
            GraphInput input = plan.Graph.Inputs[i];
            selection.places[i] = selection.builder.AddInput(input.Name, input.Shape);
            selection.origins.Add(i);
            selection.selections.Add(null);
        }

        for (int n = 0; n < plan.Graph.Nodes.Count; n++)
        {
            if (plan.IsNeeded[plan.Graph.ValueOf(n)])
                selection.places[plan.Graph.ValueOf(n)] = selection.Select(n);
        }

        foreach (GraphOutput output in plan.Graph.Outputs)
            selection.builder.AddOutput(output.Name, selection.places[output.Value]);
        return new(plan.Graph, selection.builder.Build(), selection.origins, selection.selections, selection.isNew);
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

        return Add(op, given?.Of(node.Shape) ?? node.Shape, node.Name, node.ValueName, value, given, taken);
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
        return Add(select, shape, name, "", -1, null, [places[operand]]);
    }

    private int Add(Operator op, TensorShape shape, string name, string valueName, int origin, AxisSelection? selection, int[] taken)
    {
        origins.Add(origin);
        selections.Add(selection);
        isNew.Add(origin < 0);
        return builder.Add(op, shape, name, valueName, taken);
    }
}
