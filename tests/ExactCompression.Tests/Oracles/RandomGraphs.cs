using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// Small random graphs from a seed: convolutions of all geometries, residual sums, concatenations, poolings, slices and every unit, on
/// numbers that rounding has trouble with; with zero filters, opposite ones, and ties at 0.
/// </summary>
internal sealed class RandomGraphs
{
    private readonly Random random;
    private readonly int kind;
    private readonly GraphBuilder builder = new();
    private readonly List<int> values = [];

    private RandomGraphs(Random random, int kind) => (this.random, this.kind) = (random, kind);

    /// <summary>A network with its input box.</summary>
    /// <param name="random">What decides it.</param>
    /// <param name="kind">Kind of its numbers: see <see cref="HardNumbers"/>.</param>
    /// <param name="nodes">How many nodes are drawn.</param>
    /// <param name="side">Largest number of rows and columns of the input.</param>
    public static (ReluNetwork Network, double[] Lower, double[] Upper) Next(Random random, int kind, int nodes, int side)
    {
        var graph = new RandomGraphs(random, kind);
        TensorShape input = new(random.Next(1, 3), random.Next(1, side + 1), random.Next(1, side + 1));
        graph.values.Add(graph.builder.AddInput("x", input));
        for (int n = 0; n < nodes; n++)
            graph.Append();
        graph.values.Add(graph.Add(new ReluOperator(), graph.Shape(graph.values[^1]), graph.values[^1]));
        graph.builder.AddOutput("y", graph.values[^1]);
        (double[] lower, double[] upper) = HardNumbers.Box(random, kind, input.Elements);
        return (new(graph.builder.Build()), lower, upper);
    }

    private void Append()
    {
        int last = values[^1];
        TensorShape shape = Shape(last);
        int found = random.Next(16) switch
        {
            0 or 1 or 2 or 3 when shape.Count == 3 => Convolution(last, shape),
            4 or 5 => Add(new ReluOperator(), shape, last),
            6 => Add(new LeakyReluOperator([random.Next(2) == 0 ? 0.25 : 0.1], Activation.LeakyRelu), shape, last),
            7 => Add(new ClipOperator(random.Next(3) == 0 ? double.NegativeInfinity : -0.5, 1), shape, last),
            8 => Add(new LeakyReluOperator([-1], Activation.Abs), shape, last),
            9 when shape.Count == 3 => Pool(last, shape, isMaximum: true),
            10 when shape.Count == 3 => Pool(last, shape, isMaximum: false),
            11 or 12 when values.FindAll(v => Shape(v).Equals(shape)) is var same =>
                Add(new SumOperator([1, random.Next(2) == 0 ? 1 : -1]), shape, last, same[random.Next(same.Count)]),
            13 when shape.Count == 3 => Concat(last, shape),
            14 when shape.Count == 3 && shape[1] > 1 => Slice(last, shape),
            15 when shape.Count == 3 && shape.Elements <= 16 => Dense(Add(new ReshapeOperator(), new(shape.Elements), last)),
            _ when shape.Count == 1 => Dense(last),
            _ => Add(new ReluOperator(), shape, last),
        };
        values.Add(found);
    }

    private TensorShape Shape(int value) => builder.ShapeOf(value);

    private int Add(Operator op, TensorShape shape, params int[] inputs) => builder.Add(op, shape, "", "", inputs);

    private double Number() => random.Next(6) == 0 ? 0 : HardNumbers.Next(random, kind);

    private double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => Number())];

    private ConvolutionShape Geometry(TensorShape shape, int most)
    {
        int height = random.Next(1, Math.Min(most, shape[1]) + 1), width = random.Next(1, Math.Min(most, shape[2]) + 1);
        int Pad(int kernel) => random.Next(0, Math.Min(2, kernel));
        int dilation = height == 2 && shape[1] > 2 && random.Next(3) == 0 ? 2 : 1;
        return new(
            height, width, random.Next(1, 3), random.Next(1, 3), Pad(height), Pad(width), Pad(height), Pad(width), dilation, 1);
    }

    private static TensorShape Output(ConvolutionShape geometry, TensorShape shape, int channels) =>
        new(channels, geometry.OutputHeight(shape[1]), geometry.OutputWidth(shape[2]));

    private int Convolution(int value, TensorShape shape)
    {
        ConvolutionShape geometry = Geometry(shape, 3);
        int groups = shape[0] == 2 && random.Next(3) == 0 ? 2 : 1, channels = groups * random.Next(1, 3);
        int filter = shape[0] / groups * geometry.KernelHeight * geometry.KernelWidth;
        double[] filters = Numbers(channels * filter), bias = Numbers(channels);
        int twist = random.Next(6);
        for (int k = 0; k < filter && twist < 2 && channels > 1; k++)
            filters[k] = twist == 0 ? 0 : -filters[filter + k];
        return Add(
            new ConvolutionOperator(filters, bias, geometry, groups, WeightPrecision.Float64), Output(geometry, shape, channels), value);
    }

    private int Pool(int value, TensorShape shape, bool isMaximum)
    {
        ConvolutionShape geometry = Geometry(shape, 3) with { DilationRows = 1 };
        return Add(
            isMaximum
                ? new MaxPoolOperator(geometry)
                : new AveragePoolOperator(geometry, random.Next(2) == 0, (geometry.PadBottom, geometry.PadRight)),
            Output(geometry, shape, shape[0]), value);
    }

    private int Concat(int value, TensorShape shape)
    {
        List<int> same = values.FindAll(v => Shape(v) is { Count: 3 } other && other[1] == shape[1] && other[2] == shape[2]);
        int other = same[random.Next(same.Count)];
        return shape[0] + Shape(other)[0] > 4
            ? Add(new ReluOperator(), shape, value)
            : Add(new ConcatOperator(0), new(shape[0] + Shape(other)[0], shape[1], shape[2]), value, other);
    }

    private int Slice(int value, TensorShape shape)
    {
        int[] rows = [.. Enumerable.Range(0, shape[1]).Where(r => r == 0 || random.Next(2) == 0)];
        return Add(new SelectOperator([null, rows, null]), new(shape[0], rows.Length, shape[2]), value);
    }

    private int Dense(int value)
    {
        int inputs = Shape(value).Elements, outputs = random.Next(1, 5);
        return Add(new DenseOperator(Numbers(outputs * inputs), Numbers(outputs), inputs, WeightPrecision.Float64), new(outputs), value);
    }
}
