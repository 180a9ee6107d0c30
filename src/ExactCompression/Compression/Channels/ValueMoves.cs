using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Channels;

/// <summary>
/// How far the values of a graph move at most where some of them have been changed: a proven bound for each element, through
/// <c>|W| moved</c> of linear maps and units that are no steeper than their slopes.
/// </summary>
internal static class ValueMoves
{
    /// <summary>The moves of all values.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="sources">For each node, how far what it gives differs by itself for the same input; null for not at all.</param>
    /// <param name="units">For each node, the bounds of its pre-activations before; null for one that is no unit.</param>
    /// <returns>For each value, a bound for each element; null where nothing moves.</returns>
    public static double[]?[] Of(NetworkGraph graph, IReadOnlyList<double[]?> sources, IReadOnlyList<UnitBounds?> units)
    {
        var moved = new double[]?[graph.Values];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            double[]? through = node.Inputs.All(v => moved[v] is null) ? null : Through(graph, node, moved, units[n]);
            moved[graph.ValueOf(n)] = (through, sources[n]) switch
            {
                (null, var own) => own is null || own.AsSpan().IndexOfAnyExcept(0.0) < 0 ? null : own,
                (_, null) => through,
                _ => [.. through.Zip(sources[n]!, UpperBound.Add)],
            };
        }

        return moved;
    }

    /// <summary>The largest move of an output; infinity where it depends on an opaque node that is no softmax.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="moved">The moves of its values.</param>
    public static double OfOutputs(NetworkGraph graph, double[]?[] moved) =>
        graph.Outputs.Max(output => moved[output.Value]?.Max() ?? 0);

    private static double[] Through(NetworkGraph graph, GraphNode node, double[]?[] moved, UnitBounds? bounds)
    {
        int count = node.Shape.Elements;
        double[] Of(int k) => moved[node.Inputs[k]] ?? new double[graph.ShapeOf(node.Inputs[k]).Elements];
        switch (node.Operator)
        {
            case ConvolutionOperator convolution:
                return Convolved(convolution, Of(0), graph.ShapeOf(node.Inputs[0])[0], count);
            case DenseOperator dense:
                return Multiplied(dense, Of(0), count);
            case MaxPoolOperator or AveragePoolOperator:
                return MapShapes.PerElement(ByChannel(Of(0), node.Shape[0]), count);
            case ReductionOperator reduction:
                double most = Of(0).Max();
                double taken = graph.ShapeOf(node.Inputs[0]).Elements / Math.Max(1, count);
                return MapShapes.PerElement([reduction.IsMean ? most : UpperBound.Multiply(taken, most)], count);
            case ConcatOperator concat:
                return ElementPlaces.Joined(
                    concat.Axis, [.. node.Inputs.Select((v, k) => (Of(k), graph.ShapeOf(v)))], node.Shape);
            case ReshapeOperator:
                return Of(0);
            case SelectOperator select:
                return ElementPlaces.Take(Of(0), Selections.Sources(select, graph.ShapeOf(node.Inputs[0]), node.Shape));
            case TransposeOperator transpose:
                return ElementPlaces.Take(Of(0), Selections.Sources(transpose, graph.ShapeOf(node.Inputs[0]), node.Shape));
            case ScaleShiftOperator scale:
                return Scaled(scale, Of(0), node.Shape);
            case SumOperator:
                double[] sum = Of(0);
                for (int k = 1; k < node.Inputs.Count; k++)
                    sum = [.. sum.Zip(Of(k), UpperBound.Add)];
                return sum;
            case SmoothOperator { Function: var smooth }:
                double range = SmoothFunction.Most - smooth.Least;
                return [.. Of(0).Select(m => Math.Min(range, UpperBound.Multiply(smooth.Steepest, m)))];
            case OpaqueOperator { Softmax: { } softmax }:
                double[] scores = Of(0);
                double slope = new SoftmaxFunction(softmax).Steepest;
                return [.. Enumerable.Range(0, count).Select(e => UpperBound.Multiply(slope, MostOfGroup(softmax, scores, e)))];
            case UnitOperator unit:
                double[] first = Of(0), last = Of(node.Inputs.Count - 1);
                return [.. first.Select((m, e) => UnitRanges.Moved(unit, e, bounds, Math.Max(m, last[e])))];
            default:
                return MapShapes.PerElement([double.PositiveInfinity], count);
        }
    }

    private static double MostOfGroup(SoftmaxShape softmax, double[] moved, int element)
    {
        double most = 0;
        for (int k = 0, e = softmax.FirstOf(element); k < softmax.Count; k++, e += softmax.Step)
            most = Math.Max(most, moved[e]);
        return most;
    }

    private static double[] Convolved(ConvolutionOperator convolution, double[] moved, int channels, int count)
    {
        double[] most = ByChannel(moved, channels);
        int taps = convolution.Geometry.Taps;
        int of = channels / convolution.Groups, per = convolution.Channels / convolution.Groups;
        double[] patch = MapShapes.PerElement(most, channels * taps);
        return MapShapes.PerElement(
            [
                .. Enumerable.Range(0, convolution.Channels).Select(o => UpperBound.MagnitudeDot(
                    convolution.Filters.AsSpan(o * of * taps, of * taps), patch.AsSpan(o / per * of * taps, of * taps))),
            ], count);
    }

    private static double[] Multiplied(DenseOperator dense, double[] moved, int count)
    {
        var all = new double[count];
        for (int row = 0; row * dense.Outputs < count; row++)
        {
            ReadOnlySpan<double> taken = moved.AsSpan(row * dense.Inputs, dense.Inputs);
            for (int o = 0; o < dense.Outputs; o++)
            {
                double radius = dense.WeightRadius is { } radii
                    ? UpperBound.MagnitudeDot(radii.AsSpan(o * dense.Inputs, dense.Inputs), taken)
                    : 0;
                all[(row * dense.Outputs) + o] = UpperBound.Add(
                    UpperBound.MagnitudeDot(dense.Weights.AsSpan(o * dense.Inputs, dense.Inputs), taken), radius);
            }
        }

        return all;
    }

    private static double[] Scaled(ScaleShiftOperator scale, double[] moved, TensorShape shape)
    {
        AffineMap map = scale.Map();
        int plane = scale.PerChannel ? shape.Elements / shape[0] : 1;
        return [.. moved.Select((m, e) => map.IsShift
            ? m
            : UpperBound.Multiply(UpperBound.Add(Math.Abs(map.Weights[e / plane]), map.WeightRadius?[e / plane] ?? 0), m))];
    }

    /// <summary>The largest move of each channel.</summary>
    private static double[] ByChannel(double[] moved, int channels)
    {
        int plane = moved.Length / channels;
        return [.. Enumerable.Range(0, channels).Select(c => moved.AsSpan(c * plane, plane).ToArray().Max())];
    }
}
