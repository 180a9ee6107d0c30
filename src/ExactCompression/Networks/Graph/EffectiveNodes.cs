namespace ExactCompression.Networks;

/// <summary>
/// What nodes amount to, however they are stated: what is left of one after channels have gone may change nothing, and is none at all in
/// the file that is written and read again.
/// </summary>
internal static class EffectiveNodes
{
    /// <summary>The value that nodes without an effect pass on.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="value">A value of it.</param>
    public static int Source(NetworkGraph graph, int value)
    {
        while (graph.Producer(value) is { Inputs: [var only] } node && graph.ShapeOf(only).Equals(node.Shape)
            && (OperatorOf(graph, node) is ReshapeOperator or ConcatOperator || IsWhole(node.Operator)))
            value = only;
        return value;
    }

    /// <summary>
    /// A node's operator: a transposition that moves only axes of one element is a reshape, and an axis of which all is selected stays as
    /// it is.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="node">A node of it.</param>
    public static Operator OperatorOf(NetworkGraph graph, GraphNode node) => node.Operator switch
    {
        TransposeOperator transpose when KeepsOrder(graph.ShapeOf(node.Inputs[0]), transpose.Permutation) => new ReshapeOperator(),
        SelectOperator select => new SelectOperator(
            [.. select.Indices.Zip(graph.ShapeOf(node.Inputs[0]), static (indices, size) => IsWhole(indices, size) ? null : indices)]),
        _ => node.Operator,
    };

    /// <summary>
    /// Whether operators are the same, number by number, where a number for all, or for each channel, is as good as one for each element.
    /// </summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    /// <param name="shape">The shape of what both give.</param>
    public static bool AreSame(Operator a, Operator b, TensorShape shape) => OperatorComparison.AreSame(a, b)
        || (a is ScaleShiftOperator x && b is ScaleShiftOperator y && x.PerChannel != y.PerChannel
            && OperatorComparison.AreSame(Spread(x, shape), Spread(y, shape)))
        || (a is LeakyReluOperator before && b is LeakyReluOperator after
            && Spread(before, shape).AsSpan().SequenceEqual(Spread(after, shape)));

    /// <summary>Whether transposing leaves the elements in their row-major order: dimensions larger than 1 keep their order.</summary>
    /// <param name="shape">The shape of what is transposed.</param>
    /// <param name="permutation">For each axis of the result, the input's.</param>
    public static bool KeepsOrder(IReadOnlyList<int> shape, IReadOnlyList<int> permutation)
    {
        int[] moved = [.. permutation.Where(p => shape[p] != 1)];
        return moved.AsSpan().SequenceEqual(moved.Order().ToArray());
    }

    /// <summary>Whether an operator gives all that it takes where its shape stays.</summary>
    private static bool IsWhole(Operator op) => op is SelectOperator select
        && select.Indices.All(static indices => indices is null || IsWhole(indices, indices.Length));

    private static bool IsWhole(int[]? indices, int size) => indices?.AsSpan().SequenceEqual([.. Enumerable.Range(0, size)]) ?? true;

    private static double[] Spread(LeakyReluOperator leaky, TensorShape shape) =>
        leaky.Slopes is [var only] ? [.. Enumerable.Repeat(only, shape.Elements)] : leaky.Slopes;

    private static ScaleShiftOperator Spread(ScaleShiftOperator scale, TensorShape shape) => scale.PerChannel
        ? new(scale.Part.Elements([.. Enumerable.Range(0, shape.Elements).Select(i => i / (shape.Elements / scale.Part.Outputs))]))
        : scale;
}
