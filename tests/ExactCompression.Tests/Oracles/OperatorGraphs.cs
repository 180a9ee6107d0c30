using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>Random graphs of every operator, with weights that float32 holds.</summary>
internal sealed class OperatorGraphs(Random random, bool isRational)
{
    private readonly GraphBuilder builder = new();
    private readonly List<int> values = [];

    /// <summary>A graph of some inputs and outputs.</summary>
    /// <param name="random">Where choices come from.</param>
    /// <param name="nodes">About how many nodes it has.</param>
    /// <param name="isRational">Whether all values at fractions are fractions: without smooth functions.</param>
    public static NetworkGraph Of(Random random, int nodes, bool isRational = false)
    {
        var graph = new OperatorGraphs(random, isRational);
        for (int i = random.Next(1, 3); i > 0; i--)
            graph.values.Add(graph.builder.AddInput($"in{i}", graph.Shape()));
        for (int n = 0; n < nodes; n++)
            graph.values.Add(graph.Node());
        for (int o = 0, count = random.Next(1, 3); o < count; o++)
            graph.builder.AddOutput($"out{o}", o == 0 ? graph.values[^1] : graph.Any());
        return graph.builder.Build();
    }

    private int Node()
    {
        int value = Any();
        TensorShape shape = builder.ShapeOf(value);
        switch (random.Next(14))
        {
            case 0 when shape.Count > 0:
                int outputs = random.Next(1, 6);
                return Add(
                    new DenseOperator(Numbers(outputs * shape[^1]), Bias(outputs), shape[^1]), [.. shape.SkipLast(1), outputs], value);
            case 1 when shape.Count is 2 or 3:
                return Convolution(value, shape);
            case 2:
                return ScaleShift(value, shape);
            case 3 when shape.Count is 2 or 3:
                ConvolutionShape windows = Geometry(shape, dilated: true);
                var pool = new MaxPoolOperator(windows);
                return Fits(pool, shape, windows, shape[0]) is { } pooled ? Add(pool, pooled, value) : Node();
            case 4 when shape.Count is 2 or 3:
                windows = Geometry(shape, dilated: random.Next(3) == 0);
                var padded = (windows.PadBottom - random.Next(2), windows.PadRight);
                var mean = new AveragePoolOperator(windows, random.Next(2) == 0, (Math.Max(0, padded.Item1), padded.PadRight));
                return Fits(mean, shape, windows, shape[0]) is { } means ? Add(mean, means, value) : Node();
            case 5:
                int[] same = [.. values.Where(v => builder.ShapeOf(v).Equals(shape)), value];
                int[] terms = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => same[random.Next(same.Length)])];
                return Add(new SumOperator([.. terms.Select(_ => random.Next(3) == 0 ? -1 : 1)]), shape, terms);
            case 6:
                int[] axes = [.. Enumerable.Range(0, shape.Count).Where(_ => random.Next(2) == 0)];
                bool keeps = random.Next(2) == 0;
                IEnumerable<int> left = Enumerable.Range(0, shape.Count).Where(a => keeps || !axes.Contains(a));
                return Add(
                    new ReductionOperator(axes, random.Next(2) == 0), [.. left.Select(a => axes.Contains(a) ? 1 : shape[a])], value);
            case 7:
                int[][] shapes = [[shape.Elements], [1, .. shape], [.. shape, 1], [.. shape.Skip(1).Reverse(), .. shape.Take(1)]];
                return Add(new ReshapeOperator(), shapes[random.Next(shape.Count < 3 ? 4 : 1)], value);
            case 8 when shape.Count > 0:
                int[]?[] indices = [.. shape.Select(Indices)];
                return Add(new SelectOperator(indices), [.. shape.Select((d, a) => indices[a]?.Length ?? d)], value);
            case 9 when shape.Count > 1:
                int[] permutation = [.. Enumerable.Range(0, shape.Count).OrderBy(_ => random.Next())];
                return Add(new TransposeOperator(permutation), [.. permutation.Select(p => shape[p])], value);
            case 10 when shape.Count > 0:
                same = [.. values.Where(v => builder.ShapeOf(v).Equals(shape))];
                int axis = random.Next(shape.Count), other = same[random.Next(same.Length)];
                return Add(new ConcatOperator(axis), [.. shape.Select((d, a) => a == axis ? 2 * d : d)], value, other);
            case 11 when random.Next(3) == 0:
                return builder.Add(new ConstantOperator(Numbers(shape.Elements)), shape, "", "");
            default:
                return Unit(value, shape);
        }
    }

    private int Unit(int value, TensorShape shape)
    {
        int[] same = [.. values.Where(v => builder.ShapeOf(v).Equals(shape))];
        int channels = shape.Count > 0 ? shape[0] : 1, plane = shape.Elements / channels;
        return random.Next(11) switch
        {
            0 => Add(new LeakyReluOperator([0.25], Activation.LeakyRelu), shape, value),
            1 => Add(new LeakyReluOperator([(float)0.1], Activation.LeakyRelu), shape, value),
            2 => Add(new LeakyReluOperator(Numbers(shape.Elements), Activation.PRelu), shape, value),
            3 => Add(
                new LeakyReluOperator([.. Numbers(channels).SelectMany(s => Enumerable.Repeat(s, plane))], Activation.PRelu), shape, value),
            4 => Add(new LeakyReluOperator([-1], Activation.Abs), shape, value),
            5 => Add(new ClipOperator(-0.5, random.Next(2) == 0 ? 0.75 : double.PositiveInfinity), shape, value),
            6 => Add(new ClipOperator(double.NegativeInfinity, random.Next(2) == 0 ? 0.25 : double.PositiveInfinity), shape, value),
            7 => Add(new HardSigmoidOperator((float)0.2, 0.5), shape, value),
            8 => Add(new ExtremumOperator(random.Next(2) == 0), shape, value, same[random.Next(same.Length)]),
            9 when !isRational => Add(new SmoothOperator(random.Next(2) == 0), shape, value),
            _ => Add(new ReluOperator(), shape, value),
        };
    }

    private int Convolution(int value, TensorShape shape)
    {
        int[] divisors = [.. Enumerable.Range(1, shape[0]).Where(g => shape[0] % g == 0)];
        int groups = divisors[random.Next(divisors.Length)], channels = groups * random.Next(1, 3);
        ConvolutionShape geometry = Geometry(shape, dilated: true);
        var convolution = new ConvolutionOperator(
            Numbers(channels * (shape[0] / groups) * geometry.KernelHeight * geometry.KernelWidth), Bias(channels), geometry, groups);
        return Fits(convolution, shape, geometry, channels) is { } given ? Add(convolution, given, value) : Node();
    }

    private int ScaleShift(int value, TensorShape shape)
    {
        bool perChannel = shape.Count > 0 && random.Next(2) == 0;
        int count = perChannel ? shape[0] : shape.Elements;
        AffinePart part = random.Next(5) switch
        {
            0 => AffinePart.BatchNormalization(
                Numbers(count), Numbers(count), Numbers(count), Array.ConvertAll(Numbers(count), Math.Abs), 1f / 1024,
                WeightPrecision.Float32),
            1 => AffinePart.Divide(Array.ConvertAll(Numbers(count), static v => v < 0 ? v - 1 : v + 1), WeightPrecision.Float32),
            2 => Elementwise(Filled(count, -1), Numbers(count)),
            3 => Elementwise(Filled(count, 1), Filled(count, 0.5)),
            _ => Elementwise(Numbers(count), Numbers(count)),
        };
        return Add(new ScaleShiftOperator(part, perChannel), shape, value);
    }

    private static AffinePart Elementwise(double[] scale, double[] shift) =>
        AffinePart.Of(AffinePartKind.Elementwise, scale.Length, scale.Length, WeightPrecision.Float32, 0, [scale, shift]);

    private ConvolutionShape Geometry(TensorShape shape, bool dilated)
    {
        bool flat = shape.Count == 2;
        int Some(int least, int most, int none) => flat ? none : random.Next(least, most + 1);
        return new(
            Some(1, 3, 1), random.Next(1, 4), Some(1, 2, 1), random.Next(1, 3), Some(0, 2, 0), random.Next(3), Some(0, 2, 0),
            random.Next(3), dilated ? Some(1, 2, 1) : 1, dilated ? random.Next(1, 3) : 1);
    }

    /// <summary>The shape that windows give, or null where they do not fit.</summary>
    private static TensorShape? Fits(Operator op, TensorShape shape, ConvolutionShape geometry, int channels)
    {
        MapShape input = MapShapes.Of(shape);
        int height = geometry.OutputHeight(input.Height), width = geometry.OutputWidth(input.Width);
        if (height < 1 || width < 1)
            return null;
        TensorShape given = shape.Count == 2 ? new(channels, width) : new(channels, height, width);
        return op.FindFault([shape], given) is null ? given : null;
    }

    private int[]? Indices(int length) => random.Next(6) switch
    {
        0 => null,
        1 => [.. Enumerable.Range(0, (length + 1) / 2).Select(static i => 2 * i)],
        2 => [-1, .. Enumerable.Range(0, length), -1, -1],
        3 => [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(-1, length))],
        4 => [.. Enumerable.Range(0, length).Reverse()],
        _ => [.. Enumerable.Range(random.Next(length), 1)],
    };

    private TensorShape Shape() => random.Next(4) switch
    {
        0 => new(random.Next(1, 7)),
        1 => new(random.Next(1, 4), random.Next(1, 7)),
        _ => new(random.Next(1, 5), random.Next(1, 6), random.Next(1, 6)),
    };

    private int Any() => values[random.Next(2) == 0 ? values.Count - 1 : random.Next(values.Count)];

    private int Add(Operator op, TensorShape shape, params int[] inputs) => builder.Add(op, shape, "", "", inputs);

    private int Add(Operator op, int[] shape, params int[] inputs) => builder.Add(op, new TensorShape(shape), "", "", inputs);

    private double[] Bias(int count) => random.Next(3) == 0 ? new double[count] : Numbers(count);

    private double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)((random.NextDouble() * 2) - 1))];

    private static double[] Filled(int count, double value) => [.. Enumerable.Repeat(value, count)];
}
