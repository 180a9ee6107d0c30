using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Channels;

/// <summary>
/// Channels of one operand of a sum that are constant, as normalisation with a scale of 0 leaves them, go into the bias of another operand.
/// What is left of them is 0, and can be removed from that branch alone.
/// </summary>
internal static class ConstantOperands
{
    /// <summary>The graph after each move that is possible.</summary>
    /// <param name="draft">The graph.</param>
    public static IEnumerable<GraphDraft> Find(GraphDraft draft)
    {
        NetworkGraph graph = draft.Graph;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (graph.Nodes[n].Operator is not SumOperator)
                continue;
            int[] own = [.. graph.Nodes[n].Inputs.Where(v => IsOwn(graph, v))];
            foreach (int from in own)
            {
                int[] channels = Constants(graph, from);
                int to = own.FirstOrDefault(v => v != from && graph.ShapeOf(v).Count > 0, -1);
                if (channels.Length > 0 && to >= 0 && Move(draft, n, from, to, channels) is { } moved)
                    yield return moved;
            }
        }
    }

    /// <summary>Whether a value is that of an affine node with a bias for each channel, and read once.</summary>
    private static bool IsOwn(NetworkGraph graph, int value) =>
        graph.IsReadOnce(value)
        && graph.Producer(value)?.Operator is ConvolutionOperator or ScaleShiftOperator
            { PerChannel: true, Part.Kind: AffinePartKind.Elementwise or AffinePartKind.BatchNormalization };

    private static int[] Constants(NetworkGraph graph, int value)
    {
        switch (graph.Producer(value)!.Operator)
        {
            case ConvolutionOperator convolution:
                int length = convolution.Filters.Length / convolution.Channels;
                return [.. Enumerable.Range(0, convolution.Channels).Where(
                    o => convolution.Bias[o] != 0
                        && convolution.Filters.AsSpan(o * length, length).IndexOfAnyExcept(0.0) < 0)];
            case ScaleShiftOperator scale:
                IReadOnlyList<double[]> values = scale.Part.Values;
                return [.. Enumerable.Range(0, scale.Part.Outputs).Where(c => values[0][c] == 0 && values[1][c] != 0)];
            default:
                return [];
        }
    }

    private static GraphDraft? Move(GraphDraft draft, int sum, int from, int to, int[] channels)
    {
        NetworkGraph graph = draft.Graph;
        int inputs = graph.Inputs.Count;
        GraphNode node = graph.Nodes[sum], source = graph.Nodes[from - inputs], target = graph.Nodes[to - inputs];
        int sign = Sign(node, from) * Sign(node, to);
        double[] shifts = [.. ShiftsOf(target.Operator)], moved = new double[shifts.Length];
        double[] left = [.. ShiftsOf(source.Operator)];
        WeightPrecision precision = target.Operator.Precision ?? WeightPrecision.Float32;
        foreach (int c in channels)
        {
            ErrorFreeSum exact = default;
            exact.Add(shifts[c]);
            exact.Add(sign * left[c]);
            double stored = WeightRounding.Rounded(exact.Value, precision);
            if (!double.IsFinite(stored))
                return null;
            exact.Add(-stored);
            moved[c] = UpperBound.Add(Math.Abs(exact.Value), exact.Radius);
            (shifts[c], left[c]) = (stored, 0);
        }

        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(graph, new Dictionary<int, NodeChange>
        {
            [from - inputs] = new() { Operator = WithShifts(source.Operator, left) },
            [to - inputs] = new() { Operator = WithShifts(target.Operator, shifts) },
        });
        var step = new CompressionStep(
            CompressionStepKind.RemoveConstant, draft.LayerOf(sum), [],
            FormattableString.Invariant($"{node.Name}: {channels.Length} of {left.Length} channels that {source.Name} adds are constant, ")
                + $"and go into {target.Name}.");
        return draft.After(
            edit, [.. nodes.Select(n => n == to - inputs ? MapShapes.PerElement(moved, target.Shape.Elements) : null)], [.. draft.Units],
            draft.Origins, step);
    }

    private static int Sign(GraphNode sum, int value) => ((SumOperator)sum.Operator).Signs[sum.Inputs.ToList().IndexOf(value)];

    private static double[] ShiftsOf(Operator op) =>
        op is ConvolutionOperator convolution ? convolution.Bias : ((ScaleShiftOperator)op).Part.Values[1];

    private static Operator WithShifts(Operator op, double[] shifts)
    {
        if (op is ConvolutionOperator convolution)
            return convolution with { Bias = shifts };
        AffinePart part = ((ScaleShiftOperator)op).Part;
        return ((ScaleShiftOperator)op) with
        {
            Part = AffinePart.Of(
                part.Kind, part.Outputs, part.Inputs, part.Precision, part.Epsilon,
                [.. part.Values.Select((values, k) => k == 1 ? shifts : values)]),
        };
    }
}
