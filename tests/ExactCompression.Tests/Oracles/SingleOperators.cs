using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// Graphs of operators in float32, by the operators' definitions, as one of many runtimes might: sums in random or harmful orders, with or
/// without fused multiply-add, normalisation in either form, sums of tensors inside the products before them. Nothing is lowered. Without
/// rounding it is the function in double. Double holds products of float32 exactly, and rounding its sums again gives those of float32.
/// </summary>
/// <param name="random">Where choices come from.</param>
/// <param name="isRounded">Whether each operation is rounded to float32.</param>
internal sealed class SingleOperators(Random random, bool isRounded)
{
    private readonly bool isFused = random.Next(2) == 0;
    private readonly bool isHarmful = random.Next(2) == 0;
    private readonly bool joinsSums = random.Next(2) == 0;

    /// <summary>The outputs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The inputs, one after another; numbers that are float32.</param>
    public double[] Outputs(NetworkGraph graph, double[] input)
    {
        var values = new double[graph.Values][];
        for (int i = 0, at = 0; i < graph.Inputs.Count; at += graph.Inputs[i++].Shape.Elements)
            values[i] = [.. input.Skip(at).Take(graph.Inputs[i].Shape.Elements)];
        for (int n = 0; n < graph.Nodes.Count; n++)
            values[graph.ValueOf(n)] = Apply(graph, graph.Nodes[n], values);
        return [.. graph.Outputs.SelectMany(o => values[o.Value])];
    }

    private double Round(double value) => isRounded ? (float)value : value;

    private double Add(double a, double b) => Round(a + b);

    private double Product(double a, double b) => Round(a * b);

    /// <summary>Adds up products.</summary>
    private double Sum(IEnumerable<(double Weight, double Value)> products)
    {
        (double Weight, double Value)[] terms =
            [.. products.Select(t => (Round(t.Weight), t.Value)).Where(static t => t.Item1 * t.Value != 0)];
        random.Shuffle(terms);
        double sum = 0, drift = 0;
        for (int at = 0; at < terms.Length; at++)
        {
            for (int c = at + 1; c < terms.Length && isHarmful && isRounded; c++)
            {
                if (Drift(sum, terms[c], drift) > Drift(sum, terms[at], drift))
                    (terms[at], terms[c]) = (terms[c], terms[at]);
            }

            double exact = sum + (terms[at].Weight * terms[at].Value);
            sum = Step(sum, terms[at]);
            drift += sum - exact;
        }

        return sum;
    }

    private double Drift(double sum, (double Weight, double Value) term, double drift)
    {
        double error = Step(sum, term) - (sum + (term.Weight * term.Value));
        return drift < 0 ? -error : error;
    }

    private double Step(double sum, (double Weight, double Value) term) =>
        isFused ? Add(sum, term.Weight * term.Value) : Add(sum, Product(term.Weight, term.Value));

    private double[] Apply(NetworkGraph graph, GraphNode node, double[][] values)
    {
        if (node.Operator is ConstantOperator constant)
            return Array.ConvertAll(constant.Values, Round);
        double[] x = values[node.Inputs[0]];
        TensorShape before = graph.ShapeOf(node.Inputs[0]);
        MapShape from = MapShapes.Of(before);
        int count = node.Shape.Elements;
        double[] Each(Func<int, double> element) => [.. Enumerable.Range(0, count).Select(element)];
        switch (node.Operator)
        {
            case ReluOperator:
                return Array.ConvertAll(x, static v => Math.Max(0, v));
            case LeakyReluOperator leaky:
                return Each(i => x[i] > 0 ? x[i] : Product(Round(leaky.Slopes[leaky.Slopes.Length == 1 ? 0 : i]), x[i]));
            case ClipOperator clip:
                return Array.ConvertAll(x, v => Math.Min(Math.Max(v, Round(clip.Lower)), Round(clip.Upper)));
            case ExtremumOperator most:
                return Each(i => most.IsMaximum ? Math.Max(x[i], values[node.Inputs[1]][i]) : Math.Min(x[i], values[node.Inputs[1]][i]));
            case HardSigmoidOperator hard:
                return Array.ConvertAll(
                    x, v => Math.Clamp(Add(Product(Round(hard.Alpha), v), Round(hard.Beta)), 0, 1));
            case DenseOperator or ConvolutionOperator:
                return Each(i => Sum(Products(graph, node, values, i)));
            case ScaleShiftOperator scale:
                return Each(i => Scale(scale.Part, x[i], scale.PerChannel ? i / (count / node.Shape[0]) : i));
            case SumOperator sum:
                return Each(i => Total(graph, node, sum, values, i));
            case MaxPoolOperator or SelectOperator or TransposeOperator or ConcatOperator or ReshapeOperator:
                return [.. Selected(graph, node, values)];
            case AveragePoolOperator pool:
                MapShape to = MapShapes.Of(node.Shape);
                return Each(i => Mean(pool, x, from, i / to.Plane, i % to.Plane / to.Width, i % to.Width));
            case ReductionOperator reduction:
                List<(double, double)>[] parts = [.. Enumerable.Range(0, count).Select(static _ => new List<(double, double)>())];
                foreach ((int e, int into) in Reduced(reduction, before))
                    parts[into].Add((1, x[e]));
                return Each(i => reduction.IsMean ? Quotient(Sum(parts[i]), parts[i].Count) : Sum(parts[i]));
            default:
                throw new NotSupportedException(node.Operator.Name);
        }
    }

    private IEnumerable<(double Weight, double Value)> Products(NetworkGraph graph, GraphNode node, double[][] values, int element)
    {
        double[] x = values[node.Inputs[0]];
        if (node.Operator is DenseOperator dense)
        {
            int output = element % dense.Outputs, first = element / dense.Outputs * dense.Inputs;
            for (int i = 0; i < dense.Inputs; i++)
                yield return (dense.Weights[(output * dense.Inputs) + i], x[first + i]);
            yield return (1, Round(dense.Bias[output]));
            yield break;
        }

        var convolution = (ConvolutionOperator)node.Operator;
        MapShape from = MapShapes.Of(graph.ShapeOf(node.Inputs[0])), to = MapShapes.Of(node.Shape);
        int depth = from.Channels / convolution.Groups, perGroup = convolution.Channels / convolution.Groups, channel = element / to.Plane;
        ConvolutionShape kernel = convolution.Geometry;
        foreach ((int tap, int row, int column) in Taps(kernel, from, element % to.Plane / to.Width, element % to.Width))
        {
            for (int d = 0; d < depth; d++)
            {
                int weight = (((channel * depth) + d) * kernel.KernelHeight * kernel.KernelWidth) + tap;
                yield return (convolution.Filters[weight], x[from.IndexOf((channel / perGroup * depth) + d, row, column)]);
            }
        }

        yield return (1, Round(convolution.Bias[channel]));
    }

    /// <summary>A sum of tensors; it may be part of the sums of a product that nothing else reads.</summary>
    private double Total(NetworkGraph graph, GraphNode node, SumOperator sum, double[][] values, int i)
    {
        int joined = -1;
        for (int k = 0; k < node.Inputs.Count && joinsSums; k++)
        {
            if (sum.Signs[k] > 0 && graph.IsReadOnce(node.Inputs[k])
                && graph.Producer(node.Inputs[k]) is { Operator: DenseOperator or ConvolutionOperator })
                joined = k;
        }

        IEnumerable<(double, double)> terms =
            node.Inputs.Select((v, k) => ((double)sum.Signs[k], values[v][i])).Where((_, k) => k != joined);
        return Sum(joined < 0 ? terms : terms.Concat(Products(graph, graph.Producer(node.Inputs[joined])!, values, i)));
    }

    private double Scale(AffinePart part, double x, int at)
    {
        double Of(int which) => Round(part.Values[which][at]);
        switch (part.Kind)
        {
            case AffinePartKind.Elementwise:
                return isFused ? Add(Of(0) * x, Of(1)) : Add(Product(Of(0), x), Of(1));
            case AffinePartKind.Divide:
                return isFused ? Product(x, Round(1 / Of(0))) : Round(x / Of(0));
            default:
                double factor = Round(Of(0) / Round(Math.Sqrt(Add(Of(3), Round(part.Epsilon)))));
                return isFused
                    ? Add(Product(x, factor), Add(Of(1), -Product(Of(2), factor)))
                    : Add(Product(Add(x, -Of(2)), factor), Of(1));
        }
    }

    private double Quotient(double sum, int count) => count == 1 ? sum : isFused ? Product(sum, Round(1.0 / count)) : Round(sum / count);

    private double Mean(AveragePoolOperator pool, double[] x, MapShape from, int channel, int row, int column)
    {
        double[] met = [.. Taps(pool.Geometry, from, row, column).Select(tap => x[from.IndexOf(channel, tap.Row, tap.Column)])];
        int Within(int at, int stride, int pad, int kernel, int dilation, int length) =>
            Enumerable.Range(0, kernel).Count(i => (at * stride) - pad + (i * dilation) < length);
        ConvolutionShape g = pool.Geometry;
        int counted = pool.CountsPadding
            ? Within(row, g.StrideRows, g.PadTop, g.KernelHeight, g.DilationRows, from.Height + pool.Padded.Bottom)
                * Within(column, g.StrideColumns, g.PadLeft, g.KernelWidth, g.DilationColumns, from.Width + pool.Padded.Right)
            : met.Length;
        return Quotient(Sum(met.Select(static v => (1.0, v))), counted);
    }

    /// <summary>What only picks values is exact: fractions do it.</summary>
    private static IEnumerable<double> Selected(NetworkGraph graph, GraphNode node, double[][] values)
    {
        var builder = new GraphBuilder();
        int[] inputs = [.. node.Inputs.Select((v, k) => builder.AddInput($"x{k}", graph.ShapeOf(v)))];
        builder.AddOutput("y", builder.Add(node.Operator, node.Shape, "", "", inputs));
        double[] flat = [.. node.Inputs.SelectMany(v => values[v])];
        return ExactOperators.Values(builder.Build(), flat)[^1].Select(static r => r.Parts is var (n, d) ? (double)n / (double)d : 0);
    }

    private static IEnumerable<(int Element, int Into)> Reduced(ReductionOperator reduction, TensorShape before)
    {
        for (int e = 0; e < before.Elements; e++)
        {
            int rest = e, into = 0, stride = 1;
            for (int a = before.Count - 1; a >= 0; a--)
            {
                int index = rest % before[a];
                rest /= before[a];
                if (reduction.Axes.Contains(a))
                    continue;
                into += index * stride;
                stride *= before[a];
            }

            yield return (e, into);
        }
    }

    private static IEnumerable<(int Tap, int Row, int Column)> Taps(ConvolutionShape kernel, MapShape input, int row, int column) =>
        from i in Enumerable.Range(0, kernel.KernelHeight)
        from j in Enumerable.Range(0, kernel.KernelWidth)
        let atRow = (row * kernel.StrideRows) - kernel.PadTop + (i * kernel.DilationRows)
        let atColumn = (column * kernel.StrideColumns) - kernel.PadLeft + (j * kernel.DilationColumns)
        where atRow >= 0 && atRow < input.Height && atColumn >= 0 && atColumn < input.Width
        select ((i * kernel.KernelWidth) + j, atRow, atColumn);
}
