using ExactCompression.Compression.Channels;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Nodes;

/// <summary>
/// Rows and columns at the edges of kernels whose weights are all 0, or that never meet anything but padding, are left out, with as much of
/// the padding; no weight changes. A filter that only passes a channel on becomes one of a single element this way.
/// </summary>
internal static class WindowTrim
{
    /// <summary>The graph with smaller kernels.</summary>
    /// <param name="draft">The graph.</param>
    public static GraphDraft Apply(GraphDraft draft)
    {
        NetworkGraph graph = draft.Graph;
        var changes = new Dictionary<int, NodeChange>();
        var steps = new List<CompressionStep>();
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            if (node.Operator is not ConvolutionOperator before
                || Trimmed(before, graph.ShapeOf(node.Inputs[0]), node.Shape) is not { } after)
                continue;
            changes.Add(n, new() { Operator = after });
            int gone = before.Geometry.Taps - after.Geometry.Taps;
            steps.Add(new(
                CompressionStepKind.TrimWindows, draft.LayerOf(n), [],
                FormattableString.Invariant($"{node.Name}: {gone} of the {before.Geometry.Taps} elements of its kernels ")
                    + "have weights of 0 or meet nothing but padding, and are left out."));
        }

        if (changes.Count == 0)
            return draft;
        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(graph, changes);
        return draft.After(edit, new double[]?[nodes.Count], [.. draft.Units], draft.Origins, steps);
    }

    private static ConvolutionOperator? Trimmed(ConvolutionOperator convolution, TensorShape input, TensorShape output)
    {
        ConvolutionShape geometry = convolution.Geometry;
        MapShape from = MapShapes.Of(input), to = MapShapes.Of(output);
        int width = geometry.KernelWidth, taps = geometry.Taps;
        bool IsNothing(int tap)
        {
            for (int at = tap; at < convolution.Filters.Length; at += taps)
            {
                if (convolution.Filters[at] != 0)
                    return false;
            }

            return true;
        }

        bool[] isNothing = [.. Enumerable.Range(0, taps).Select(IsNothing)];
        (JoinedWindows.Axis tall, int top) = JoinedWindows.Axis.Rows(geometry).Trimmed(
            from.Height, to.Height, t => Enumerable.Range(t * width, width).All(tap => isNothing[tap]));
        (JoinedWindows.Axis wide, int left) = JoinedWindows.Axis.Columns(geometry).Trimmed(
            from.Width, to.Width, t => Enumerable.Range(0, geometry.KernelHeight).All(row => isNothing[(row * width) + t]));
        if (tall.Kernel * wide.Kernel == taps)
            return null;
        int kept = tall.Kernel * wide.Kernel;
        var filters = new double[convolution.Filters.Length / taps * kept];
        for (int at = 0; at < filters.Length; at++)
        {
            int row = (at % kept / wide.Kernel) + top, column = (at % kept % wide.Kernel) + left;
            filters[at] = convolution.Filters[(at / kept * taps) + (row * width) + column];
        }

        return convolution with { Filters = filters, Geometry = JoinedWindows.Axis.Both(tall, wide) };
    }
}
