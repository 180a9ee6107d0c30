using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Compression.Channels;

/// <summary>Small graphs with known answers: makers, and the comparison of what is left with the original in exact arithmetic.</summary>
internal static class ChannelCases
{
    /// <summary>A convolution whose filters are all one number each.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="value">What it takes.</param>
    /// <param name="geometry">Its windows.</param>
    /// <param name="filters">For each filter its weight on every tap and channel; then the bias.</param>
    public static int Filters(GraphBuilder builder, int value, ConvolutionShape geometry, params (double Weight, double Bias)[] filters)
    {
        TensorShape shape = builder.ShapeOf(value);
        int taps = shape[0] * geometry.KernelHeight * geometry.KernelWidth;
        var op = new ConvolutionOperator(
            [.. filters.SelectMany(f => Enumerable.Repeat(f.Weight, taps))], [.. filters.Select(static f => f.Bias)], geometry);
        return builder.Add(
            op, new(filters.Length, geometry.OutputHeight(shape[1]), geometry.OutputWidth(shape[2])), "conv", "", value);
    }

    /// <summary>A convolution with weights that all differ.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="value">What it takes.</param>
    /// <param name="geometry">Its windows.</param>
    /// <param name="channels">How many filters it has.</param>
    public static int Mixed(GraphBuilder builder, int value, ConvolutionShape geometry, int channels)
    {
        TensorShape shape = builder.ShapeOf(value);
        int count = channels * shape[0] * geometry.KernelHeight * geometry.KernelWidth;
        var op = new ConvolutionOperator(
            [.. Enumerable.Range(0, count).Select(static i => (((i * 37) + 11) % 17 - 8) / 8.0)],
            [.. Enumerable.Range(0, channels).Select(static c => (c - 1) / 4.0)], geometry);
        return builder.Add(op, new(channels, geometry.OutputHeight(shape[1]), geometry.OutputWidth(shape[2])), "mix", "", value);
    }

    /// <summary>A rectifier.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="value">What it takes.</param>
    public static int Relu(GraphBuilder builder, int value) => builder.Add(new ReluOperator(), builder.ShapeOf(value), "relu", "", value);

    /// <summary>All elements as a vector, and a matrix with weights that all differ.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="value">What it takes.</param>
    public static void Head(GraphBuilder builder, int value)
    {
        int inputs = builder.ShapeOf(value).Elements;
        int flat = builder.Add(new ReshapeOperator(), new(inputs), "flatten", "", value);
        var op = new DenseOperator(
            [.. Enumerable.Range(0, 2 * inputs).Select(static i => (((i * 29) + 5) % 13 - 6) / 4.0)], [0.5, -0.25], inputs);
        builder.AddOutput("logits", builder.Add(op, new(2), "head", "", flat));
    }

    /// <summary>Compresses a graph over [0,1]^n or another box, and requires the same function.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="level">The level.</param>
    /// <param name="mostDeviation">The largest deviation that may be proven.</param>
    /// <param name="domain">The box; null for [0,1]^n.</param>
    public static CompressionResult Compress(
        GraphBuilder builder, CompressionLevel level, double mostDeviation = 0, InputDomain? domain = null)
    {
        var network = new ReluNetwork(builder.Build());
        domain ??= InputDomain.Unit.For(network.InputSize);
        var table = StabilityTable.Undecided(network, domain);
        table = StabilityAnalysis.FindStable(table, null, new() { TimeLimit = TimeSpan.FromSeconds(5) }, CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
        Assert.InRange(result.ProvenDeviation, 0, mostDeviation);
        var random = new Random(7);
        for (int k = 0; k < 8; k++)
        {
            double At(int i)
            {
                double share = k < 4 ? random.Next(2) : random.Next(9) / 8.0;
                return domain.Lower.Span[i] + (share * (domain.Upper.Span[i] - domain.Lower.Span[i]));
            }

            double[] point = [.. Enumerable.Range(0, network.InputSize).Select(At)];
            Rational[] before = Outputs(network.Graph!, point), after = Outputs(result.Compressed.Graph!, point);
            foreach ((Rational a, Rational b) in before.Zip(after))
                Assert.True(Rational.Abs(a - b) <= result.ProvenDeviation);
        }

        return result;
    }

    /// <summary>The shapes of the units that are left.</summary>
    /// <param name="result">The compression.</param>
    public static string Shapes(CompressionResult result) =>
        string.Join(' ', result.Compressed.Layers.SkipLast(1).Select(static l => l.Shape.ToString()));

    /// <summary>The outputs in exact arithmetic.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="point">The inputs.</param>
    public static Rational[] Outputs(NetworkGraph graph, double[] point)
    {
        Rational[][] values = ExactOperators.Values(graph, point);
        return [.. graph.Outputs.SelectMany(o => values[o.Value])];
    }
}
