using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>
/// The axis along which each value of a graph can lose elements: its channels. All elements at one index of it go together. The channels of
/// all values are numbered through.
/// </summary>
internal sealed class ChannelAxes
{
    /// <summary>Of a constant whose readers have not been met.</summary>
    private const int Open = -1;

    private readonly int[] axes;
    private readonly int[] starts;

    private ChannelAxes(NetworkGraph graph, int[] axes)
    {
        this.axes = axes;
        starts = new int[axes.Length + 1];
        for (int v = 0; v < axes.Length; v++)
            starts[v + 1] = checked(starts[v] + CountOf(graph.ShapeOf(v), axes[v]));
    }

    /// <summary>Number of channels of all values.</summary>
    public int Total => starts[^1];

    /// <summary>The axis of a value's channels, without the batch.</summary>
    /// <param name="value">The value.</param>
    public int AxisOf(int value) => axes[value];

    /// <summary>Number of channels of a value.</summary>
    /// <param name="value">The value.</param>
    public int Count(int value) => starts[value + 1] - starts[value];

    /// <summary>The number of a value's first channel.</summary>
    /// <param name="value">The value.</param>
    public int Start(int value) => starts[value];

    /// <summary>The axes of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="cut">What is left of each value already, which can lose more along the same axis only; null where all is.</param>
    public static ChannelAxes Of(NetworkGraph graph, IReadOnlyList<AxisSelection?> cut)
    {
        var axes = new int[graph.Values];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            int known = node.Inputs.Select(v => axes[v]).FirstOrDefault(static a => a != Open, 0);
            if (node.Operator is SumOperator or ConcatOperator or ExtremumOperator)
            {
                foreach (int v in node.Inputs)
                    axes[v] = axes[v] == Open && known < graph.ShapeOf(v).Count ? known : axes[v];
            }

            int axis = node.Operator is ConstantOperator ? Open : After(graph, node, known);
            axes[graph.ValueOf(n)] = cut[graph.ValueOf(n)]?.Axis ?? (axis < Math.Max(1, node.Shape.Count) ? axis : 0);
        }

        for (int v = 0; v < axes.Length; v++)
            axes[v] = Math.Max(0, axes[v]);
        return new(graph, axes);
    }

    /// <summary>The place in a value of an element, counted along the channels.</summary>
    /// <param name="shape">The value's shape.</param>
    /// <param name="axis">The axis of its channels.</param>
    public static int Inner(TensorShape shape, int axis) => shape.Skip(axis + 1).Aggregate(1, static (n, d) => n * d);

    private static int CountOf(TensorShape shape, int axis) => shape.Count == 0 ? 1 : shape[axis];

    private static int After(NetworkGraph graph, GraphNode node, int axis) => node.Operator switch
    {
        ConvolutionOperator or MaxPoolOperator or AveragePoolOperator or OpaqueOperator => 0,
        TransposeOperator transpose => Math.Max(0, transpose.Permutation.ToList().IndexOf(axis)),
        ReductionOperator reduction when graph.ShapeOf(node.Inputs[0]).Count > node.Shape.Count =>
            Math.Max(0, axis - reduction.Axes.Count(a => a < axis)),
        ReshapeOperator => Reshaped(graph.ShapeOf(node.Inputs[0]), axis, node.Shape),
        _ => axis,
    };

    /// <summary>The axis of as many indices with as much behind each; else the first.</summary>
    private static int Reshaped(TensorShape before, int axis, TensorShape after)
    {
        if (before.Count == 0)
            return 0;
        int inner = Inner(before, axis);
        for (int a = 0; a < after.Count; a++)
        {
            if (after[a] == before[axis] && Inner(after, a) == inner)
                return a;
        }

        return 0;
    }
}
