using ExactCompression.Networks;

namespace ExactCompression.Tests.Oracles;

/// <summary>Small random networks with convolutions, residual sums, poolings and units of every kind.</summary>
internal static class SmallGraphs
{
    /// <summary>Elements of the input.</summary>
    public const int Inputs = 32;

    private static readonly TensorShape Image = new(2, 4, 4);

    /// <summary>A network: some blocks over an image of 2 x 4 x 4, then dense layers.</summary>
    /// <param name="random">Chooses the blocks.</param>
    /// <param name="next">Draws a weight.</param>
    public static ReluNetwork Next(Random random, Func<double> next)
    {
        var builder = new GraphBuilder();
        int value = builder.AddInput("image", Image);
        for (int blocks = random.Next(1, 4); blocks > 0; blocks--)
            value = Block(builder, random, next, value);
        TensorShape shape = builder.ShapeOf(value);
        value = builder.Add(new ReshapeOperator(), new(shape.Elements), "", "", value);
        value = Dense(builder, next, value, 3);
        value = builder.Add(new ReluOperator(), new(3), "", "", value);
        builder.AddOutput("scores", Dense(builder, next, value, 2));
        return new(builder.Build());
    }

    private static int Block(GraphBuilder builder, Random random, Func<double> next, int value)
    {
        TensorShape shape = builder.ShapeOf(value);
        int pooled = shape[1] - 1;
        switch (random.Next(7))
        {
            case 0 when pooled > 0:
                return builder.Add(new MaxPoolOperator(new(2, 2)), new(shape[0], pooled, pooled), "", "", value);
            case 1 when pooled > 0:
                return builder.Add(
                    new AveragePoolOperator(new(3, 3, 1, 1, 1, 1, 0, 0), false, (0, 0)), new(shape[0], pooled, pooled), "", "", value);
            case 2:
                int inner = builder.Add(new ReluOperator(), shape, "", "", Convolution(builder, next, value));
                int sum = builder.Add(
                    new SumOperator([1, random.Next(2) == 0 ? 1 : -1]), shape, "", "", Convolution(builder, next, inner), value);
                return builder.Add(new ReluOperator(), shape, "", "", sum);
            case 3:
                return builder.Add(new LeakyReluOperator([0.1], Activation.LeakyRelu), shape, "", "", Convolution(builder, next, value));
            case 4:
                ClipOperator[] clips = [new(0, 1), new(-1.5, 2), new(double.NegativeInfinity, 0.5), new(-0.25, double.PositiveInfinity)];
                return builder.Add(clips[random.Next(clips.Length)], shape, "", "", Convolution(builder, next, value));
            case 5:
                return builder.Add(
                    new ExtremumOperator(random.Next(2) == 0), shape, "", "", Convolution(builder, next, value),
                    Convolution(builder, next, value));
            default:
                return builder.Add(new ReluOperator(), shape, "", "", Convolution(builder, next, value));
        }
    }

    private static int Convolution(GraphBuilder builder, Func<double> next, int value)
    {
        TensorShape shape = builder.ShapeOf(value);
        return builder.Add(
            new ConvolutionOperator(Numbers(next, 4 * 9), Numbers(next, 2), new(3, 3, 1, 1, 1, 1, 1, 1)), shape, "", "", value);
    }

    private static int Dense(GraphBuilder builder, Func<double> next, int value, int outputs)
    {
        int inputs = builder.ShapeOf(value).Elements;
        return builder.Add(new DenseOperator(Numbers(next, outputs * inputs), Numbers(next, outputs), inputs), new(outputs), "", "", value);
    }

    private static double[] Numbers(Func<double> next, int count) => [.. Enumerable.Range(0, count).Select(_ => next())];
}
