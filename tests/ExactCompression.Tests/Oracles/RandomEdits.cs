using ExactCompression.Networks;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// Random edits of graphs: channels that go from everything that they are tied to, and on demand other weights, units left out, operands of
/// sums and concatenations that go, and zeros put in for channels that are gone. They do not keep the function.
/// </summary>
internal sealed class RandomEdits(NetworkGraph graph, int seed, bool rewrites)
{
    private readonly Dictionary<int, int> ties = [];
    private readonly HashSet<int> whole = [];
    private readonly List<int> origins = [];
    private readonly List<AxisSelection?> selections = [];
    private readonly List<bool> isNew = [];
    private Random random = new(seed);
    private GraphBuilder builder = new();

    /// <summary>A value on the way: its number afterwards, what of it is kept, and which nodes decide that.</summary>
    private sealed record Left(int Value, AxisSelection? Kept, int Definer, HashSet<int> Definers);

    public static GraphEdit Of(NetworkGraph graph, int seed, bool rewrites) => new RandomEdits(graph, seed, rewrites).Make();

    private GraphEdit Make()
    {
        while (true)
        {
            (random, builder) = (new(seed), new());
            origins.Clear();
            selections.Clear();
            isNew.Clear();
            var values = new Left[graph.Values];
            for (int i = 0; i < graph.Inputs.Count; i++)
                values[i] = Add(builder.AddInput(graph.Inputs[i].Name, graph.Inputs[i].Shape), i, null, -1, []);
            if (!Enumerable.Range(0, graph.Nodes.Count).All(n => TryNode(n, values)))
                continue;
            int free = graph.Outputs.Count(o => values[o.Value].Kept is not null);
            if (free > 0)
            {
                foreach (GraphOutput output in graph.Outputs)
                    Whole(values[output.Value]);
                continue;
            }

            foreach (GraphOutput output in graph.Outputs)
                builder.AddOutput(output.Name, values[output.Value].Value);
            return new(graph, builder.Build(), origins, selections, isNew);
        }
    }

    private bool TryNode(int n, Left[] values)
    {
        GraphNode node = graph.Nodes[n];
        int number = graph.ValueOf(n);
        Left[] taken = [.. node.Inputs.Select(v => values[v])];
        TensorShape[] shapes = [.. node.Inputs.Select(graph.ShapeOf)];
        HashSet<int> upstream = [.. taken.SelectMany(static t => t.Definers)];
        AxisSelection? first = taken.Length > 0 ? taken[0].Kept : null;
        switch (node.Operator)
        {
            case OpaqueOperator when taken.Any(static t => t.Kept is not null):
                return Retry(taken);
            case ConvolutionOperator { Groups: > 1 } grouped:
                bool isDepthwise = grouped.Groups == shapes[0][0] && grouped.Channels == grouped.Groups;
                if (!isDepthwise && first is not null)
                    return Retry(taken);
                return Give(node, number, values, taken, first, taken[0].Definer, upstream);
            case ConvolutionOperator:
                return first is null or { Axis: 0 }
                    ? Give(node, number, values, taken, Some(n, 0, node.Shape), n, [n])
                    : Retry(taken);
            case DenseOperator:
                int last = node.Shape.Count - 1;
                return first is null || first.Axis == last
                    ? Give(node, number, values, taken, Some(n, last, node.Shape), n, [n])
                    : Retry(taken);
            case SumOperator or ExtremumOperator:
                return TrySum(node, number, values, taken, upstream);
            case ConcatOperator concat:
                return TryConcat(concat, node, number, values, taken, upstream);
            case ReshapeOperator:
                AxisSelection? reshaped = first is null ? null : Reshaped(first, shapes[0], node.Shape);
                return first is null || reshaped is not null
                    ? Give(node, number, values, taken, reshaped, -1, upstream)
                    : Retry(taken);
            case TransposeOperator transpose:
                AxisSelection? moved = first is null ? null : first with { Axis = transpose.Permutation.ToList().IndexOf(first.Axis) };
                return Give(node, number, values, taken, moved, -1, upstream);
            case SelectOperator select when first is not null && select.Indices[first.Axis] is { } indices:
                int[] kept = [.. Enumerable.Range(0, indices.Length).Where(i => indices[i] < 0 || first.Kept.Contains(indices[i]))];
                return kept.Length == 0
                    ? Retry(taken)
                    : Give(
                        node, number, values, taken, kept.Length == indices.Length ? null : new(first.Axis, kept), -1, upstream);
            case ReductionOperator reduction when first is not null:
                if (reduction.Axes.Contains(first.Axis) || !Reduced(reduction, shapes[0], node.Shape, first.Axis, out int axis))
                    return Retry(taken);
                return Give(node, number, values, taken, first with { Axis = axis }, -1, upstream);
            case MaxPoolOperator or AveragePoolOperator when first is { Axis: > 0 }:
                return Retry(taken);
            case ScaleShiftOperator { PerChannel: true } when first is { Axis: > 0 }:
                return Retry(taken);
            case UnitOperator when rewrites && random.Next(6) == 0:
                values[number] = taken[0]; // left out
                return true;
            default:
                return Give(node, number, values, taken, first, taken.Length > 0 ? taken[0].Definer : -1, upstream);
        }
    }

    private static bool Reduced(ReductionOperator reduction, TensorShape before, TensorShape after, int axis, out int moved)
    {
        moved = after.Count == before.Count ? axis : axis - reduction.Axes.Count(a => a < axis);
        return moved < after.Count && after[moved] == before[axis];
    }

    private bool TrySum(GraphNode node, int number, Left[] values, Left[] taken, HashSet<int> upstream)
    {
        if (taken.Select(static t => t.Kept).Distinct(new Kept()).Count() == 1)
        {
            if (rewrites && node.Operator is SumOperator && taken.Length > 1 && random.Next(4) == 0)
            {
                values[number] = taken[1]; // an operand without the sum
                return true;
            }

            return Give(node, number, values, taken, taken[0].Kept, taken[0].Definer, upstream);
        }

        if (rewrites && random.Next(2) == 0)
        {
            Left[] padded = [.. taken.Select((t, k) => t.Kept is { } kept ? Padded(t, kept, graph.ShapeOf(node.Inputs[k])) : t)];
            return Give(node, number, values, padded, null, -1, []);
        }

        if (taken.Any(static t => t.Definer < 0))
            return Retry(taken);
        for (int k = 1; k < taken.Length; k++)
            ties[Root(taken[k].Definer)] = Root(taken[0].Definer);
        if (taken.Select(t => Root(t.Definer)).Distinct().Count() > 1)
            throw new InvalidOperationException();
        foreach (Left left in taken)
        {
            if (whole.Contains(left.Definer))
                whole.UnionWith(taken.Select(t => Root(t.Definer)));
        }

        return ++tied < 1000 ? false : throw new InvalidOperationException("There is no end.");
    }

    private int tied;

    private Left Padded(Left value, AxisSelection kept, TensorShape shape)
    {
        int[] indices = [.. Enumerable.Range(0, shape[kept.Axis]).Select(i => Array.IndexOf(kept.Kept, i))];
        var select = new SelectOperator([.. shape.Select((_, a) => a == kept.Axis ? indices : null)]);
        int added = builder.Add(select, shape, "put back", "", value.Value);
        isNew.Add(true);
        return Add(added, -1, null, -1, []);
    }

    private bool TryConcat(ConcatOperator concat, GraphNode node, int number, Left[] values, Left[] taken, HashSet<int> upstream)
    {
        if (taken.Any(t => t.Kept is { } cut && cut.Axis != concat.Axis))
            return Retry(taken);
        var kept = new List<int>();
        int start = 0, dropped = rewrites && taken.Length > 2 && random.Next(3) == 0 ? random.Next(taken.Length) : -1;
        for (int k = 0; k < taken.Length; k++)
        {
            int size = graph.ShapeOf(node.Inputs[k])[concat.Axis];
            if (k != dropped)
                kept.AddRange((taken[k].Kept?.Kept ?? [.. Enumerable.Range(0, size)]).Select(i => start + i));
            start += size;
        }

        if (dropped >= 0)
            taken = [.. taken.Where((_, k) => k != dropped)];
        return Give(node, number, values, taken, kept.Count == start ? null : new(concat.Axis, [.. kept]), -1, upstream);
    }

    private bool Give(
        GraphNode node, int number, Left[] values, Left[] taken, AxisSelection? given, int definer, HashSet<int> definers)
    {
        Operator op = node.Operator;
        TensorShape[] shapes = [.. node.Inputs.Select(graph.ShapeOf)];
        if (taken.Length == node.Inputs.Count)
            op = OperatorSelection.Of(op, shapes, node.Shape, [.. taken.Select(static t => t.Kept)], given);
        bool changes = rewrites && random.Next(4) == 0;
        Operator after = !changes ? op : op switch
        {
            ConvolutionOperator convolution => convolution with { Bias = Numbers(convolution.Bias.Length) },
            DenseOperator dense => dense with
            {
                Weights = Numbers(dense.Weights.Length), Bias = Numbers(dense.Bias.Length), WeightRadius = null, BiasRadius = null,
            },
            ScaleShiftOperator { Part.Kind: AffinePartKind.Elementwise } scale => scale with
            {
                Part = AffinePart.Of(
                    AffinePartKind.Elementwise, scale.Part.Outputs, scale.Part.Outputs, scale.Part.Precision, 0,
                    [Numbers(scale.Part.Outputs), Numbers(scale.Part.Outputs)]),
            },
            _ => op,
        };
        int value = builder.Add(after, given?.Of(node.Shape) ?? node.Shape, node.Name, node.ValueName, [.. taken.Select(t => t.Value)]);
        isNew.Add(!ReferenceEquals(after, op) || taken.Length != node.Inputs.Count);
        values[number] = Add(value, number, given, definer, definers);
        return true;
    }

    private Left Add(int value, int origin, AxisSelection? kept, int definer, HashSet<int> definers)
    {
        origins.Add(origin);
        selections.Add(kept);
        return new(value, kept, definer, definers);
    }

    /// <summary>Which channels of a node are kept: the same of all that it is tied to.</summary>
    private AxisSelection? Some(int node, int axis, TensorShape shape)
    {
        int root = Root(node);
        if (whole.Contains(root))
            return null;
        var own = new Random((seed * 7919) + root);
        int[] kept = [.. Enumerable.Range(0, shape[axis]).Where(_ => own.Next(3) > 0)];
        if (kept.Length == shape[axis])
            return null;
        return new(axis, kept.Length > 0 ? kept : [0]);
    }

    private int Root(int node) => ties.TryGetValue(node, out int tie) && tie != node ? Root(tie) : node;

    /// <summary>Everything of what decides some values is kept, at the next attempt.</summary>
    private bool Retry(Left[] taken)
    {
        foreach (Left value in taken)
            Whole(value);
        return false;
    }

    private void Whole(Left value)
    {
        if (value.Kept is not null)
            whole.UnionWith(value.Definers.Select(Root));
    }

    private static AxisSelection? Reshaped(AxisSelection cut, TensorShape before, TensorShape after)
    {
        if (after.Count == 1 && cut.Axis == 0)
            return new(0, cut.Elements(before));
        int outer = before.Take(cut.Axis).Aggregate(1, static (n, d) => n * d);
        for (int a = 0; a < after.Count; a++)
        {
            if (after[a] == before[cut.Axis] && after.Take(a).Aggregate(1, static (n, d) => n * d) == outer)
                return cut with { Axis = a };
        }

        return null;
    }

    private double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)((random.NextDouble() * 2) - 1))];

    private sealed class Kept : IEqualityComparer<AxisSelection?>
    {
        public bool Equals(AxisSelection? x, AxisSelection? y) =>
            x is null || y is null ? x == y : x.Axis == y.Axis && x.Kept.AsSpan().SequenceEqual(y.Kept);

        public int GetHashCode(AxisSelection? obj) => obj?.Kept.Length ?? 0;
    }
}
