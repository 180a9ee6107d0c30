using ExactCompression.Networks;
using static ExactCompression.Tests.Compression.Depth.SplitNetworks;

namespace ExactCompression.Tests.Compression.Depth;

/// <summary>
/// Graphs with a layer too many: each channel of one rectifier is made from channels of a new convolution or matrix before it, whose
/// rectifier a second one reads.
/// </summary>
internal static class SplitGraphs
{
    /// <summary>The graph with one layer more.</summary>
    /// <param name="network">A network.</param>
    /// <param name="layer">1-based layer: a rectifier after a convolution or matrix, with or without normalisation in between.</param>
    /// <param name="kernel">Rows and columns of the second convolution's kernel, of which only the middle is not 0.</param>
    /// <param name="way">How to make a channel, by its number.</param>
    /// <param name="number">Gives a scale above 0.</param>
    /// <param name="middle">Gives the number at which the parts meet, or the shift.</param>
    public static ReluNetwork Split(
        ReluNetwork network, int layer, int kernel, Func<int, Way> way, Func<double> number, Func<double> middle)
    {
        NetworkGraph graph = network.Graph!;
        int unit = Enumerable.Range(0, graph.Nodes.Count).Where(n => graph.Nodes[n].Operator is UnitOperator).ElementAt(layer - 1);
        var parts = new List<(int Channel, double Scale, double Shift)>();
        var joins = new List<(Dictionary<int, double> Row, double Bias)>();
        for (int c = 0; c < graph.Nodes[unit].Shape[0]; c++)
            joins.Add(Ways(way(c), (scale, shift) => Part(parts, c, scale, shift), number, middle));
        var builder = new GraphBuilder();
        foreach (GraphInput input in graph.Inputs)
            builder.AddInput(input.Name, input.Shape);
        int[] places = new int[graph.Values];
        for (int v = 0; v < graph.Inputs.Count; v++)
            places[v] = v;
        int scaled = graph.Nodes[unit].Inputs[0] - graph.Inputs.Count;
        int below = graph.Nodes[scaled].Operator is ScaleShiftOperator ? graph.Nodes[scaled].Inputs[0] - graph.Inputs.Count : scaled;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            bool isWider = n == unit || n == scaled || n == below;
            TensorShape shape = isWider ? new([parts.Count, .. node.Shape.Skip(1)]) : node.Shape;
            Operator op = n == scaled ? Scaled(node.Operator, parts) : n == below ? Repeated(node.Operator, parts) : node.Operator;
            int value = builder.Add(op, shape, node.Name, "", [.. node.Inputs.Select(v => places[v])]);
            if (n == unit)
            {
                Operator join = Join(node.Shape, kernel, parts.Count, joins);
                value = builder.Add(new ReluOperator(), node.Shape, "again", "", builder.Add(join, node.Shape, "join", "", value));
            }

            places[graph.ValueOf(n)] = value;
        }

        foreach (GraphOutput output in graph.Outputs)
            builder.AddOutput(output.Name, places[output.Value]);
        return new(builder.Build());
    }

    private static int Part(List<(int Channel, double Scale, double Shift)> parts, int channel, double scale, double shift)
    {
        parts.Add((channel, scale, shift));
        return parts.Count - 1;
    }

    private static (Dictionary<int, double> Row, double Bias) Ways(
        Way way, Func<double, double, int> part, Func<double> number, Func<double> middle)
    {
        double s = number(), r = way == Way.SplitUnevenly ? number() : s, c = middle();
        return way switch
        {
            Way.Twice => (new() { [part(1, 0)] = 1 }, 0),
            Way.Scaled => (new() { [part(s, 0)] = (float)(1 / s) }, 0),
            Way.Shifted => (new() { [part(1, Math.Abs(c))] = 1 }, -Math.Abs((float)c)),
            _ => (new() { [part(s, -c)] = (float)(1 / s), [part(-r, -c)] = (float)(-1 / r) }, (float)c),
        };
    }

    /// <summary>The rows of the parts, scaled and shifted.</summary>
    private static Operator Scaled(Operator op, List<(int Channel, double Scale, double Shift)> parts)
    {
        if (op is ScaleShiftOperator normalisation)
        {
            IReadOnlyList<double[]> values = normalisation.Part.Values;
            double[] Of(int k, Func<double, (int Channel, double Scale, double Shift), double> with) =>
                [.. parts.Select(p => (double)(float)with(values[k][p.Channel], p))];
            return normalisation with
            {
                Part = AffinePart.BatchNormalization(
                    Of(0, static (v, p) => p.Scale * v), Of(1, static (v, p) => p.Scale * (v + p.Shift)), Of(2, static (v, _) => v),
                    Of(3, static (v, _) => v), normalisation.Part.Epsilon, normalisation.Part.Precision),
            };
        }

        double[] bias = op is ConvolutionOperator c ? c.Bias : ((DenseOperator)op).Bias;
        double[] shifted = [.. parts.Select(p => (double)(float)(p.Scale * (bias[p.Channel] + p.Shift)))];
        return With(op, parts, shifted, static p => p.Scale);
    }

    private static Operator Repeated(Operator op, List<(int Channel, double Scale, double Shift)> parts)
    {
        double[] bias = op is ConvolutionOperator c ? c.Bias : ((DenseOperator)op).Bias;
        return With(op, parts, [.. parts.Select(p => bias[p.Channel])], static _ => 1);
    }

    private static Operator With(
        Operator op, List<(int Channel, double Scale, double Shift)> parts, double[] bias,
        Func<(int Channel, double Scale, double Shift), double> factor)
    {
        double[] weights = op is ConvolutionOperator c ? c.Filters : ((DenseOperator)op).Weights;
        int columns = weights.Length / (op is ConvolutionOperator { Channels: var outputs } ? outputs : ((DenseOperator)op).Outputs);
        double[] rows =
        [
            .. parts.SelectMany(p => weights.AsSpan(p.Channel * columns, columns).ToArray().Select(w => (double)(float)(factor(p) * w))),
        ];
        return op is ConvolutionOperator convolution
            ? convolution with { Filters = rows, Bias = bias }
            : (DenseOperator)op with { Weights = rows, Bias = bias };
    }

    private static Operator Join(TensorShape shape, int kernel, int parts, List<(Dictionary<int, double> Row, double Bias)> joins)
    {
        double[] bias = [.. joins.Select(static j => j.Bias)];
        int taps = shape.Count == 1 ? 1 : kernel * kernel;
        var weights = new double[joins.Count * parts * taps];
        for (int o = 0; o < joins.Count; o++)
        {
            foreach ((int part, double weight) in joins[o].Row)
                weights[(((o * parts) + part) * taps) + (taps / 2)] = weight;
        }

        int pad = kernel / 2;
        return shape.Count == 1
            ? new DenseOperator(weights, bias, parts)
            : new ConvolutionOperator(weights, bias, new(kernel, kernel, 1, 1, pad, pad, pad, pad));
    }
}
