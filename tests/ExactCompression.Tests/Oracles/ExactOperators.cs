using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>Graphs of operators in exact arithmetic, by the operators' definitions: nothing is lowered.</summary>
internal static class ExactOperators
{
    /// <summary>Every value of a graph with one input.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The input.</param>
    public static Rational[][] Values(NetworkGraph graph, double[] input)
    {
        var values = new Rational[graph.Values][];
        values[0] = [.. input.Select(static x => (Rational)x)];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            values[graph.ValueOf(n)] = Apply(graph, node, [.. node.Inputs.Select(v => values[v])]);
        }

        return values;
    }

    /// <summary>What decides the phase of each neuron of a unit node.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="values">All values.</param>
    /// <param name="layer">1-based number of the unit node.</param>
    public static Rational[] PreActivations(NetworkGraph graph, Rational[][] values, int layer)
    {
        GraphNode node = graph.Nodes.Where(static n => n.Operator is UnitOperator).ElementAt(layer - 1);
        Rational[] x = values[node.Inputs[0]];
        return node.Operator switch
        {
            ClipOperator { Lower: > double.NegativeInfinity and var lower } => Array.ConvertAll(x, v => v - lower),
            ClipOperator { Upper: var upper } => Array.ConvertAll(x, v => upper - v),
            ExtremumOperator => [.. x.Zip(values[node.Inputs[1]], static (a, b) => a - b)],
            _ => x,
        };
    }

    private static Rational[] Apply(NetworkGraph graph, GraphNode node, Rational[][] inputs)
    {
        Rational[] x = inputs[0];
        MapShape from = MapShapes.Of(graph.ShapeOf(node.Inputs[0])), to = MapShapes.Of(node.Shape);
        return node.Operator switch
        {
            ReluOperator => Array.ConvertAll(x, static v => v.Sign > 0 ? v : Rational.Zero),
            LeakyReluOperator leaky => [.. x.Select((v, i) => v.Sign > 0 ? v : leaky.Slopes[leaky.Slopes.Length == 1 ? 0 : i] * v)],
            ClipOperator clip => Array.ConvertAll(x, v => Clip(v, clip.Lower, clip.Upper)),
            ExtremumOperator most => [.. x.Zip(inputs[1], (a, b) => a > b == most.IsMaximum ? a : b)],
            SumOperator sum => [.. x.Select(
                (_, i) => inputs.Select((v, k) => sum.Signs[k] > 0 ? v[i] : -v[i]).Aggregate(static (a, b) => a + b))],
            DenseOperator dense => [.. Enumerable.Range(0, dense.Outputs).Select(o => Enumerable.Range(0, x.Length).Aggregate(
                (Rational)dense.Bias[o], (z, i) => z + (dense.Weights[(o * x.Length) + i] * x[i])))],
            ConvolutionOperator convolution => Convolve(convolution, x, from, to),
            MaxPoolOperator pool => Windows(to, (channel, row, column) => Taps(pool.Geometry, from, row, column).Select(
                tap => x[from.IndexOf(channel, tap.Row, tap.Column)]).Max()),
            AveragePoolOperator pool => Windows(to, (channel, row, column) =>
            {
                Rational[] met = [.. Taps(pool.Geometry, from, row, column).Select(tap => x[from.IndexOf(channel, tap.Row, tap.Column)])];
                return met.Aggregate(static (a, b) => a + b) / (double)met.Length;
            }),
            ReshapeOperator => x,
            _ => throw new NotSupportedException(node.Operator.Name),
        };
    }

    private static Rational[] Convolve(ConvolutionOperator convolution, Rational[] x, MapShape from, MapShape to)
    {
        int depth = from.Channels / convolution.Groups, perGroup = convolution.Channels / convolution.Groups;
        (int tall, int wide) = (convolution.Geometry.KernelHeight, convolution.Geometry.KernelWidth);
        return Windows(to, (channel, row, column) =>
        {
            Rational z = convolution.Bias[channel];
            foreach ((int i, int j, int atRow, int atColumn) in Taps(convolution.Geometry, from, row, column))
            {
                for (int d = 0; d < depth; d++)
                    z += convolution.Filters[(((((channel * depth) + d) * tall) + i) * wide) + j]
                        * x[from.IndexOf((channel / perGroup * depth) + d, atRow, atColumn)];
            }

            return z;
        });
    }

    private static Rational Clip(Rational value, double lower, double upper)
    {
        if (double.IsFinite(lower) && value < lower)
            value = lower;
        return double.IsFinite(upper) && value > upper ? upper : value;
    }

    private static Rational[] Windows(MapShape shape, Func<int, int, int, Rational> at) =>
        [.. Enumerable.Range(0, shape.Count).Select(i => at(i / shape.Plane, i % shape.Plane / shape.Width, i % shape.Width))];

    /// <summary>The kernel's positions that meet the input, and where.</summary>
    private static IEnumerable<(int I, int J, int Row, int Column)> Taps(ConvolutionShape kernel, MapShape input, int row, int column) =>
        from i in Enumerable.Range(0, kernel.KernelHeight)
        from j in Enumerable.Range(0, kernel.KernelWidth)
        let atRow = (row * kernel.StrideRows) - kernel.PadTop + (i * kernel.DilationRows)
        let atColumn = (column * kernel.StrideColumns) - kernel.PadLeft + (j * kernel.DilationColumns)
        where atRow >= 0 && atRow < input.Height && atColumn >= 0 && atColumn < input.Width
        select (i, j, atRow, atColumn);
}
