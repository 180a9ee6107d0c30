using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// Random graphs of every operator with much to compress: rows that are 0, never on, always on, or that depend on others, weights that read
/// nothing, normalisation that keeps nothing.
/// </summary>
internal static class CompressibleGraphs
{
    /// <summary>A network, and its input box.</summary>
    /// <param name="random">Where choices come from.</param>
    /// <param name="nodes">About how many nodes it has.</param>
    public static (ReluNetwork Network, InputDomain Domain) Next(Random random, int nodes)
    {
        NetworkGraph graph = OperatorGraphs.Of(random, nodes, isRational: true);
        GraphNode[] changed = [.. graph.Nodes.Select(n => n with { Operator = Changed(n.Operator, random) })];
        var network = new ReluNetwork(new NetworkGraph(graph.Inputs, changed, graph.Outputs));
        double[] lower = [.. Enumerable.Range(0, network.InputSize).Select(_ => random.Next(3) == 0 ? -1.0 : 0)];
        double[] upper = [.. lower.Select(l => random.Next(6) == 0 ? l : l + random.Next(1, 3))];
        return (network, new(lower, upper));
    }

    /// <summary>A network of blocks as people build them: convolutions with normalisation, rectifiers, means, branches, a dense
    /// end.</summary>
    /// <param name="random">Where choices come from.</param>
    public static (ReluNetwork Network, InputDomain Domain) NextBlocks(Random random)
    {
        var builder = new GraphBuilder();
        int value = builder.AddInput("image", new(random.Next(1, 3), random.Next(3, 6), random.Next(3, 6)));
        for (int blocks = random.Next(1, 4); blocks > 0; blocks--)
        {
            value = Rectified(builder, random, Convolution(builder, random, value, random.Next(1, 6)));
            value = random.Next(2) == 0 ? Redundant(builder, random, value) : value;
            TensorShape shape = builder.ShapeOf(value);
            if (random.Next(4) == 0 && shape[1] > 1 && shape[2] > 1)
            {
                var pool = new AveragePoolOperator(new(2, 2, 1, 1, 1, 0, 0, 1), random.Next(2) == 0, (0, 1));
                value = builder.Add(pool, new(shape[0], shape[1], shape[2]), "", "", value);
            }
            else if (random.Next(3) == 0)
            {
                int a = Convolution(builder, random, value, 3, kernel: 1), b = Convolution(builder, random, value, 3, kernel: 1);
                int sum = builder.Add(new SumOperator([1, random.Next(2) == 0 ? 1 : -1]), builder.ShapeOf(a), "", "", a, b);
                value = Rectified(builder, random, sum);
            }
        }

        value = builder.Add(new ReshapeOperator(), new(builder.ShapeOf(value).Elements), "", "", value);
        for (int layers = random.Next(1, 3); layers > 0; layers--)
            value = Rectified(builder, random, Dense(builder, random, value, random.Next(2, 6)));
        builder.AddOutput("logits", Dense(builder, random, value, 2));
        NetworkGraph graph = builder.Build();
        GraphNode[] changed = [.. graph.Nodes.Select(n => n with { Operator = Changed(n.Operator, random) })];
        var network = new ReluNetwork(new NetworkGraph(graph.Inputs, changed, graph.Outputs));
        return (network, InputDomain.Unit.For(network.InputSize));
    }

    /// <summary>A convolution without a unit, max pooling, pairs of rectifiers that cancel, or channels that are passed on.</summary>
    private static int Redundant(GraphBuilder builder, Random random, int value)
    {
        TensorShape shape = builder.ShapeOf(value);
        int count = shape[0];
        switch (random.Next(4))
        {
            case 0:
                return Convolution(builder, random, value, random.Next(1, 8));
            case 1 when shape[1] > 1 && shape[2] > 1:
                int stride = random.Next(1, 3);
                var pool = new MaxPoolOperator(new(2, 2, stride, stride));
                TensorShape pooled = new(count, pool.Geometry.OutputHeight(shape[1]), pool.Geometry.OutputWidth(shape[2]));
                return builder.Add(pool, pooled, "", "", value);
            case 2:
                double scale = random.Next(2) == 0 ? 2 : (float)0.7, shift = random.Next(3) / 4.0;
                double[] parts = new double[2 * count * count], joins = new double[2 * count * count];
                for (int c = 0; c < count; c++)
                {
                    (parts[(2 * c * count) + c], parts[(((2 * c) + 1) * count) + c]) = (scale, -scale);
                    (joins[(2 * c * count) + (2 * c)], joins[(2 * c * count) + (2 * c) + 1]) = ((float)(1 / scale), (float)(-1 / scale));
                }

                double[] bias = [.. Enumerable.Range(0, 2 * count).Select(c => c % 2 == 0 ? -scale * shift : scale * shift)];
                double[] shifts = new double[count];
                Array.Fill(shifts, shift);
                TensorShape wide = new(2 * count, shape[1], shape[2]);
                value = builder.Add(new ConvolutionOperator(parts, bias, new(1, 1)), wide, "", "", value);
                value = builder.Add(new ReluOperator(), wide, "", "", value);
                value = builder.Add(new ConvolutionOperator(joins, shifts, new(1, 1)), shape, "", "", value);
                return random.Next(2) == 0 ? value : builder.Add(new ReluOperator(), shape, "", "", value);
            default:
                bool isDepthwise = random.Next(2) == 0;
                var filters = new double[count * (isDepthwise ? 1 : count) * 9];
                for (int c = 0; c < count; c++)
                    filters[((isDepthwise ? c : (c * count) + c) * 9) + 4] = 1;
                var geometry = new ConvolutionShape(3, 3, 1, 1, 1, 1, 1, 1);
                var identity = new ConvolutionOperator(filters, new double[count], geometry, isDepthwise ? count : 1);
                return builder.Add(new ReluOperator(), shape, "", "", builder.Add(identity, shape, "", "", value));
        }
    }

    private static int Rectified(GraphBuilder builder, Random random, int value)
    {
        TensorShape shape = builder.ShapeOf(value);
        if (random.Next(3) == 0)
        {
            double[] Numbers() => [.. Enumerable.Range(0, shape[0]).Select(_ => (double)(float)(random.NextDouble() + 0.25))];
            double[] variance = new double[shape[0]];
            Array.Fill(variance, 1 - (1.0 / 1024));
            AffinePart part = AffinePart.BatchNormalization(
                Numbers(), Numbers(), Numbers(), variance, 1.0 / 1024, WeightPrecision.Float32);
            value = builder.Add(new ScaleShiftOperator(part, PerChannel: true), shape, "", "", value);
        }

        return builder.Add(Unit(random, shape), shape, "", "", value);
    }

    private static UnitOperator Unit(Random random, TensorShape shape)
    {
        int plane = shape.Elements / shape[0];
        return random.Next(12) switch
        {
            0 => new LeakyReluOperator([(float)0.1], Activation.LeakyRelu),
            1 => new LeakyReluOperator(
                [.. Enumerable.Range(0, shape.Elements).Select(e => (e / plane) % 2 == 0 ? 0.25 : (double)(float)-0.3)], Activation.PRelu),
            2 => new LeakyReluOperator([-1], Activation.Abs),
            3 => new ClipOperator(0, 6),
            4 => new ClipOperator(random.Next(2) == 0 ? -0.5 : double.NegativeInfinity, random.Next(2) == 0 ? 1 : double.PositiveInfinity),
            _ => new ReluOperator(),
        };
    }

    private static int Convolution(GraphBuilder builder, Random random, int value, int channels, int kernel = 0)
    {
        TensorShape shape = builder.ShapeOf(value);
        kernel = kernel > 0 ? kernel : Math.Min(random.Next(1, 4), Math.Min(shape[1], shape[2]));
        int pad = kernel > 1 ? random.Next(2) : 0, stride = kernel > 1 ? random.Next(1, 3) : 1;
        var geometry = new ConvolutionShape(kernel, kernel, stride, stride, pad, pad, pad, pad);
        double[] filters = Whole(random, channels * shape[0] * kernel * kernel);
        return builder.Add(
            new ConvolutionOperator(filters, Whole(random, channels), geometry),
            new(channels, geometry.OutputHeight(shape[1]), geometry.OutputWidth(shape[2])), "", "", value);
    }

    private static int Dense(GraphBuilder builder, Random random, int value, int outputs)
    {
        int inputs = builder.ShapeOf(value).Elements;
        return builder.Add(
            new DenseOperator(Whole(random, outputs * inputs), Whole(random, outputs), inputs), new(outputs), "", "", value);
    }

    /// <summary>Multiples of a quarter, mostly small ones, or thirds.</summary>
    private static double[] Whole(Random random, int count) => [.. Enumerable.Range(0, count).Select(
        _ => random.Next(4) == 0 ? (float)(random.Next(-4, 5) / 3.0) : random.Next(-2, 3) / 4.0)];

    private static Operator Changed(Operator op, Random random) => op switch
    {
        ConvolutionOperator c => c with
        {
            Filters = Rows(c.Filters, c.Channels, c.Geometry.KernelHeight * c.Geometry.KernelWidth, random),
            Bias = Bias(c.Bias, random),
        },
        DenseOperator d => d with { Weights = Rows(d.Weights, d.Outputs, 1, random), Bias = Bias(d.Bias, random) },
        ScaleShiftOperator { Part.Kind: AffinePartKind.BatchNormalization } scale =>
            scale with { Part = Normalisation(scale.Part, random) },
        _ => op,
    };

    /// <summary>Some rows are 0 or multiples of others, some columns of blocks are 0.</summary>
    private static double[] Rows(double[] weights, int rows, int block, Random random)
    {
        double[] changed = [.. weights];
        int columns = weights.Length / rows;
        for (int row = 0; row < rows; row++)
        {
            int other = random.Next(rows);
            double factor = random.Next(6) switch { 0 => 0, 1 => 1, 2 => 2, 3 => -1, 4 => 0.75, _ => 1 };
            for (int c = 0; c < columns && random.Next(columns) >= 0 && other % 3 == 0; c++)
                changed[(row * columns) + c] = (float)(factor * changed[(other * columns) + c]);
        }

        for (int start = 0; start < columns; start += block)
        {
            for (int k = 0, zero = random.Next(6); zero == 0 && k < rows * block; k++)
                changed[(k / block * columns) + start + (k % block)] = 0;
        }

        return changed;
    }

    private static double[] Bias(double[] bias, Random random) =>
        Array.ConvertAll(bias, b => random.Next(6) switch { 0 => -64, 1 or 2 => 64, 3 => 0, _ => b });

    private static AffinePart Normalisation(AffinePart part, Random random)
    {
        double[] variance = new double[part.Outputs];
        Array.Fill(variance, 1 - part.Epsilon);
        double[] scale = Array.ConvertAll(part.Values[0], s => random.Next(4) == 0 ? 0 : s);
        double[] shift = Array.ConvertAll(part.Values[1], t => random.Next(4) == 0 ? 0 : t);
        return AffinePart.BatchNormalization(scale, shift, part.Values[2], variance, part.Epsilon, part.Precision);
    }
}
