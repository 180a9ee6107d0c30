using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>Graphs of operators in exact arithmetic, by the operators' definitions: nothing is lowered.</summary>
internal static class ExactOperators
{
    /// <summary>Every value of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The inputs, one after another.</param>
    public static Rational[][] Values(NetworkGraph graph, double[] input)
    {
        var values = new Rational[graph.Values][];
        for (int i = 0, at = 0; i < graph.Inputs.Count; at += graph.Inputs[i++].Shape.Elements)
            values[i] = [.. input.Skip(at).Take(graph.Inputs[i].Shape.Elements).Select(static x => (Rational)x)];
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
            ClipOperator { Upper: < double.PositiveInfinity and var upper } => Array.ConvertAll(x, v => upper - v),
            ExtremumOperator => [.. x.Zip(values[node.Inputs[1]], static (a, b) => a - b)],
            HardSigmoidOperator hard => Array.ConvertAll(x, v => (hard.Alpha * v) + hard.Beta),
            _ => x,
        };
    }

    private static Rational[] Apply(NetworkGraph graph, GraphNode node, Rational[][] inputs)
    {
        if (node.Operator is ConstantOperator constant)
            return [.. constant.Values.Select(static v => (Rational)v)];
        Rational[] x = inputs[0];
        TensorShape before = graph.ShapeOf(node.Inputs[0]);
        MapShape from = MapShapes.Of(before), to = MapShapes.Of(node.Shape);
        return node.Operator switch
        {
            ReluOperator => Array.ConvertAll(x, static v => v.Sign > 0 ? v : Rational.Zero),
            LeakyReluOperator leaky => [.. x.Select((v, i) => v.Sign > 0 ? v : leaky.Slopes[leaky.Slopes.Length == 1 ? 0 : i] * v)],
            ClipOperator clip => Array.ConvertAll(x, v => Clip(v, clip.Lower, clip.Upper)),
            ExtremumOperator most => [.. x.Zip(inputs[1], (a, b) => a > b == most.IsMaximum ? a : b)],
            SumOperator sum => [.. x.Select(
                (_, i) => inputs.Select((v, k) => sum.Signs[k] > 0 ? v[i] : -v[i]).Aggregate(static (a, b) => a + b))],
            DenseOperator dense => [.. Enumerable.Range(0, to.Count).Select(o => Enumerable.Range(0, dense.Inputs).Aggregate(
                (Rational)dense.Bias[o % dense.Outputs], (z, i) => z
                    + (dense.Weights[(o % dense.Outputs * dense.Inputs) + i] * x[(o / dense.Outputs * dense.Inputs) + i])))],
            ScaleShiftOperator scale => Scale(scale, x, node.Shape),
            HardSigmoidOperator hard => Array.ConvertAll(x, v => Clip((hard.Alpha * v) + hard.Beta, 0, 1)),
            ReductionOperator reduction => Reduce(reduction, x, before, node.Shape),
            SelectOperator select => Places(node.Shape, before, (axis, i) => select.Indices[axis] is { } at ? at[i] : i, static a => a)
                .Select(p => p < 0 ? Rational.Zero : x[p]).ToArray(),
            TransposeOperator turn => Places(node.Shape, before, static (_, i) => i, a => turn.Permutation[a]).Select(p => x[p]).ToArray(),
            ConcatOperator concat => Join(concat.Axis, inputs, [.. node.Inputs.Select(graph.ShapeOf)], node.Shape),
            ConvolutionOperator convolution => Convolve(convolution, x, from, to),
            MaxPoolOperator pool => Windows(to, (channel, row, column) => Taps(pool.Geometry, from, row, column).Select(
                tap => x[from.IndexOf(channel, tap.Row, tap.Column)]).Max()),
            AveragePoolOperator pool => Windows(to, (channel, row, column) =>
            {
                Rational[] met = [.. Taps(pool.Geometry, from, row, column).Select(tap => x[from.IndexOf(channel, tap.Row, tap.Column)])];
                return met.Aggregate(static (a, b) => a + b) / (double)(pool.CountsPadding ? Counted(pool, from, row, column) : met.Length);
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

    /// <summary>How many positions of a window lie in the input or in the padding that counts.</summary>
    private static int Counted(AveragePoolOperator pool, MapShape input, int row, int column)
    {
        ConvolutionShape kernel = pool.Geometry;
        int tall = Enumerable.Range(0, kernel.KernelHeight).Count(
            i => (row * kernel.StrideRows) - kernel.PadTop + (i * kernel.DilationRows) < input.Height + pool.Padded.Bottom);
        int wide = Enumerable.Range(0, kernel.KernelWidth).Count(
            j => (column * kernel.StrideColumns) - kernel.PadLeft + (j * kernel.DilationColumns) < input.Width + pool.Padded.Right);
        return tall * wide;
    }

    /// <summary>Arithmetic with constants; of batch normalisation only such whose root is 1.</summary>
    private static Rational[] Scale(ScaleShiftOperator scale, Rational[] x, TensorShape shape)
    {
        AffinePart part = scale.Part;
        int plane = scale.PerChannel ? shape.Elements / shape[0] : 1;
        return [.. x.Select((v, e) => part.Kind switch
        {
            AffinePartKind.Elementwise => (part.Values[0][e / plane] * v) + part.Values[1][e / plane],
            AffinePartKind.Divide => v / part.Values[0][e / plane],
            _ when part.Values[3][e / plane] + part.Epsilon == 1 =>
                ((v - part.Values[2][e / plane]) * part.Values[0][e / plane]) + part.Values[1][e / plane],
            _ => throw new NotSupportedException("Roots of other numbers than 1 are no fractions."),
        })];
    }

    private static Rational[] Reduce(ReductionOperator reduction, Rational[] x, TensorShape before, TensorShape after)
    {
        var sums = new Rational[after.Elements];
        int count = x.Length / Math.Max(1, sums.Length);
        for (int e = 0; e < x.Length; e++)
        {
            int rest = e, to = 0, stride = 1;
            for (int a = before.Count - 1; a >= 0; a--)
            {
                int index = rest % before[a];
                rest /= before[a];
                if (reduction.Axes.Contains(a))
                    continue;
                to += index * stride;
                stride *= before[a];
            }

            sums[to] += x[e];
        }

        return reduction.IsMean ? Array.ConvertAll(sums, s => s / (double)count) : sums;
    }

    private static IEnumerable<int> Places(TensorShape after, TensorShape before, Func<int, int, int> source, Func<int, int> axisOf)
    {
        for (int e = 0; e < after.Elements; e++)
        {
            int rest = e, place = 0;
            for (int a = after.Count - 1; a >= 0; a--)
            {
                int index = source(a, rest % after[a]);
                rest /= after[a];
                place = index < 0 || place < 0
                    ? -1
                    : place + (index * before.Skip(axisOf(a) + 1).Aggregate(1, static (n, d) => n * d));
            }

            yield return place;
        }
    }

    private static Rational[] Join(int axis, Rational[][] parts, TensorShape[] shapes, TensorShape after)
    {
        int inner = after.Skip(axis + 1).Aggregate(1, static (n, d) => n * d);
        int outer = after.Elements / (inner * after[axis]);
        return [.. Enumerable.Range(0, outer).SelectMany(
            o => parts.SelectMany((part, k) => part.Skip(o * shapes[k][axis] * inner).Take(shapes[k][axis] * inner)))];
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
