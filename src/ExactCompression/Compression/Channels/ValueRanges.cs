using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Channels;

/// <summary>
/// Proven ranges of every element of every value of a graph over a domain: interval arithmetic, tightened by the bounds of the units.
/// Windows are bounded by the hull of their channel.
/// </summary>
internal sealed class ValueRanges
{
    private readonly NetworkGraph graph;
    private readonly double[][] lower;
    private readonly double[][] upper;

    private ValueRanges(NetworkGraph graph)
    {
        this.graph = graph;
        lower = new double[graph.Values][];
        upper = new double[graph.Values][];
    }

    /// <summary>Lower ends of a value's elements.</summary>
    /// <param name="value">The value.</param>
    public double[] Lower(int value) => lower[value];

    /// <summary>Upper ends of a value's elements.</summary>
    /// <param name="value">The value.</param>
    public double[] Upper(int value) => upper[value];

    /// <summary>The ranges of a graph's values.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="domain">The ends of its inputs, one after another.</param>
    /// <param name="units">For each node, the bounds of its pre-activations; null for one that is no unit.</param>
    public static ValueRanges Of(NetworkGraph graph, (double[] Lower, double[] Upper) domain, IReadOnlyList<UnitBounds?> units)
    {
        var ranges = new ValueRanges(graph);
        for (int i = 0, at = 0; i < graph.Inputs.Count; at += graph.Inputs[i++].Shape.Elements)
        {
            int end = at + graph.Inputs[i].Shape.Elements;
            (ranges.lower[i], ranges.upper[i]) = (domain.Lower[at..end], domain.Upper[at..end]);
        }

        for (int n = 0; n < graph.Nodes.Count; n++)
            (ranges.lower[graph.ValueOf(n)], ranges.upper[graph.ValueOf(n)]) = ranges.Of(graph.Nodes[n], units[n]);
        return ranges;
    }

    /// <summary>The box of what a convolution's filters read at any position, or of a matrix' inputs.</summary>
    /// <param name="op">A convolution without groups, or a matrix over a vector.</param>
    /// <param name="value">What it takes.</param>
    public (double[] Lower, double[] Upper) Patch(Operator op, int value)
    {
        if (op is not ConvolutionOperator convolution)
            return (lower[value], upper[value]);
        bool pads = convolution.Geometry.HasPadding;
        int taps = convolution.Geometry.Taps, channels = graph.ShapeOf(value)[0];
        double[] low = new double[channels * taps], high = new double[channels * taps];
        for (int c = 0; c < channels; c++)
        {
            (double least, double most) = Hull(value, c, channels);
            Array.Fill(low, pads ? Math.Min(0, least) : least, c * taps, taps);
            Array.Fill(high, pads ? Math.Max(0, most) : most, c * taps, taps);
        }

        return (low, high);
    }

    /// <summary>The box of what one filter of a convolution reads at any position, or one row of a matrix over a vector.</summary>
    /// <param name="op">A convolution, with or without groups, or a matrix.</param>
    /// <param name="value">What it takes.</param>
    /// <param name="row">The filter.</param>
    public Box Patch(Operator op, int value, int row)
    {
        (double[] low, double[] high) = Patch(op, value);
        if (op is not ConvolutionOperator { Groups: > 1 } convolution)
            return new(low, high);
        int length = low.Length / convolution.Groups, first = row / (convolution.Channels / convolution.Groups) * length;
        return new(low.AsSpan(first, length), high.AsSpan(first, length));
    }

    private (double Least, double Most) Hull(int value, int channel, int channels)
    {
        int plane = lower[value].Length / channels;
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        for (int e = channel * plane; e < (channel + 1) * plane; e++)
        {
            least = Math.Min(least, lower[value][e]);
            most = Math.Max(most, upper[value][e]);
        }

        return (least, most);
    }

    private (double[] Lower, double[] Upper) Of(GraphNode node, UnitBounds? bounds)
    {
        int count = node.Shape.Elements;
        if (node.Operator is OpaqueOperator || node.Inputs.Any(v => lower[v].Length != graph.ShapeOf(v).Elements))
            return Unknown(count);
        switch (node.Operator)
        {
            case ConstantOperator constant:
                return (constant.Values, constant.Values);
            case ConvolutionOperator convolution:
                return Rows(convolution, node.Inputs[0], convolution.Filters, convolution.Bias, count);
            case DenseOperator { WeightRadius: null, BiasRadius: null } dense when node.Shape.Count == 1:
                return Rows(dense, node.Inputs[0], dense.Weights, dense.Bias, count);
            case MaxPoolOperator or AveragePoolOperator:
                return Pool(node, node.Operator is AveragePoolOperator { CountsPadding: true, Geometry.HasPadding: true });
            case ConcatOperator concat:
                TensorShape[] shapes = [.. node.Inputs.Select(graph.ShapeOf)];
                return (ElementPlaces.Joined(concat.Axis, [.. node.Inputs.Select((v, k) => (lower[v], shapes[k]))], node.Shape),
                    ElementPlaces.Joined(concat.Axis, [.. node.Inputs.Select((v, k) => (upper[v], shapes[k]))], node.Shape));
            case ReshapeOperator:
                return (lower[node.Inputs[0]], upper[node.Inputs[0]]);
            case SelectOperator select:
                return At(node.Inputs[0], Selections.Sources(select, graph.ShapeOf(node.Inputs[0]), node.Shape));
            case TransposeOperator transpose:
                return At(node.Inputs[0], Selections.Sources(transpose, graph.ShapeOf(node.Inputs[0]), node.Shape));
            case ReductionOperator { IsMean: true }:
                (double least, double most) = Hull(node.Inputs[0], 0, 1);
                return Each(count, _ => (least, most));
            case ScaleShiftOperator scale:
                return Scaled(scale, node.Inputs[0], node.Shape);
            case SumOperator sum:
                return Each(count, e => Summed(sum, node.Inputs, e));
            case SmoothOperator { Function: var smooth }:
                return Each(count, e => (smooth.Enclose(lower[node.Inputs[0]][e]).Lower, smooth.Enclose(upper[node.Inputs[0]][e]).Upper));
            case UnitOperator unit:
                return Each(count, e => UnitRanges.Of(
                    unit, e, bounds, lower[node.Inputs[0]][e], upper[node.Inputs[0]][e], lower[node.Inputs[^1]][e],
                    upper[node.Inputs[^1]][e]));
            default:
                return Unknown(count);
        }
    }

    private (double[] Lower, double[] Upper) Rows(Operator op, int value, double[] weights, double[] bias, int count)
    {
        int columns = weights.Length / bias.Length, plane = count / bias.Length;
        bool hasGroups = op is ConvolutionOperator { Groups: > 1 };
        Box all = Patch(op, value, 0);
        var (least, most) = (new double[count], new double[count]);
        for (int o = 0; o < bias.Length; o++)
        {
            (double from, double to) = (hasGroups ? Patch(op, value, o) : all).Range(weights.AsSpan(o * columns, columns), bias[o]);
            Array.Fill(least, from, o * plane, plane);
            Array.Fill(most, to, o * plane, plane);
        }

        return (least, most);
    }

    private (double[] Lower, double[] Upper) Pool(GraphNode node, bool meetsZero)
    {
        int channels = node.Shape[0], plane = node.Shape.Elements / channels;
        var (least, most) = (new double[node.Shape.Elements], new double[node.Shape.Elements]);
        for (int c = 0; c < channels; c++)
        {
            (double from, double to) = Hull(node.Inputs[0], c, channels);
            Array.Fill(least, meetsZero ? Math.Min(0, from) : from, c * plane, plane);
            Array.Fill(most, meetsZero ? Math.Max(0, to) : to, c * plane, plane);
        }

        return (least, most);
    }

    private (double[] Lower, double[] Upper) At(int value, int[] places) =>
        (ElementPlaces.Take(lower[value], places), ElementPlaces.Take(upper[value], places));

    private (double[] Lower, double[] Upper) Scaled(ScaleShiftOperator scale, int value, TensorShape shape)
    {
        AffineMap map = scale.Map();
        int plane = scale.PerChannel ? shape.Elements / shape[0] : 1;
        return Each(shape.Elements, e =>
        {
            int k = e / plane;
            double factor = map.IsShift ? 1 : map.Weights[k], radius = map.WeightRadius?[k] ?? 0, shift = map.BiasRadius?[k] ?? 0;
            double size = Math.Max(Math.Abs(lower[value][e]), Math.Abs(upper[value][e]));
            double error = UpperBound.Add(UpperBound.Multiply(radius, size), shift);
            double a = UnitRanges.Product(factor, lower[value][e]), b = UnitRanges.Product(factor, upper[value][e]);
            (double least, double most) = factor == 0 ? (0, 0)
                : (Math.BitDecrement(Math.Min(a, b)), Math.BitIncrement(Math.Max(a, b)));
            return (Math.BitDecrement(Math.BitDecrement(least + map.Bias[k]) - error),
                Math.BitIncrement(Math.BitIncrement(most + map.Bias[k]) + error));
        });
    }

    private (double Lower, double Upper) Summed(SumOperator sum, IReadOnlyList<int> values, int e)
    {
        double least = 0, most = 0;
        for (int k = 0; k < values.Count; k++)
        {
            double from = lower[values[k]][e], to = upper[values[k]][e];
            (from, to) = sum.Signs[k] > 0 ? (from, to) : (-to, -from);
            least = k == 0 ? from : Math.BitDecrement(least + from);
            most = k == 0 ? to : Math.BitIncrement(most + to);
        }

        return (least, most);
    }

    private static (double[] Lower, double[] Upper) Unknown(int count) =>
        Each(count, static _ => (double.NegativeInfinity, double.PositiveInfinity));

    /// <summary>A range for each element; one that is not a number is not known.</summary>
    private static (double[] Lower, double[] Upper) Each(int count, Func<int, (double Lower, double Upper)> range)
    {
        var (least, most) = (new double[count], new double[count]);
        for (int e = 0; e < count; e++)
        {
            (double from, double to) = range(e);
            (least[e], most[e]) = (double.IsNaN(from) ? double.NegativeInfinity : from, double.IsNaN(to) ? double.PositiveInfinity : to);
        }

        return (least, most);
    }
}
