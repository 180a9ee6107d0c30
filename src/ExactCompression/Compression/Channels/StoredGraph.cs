using System.Numerics.Tensors;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Channels;

/// <summary>
/// A <see cref="GraphDraft"/> as it is stored: its new weights rounded, with a proven bound of its deviation from the original. With
/// <c>W^ = W~ + D</c> the stored weights, <c>z^ - z~ = W^ (a^ - a~) + D a~ + (b^ - b~)</c>, over what the weights may read.
/// </summary>
internal static class StoredGraph
{
    /// <summary>Rounds the new weights.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="precision">What new weights are rounded to; null for each node's own precision.</param>
    public static (GraphEdit Edit, double Deviation) Of(GraphDraft draft, WeightPrecision? precision)
    {
        NetworkGraph graph = draft.Graph;
        var changes = new Dictionary<int, NodeChange>();
        var sources = new double[]?[graph.Nodes.Count];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            if (!draft.Edit.IsNew[n] || node.Operator is not (ConvolutionOperator or DenseOperator))
                continue;
            (Operator stored, double[] moved) = Stored(
                node.Operator, row => draft.Ranges.Patch(node.Operator, node.Inputs[0], row), precision);
            changes[n] = new() { Operator = stored };
            sources[n] = MapShapes.PerElement(moved, node.Shape.Elements);
        }

        if (changes.Count == 0)
            return (draft.Edit, draft.Deviation);
        (GraphEdit edit, _) = GraphRebuild.Apply(graph, changes);
        double[]?[] moves = ValueMoves.Of(edit.Edited, sources, draft.Units);
        return (draft.Edit.Then(edit), UpperBound.Add(draft.Deviation, ValueMoves.OfOutputs(edit.Edited, moves)));
    }

    private static (Operator Stored, double[] Moved) Stored(Operator op, Func<int, Box> patch, WeightPrecision? asked)
    {
        double[] weights = FilterWeights.WeightsOf(op), bias = FilterWeights.BiasOf(op);
        WeightPrecision precision = WeightRounding.Fitting(weights, bias, asked ?? op.Precision ?? WeightPrecision.Float32);
        double[] rounded = WeightRounding.Rounded(weights, precision), difference = new double[weights.Length / bias.Length];
        bool hasGroups = op is ConvolutionOperator { Groups: > 1 };
        Box all = patch(0);
        double[] taken = [.. bias], moved = new double[bias.Length];
        for (int row = 0; row < bias.Length; row++)
        {
            int at = row * difference.Length;
            TensorPrimitives.Subtract(rounded.AsSpan(at, difference.Length), weights.AsSpan(at, difference.Length), difference);
            (double low, double high) = difference.AsSpan().IndexOfAnyExcept(0.0) < 0
                ? (0, 0)
                : (hasGroups ? patch(row) : all).Range(difference, 0);
            taken[row] = WeightRounding.Absorbed(bias[row], low, high, precision);
            double change = taken[row] - bias[row];
            if (change != 0)
                (low, high) = (Rounding.AddDown(low, Math.BitDecrement(change)), Rounding.AddUp(high, Math.BitIncrement(change)));
            moved[row] = UpperBound.Known(Math.Max(Math.Abs(low), Math.Abs(high)));
        }

        return (op is ConvolutionOperator convolution
            ? convolution with { Filters = rounded, Bias = taken, Stored = precision }
            : (DenseOperator)op with { Weights = rounded, Bias = taken, Stored = precision }, moved);
    }
}
