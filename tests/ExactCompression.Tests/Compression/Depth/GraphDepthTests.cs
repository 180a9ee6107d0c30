using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;
using static ExactCompression.Tests.Compression.Channels.ChannelCases;
using static ExactCompression.Tests.Compression.Depth.SplitNetworks;

namespace ExactCompression.Tests.Compression.Depth;

/// <summary>Convolutions whose channels only re-express the ones before go at the highest level, and the function stays.</summary>
public sealed class GraphDepthTests
{
    private static readonly CompressionOptions Maximal = new() { Level = CompressionLevel.Maximal };
    private static readonly ConvolutionShape Padded = new(3, 3, 1, 1, 1, 1, 1, 1);

    /// <summary>
    /// A linear channel that is one of the rectifiers below and a number: its weights stay where they are, and the number moves on.
    /// </summary>
    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(2.0, 0.25)]
    [InlineData(1.0, 0.0)]
    public void Compress_ARectifierAndANumber_KeepsTheNumber(double weight, double number)
    {
        (GraphBuilder builder, int image) = Start();
        int below = Relu(builder, Filters(builder, image, new(1, 1), (1, -0.5)));
        Head(builder, Relu(builder, Filters(builder, below, new(1, 1), (weight, number))));
        Assert.Equal(1, Compress(builder, CompressionLevel.Maximal).Compressed.Depth);
    }

    /// <summary>Trained networks with one of their layers split, in the first layers and later ones, convolutional and dense.</summary>
    [SkippableTheory]
    [InlineData("digits_plain_l1-0.004", 1, 1, Way.Split)]
    [InlineData("digits_plain_l1-0.004", 2, 3, Way.SplitUnevenly)]
    [InlineData("digits_plain_l1-0.002", 3, 1, Way.SplitUnevenly)]
    [InlineData("digits_plain_l1-0.002", 1, 3, Way.Scaled)]
    [InlineData("digits_pool_l1-0.002", 2, 1, Way.SplitUnevenly)]
    [InlineData("digits_bn_l1-0.002", 1, 3, Way.SplitUnevenly)]
    [InlineData("digits_slim_l1-0.002", 2, 1, Way.Split)]
    [InlineData("digits_res_l1-0.002", 2, 3, Way.SplitUnevenly)]
    [InlineData("digits_concat_l1-0.002", 3, 1, Way.SplitUnevenly)]
    [InlineData("digits_avg_l1-0.0003", 2, 3, Way.Shifted)]
    [InlineData("mnist_plain_l1-0.002", 2, 1, Way.SplitUnevenly)]
    public void Compress_TrainedNetworkWithALayerSplit_ComesBack(string name, int layer, int kernel, Way way)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared($"networks/conv/{name}.onnx"));
        ReluNetwork least = LeoCompression.Compress(Bounded(network), Maximal, default).Compressed;
        double? tolerance = name.Contains("res", StringComparison.Ordinal) ? 0.05 : null; // what is proven grows along residual blocks
        foreach (double share in (double[])[1, 0.4])
        {
            var random = new Random(layer);
            ReluNetwork split = SplitGraphs.Split(
                network, layer, kernel, _ => random.NextDouble() < share ? way : Way.Twice, () => 0.3 + (3 * random.NextDouble()),
                () => (2 * random.NextDouble()) - 1);
            CompressionResult result = LeoCompression.Compress(Bounded(split), Maximal with { Tolerance = tolerance }, default);
            string shapes =
                $"{Shapes(result)} of {string.Join(' ', least.Layers.Select(static l => l.Shape))}: {string.Join(' ', result.Remarks)}";
            Assert.True(result.Compressed.Depth <= network.Depth, shapes);
            Assert.True(
                result.Compressed.Layers.Zip(network.Layers).All(static p => p.First.Shape.Elements <= p.Second.Shape.Elements), shapes);
            Assert.True(result.Compressed.NeuronCount <= least.NeuronCount, shapes);
            Assert.True(result.Compressed.ParameterCount <= network.ParameterCount, shapes);
            Assert.InRange(result.ProvenDeviation, 0, tolerance ?? 1e-3);
            for (int p = 0; p < 20; p++)
            {
                double[] point = [.. Enumerable.Range(0, network.InputSize).Select(_ => p < 10 ? random.Next(2) : random.NextDouble())];
                double difference = split.Evaluate(point).Zip(result.Compressed.Evaluate(point), static (a, b) => Math.Abs(a - b)).Max();
                Assert.InRange(difference, 0, result.ProvenDeviation + 1e-11);
            }
        }
    }

    /// <summary>A convolution with normalisation, split in its channels; what is left is one convolution.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void PairsThatCancel_ReadByOneElement_AreOneConvolution(int kernel)
    {
        (GraphBuilder builder, int image) = Start();
        Head(builder, Relu(builder, Mixed(builder, image, Padded, 3)));
        ReluNetwork split = SplitGraphs.Split(
            new(builder.Build()), 1, kernel, static c => c == 1 ? Way.Twice : Way.Split, static () => 2, static () => 0.25);
        CompressionResult result = Exact(split);
        Assert.Equal("3x4x4", Shapes(result));
        Assert.Equal(0, result.ProvenDeviation); // nothing is rounded
        Assert.Contains(result.Steps, static s => s.Kind == CompressionStepKind.FoldRepeated && s.Layer == 1);
    }

    /// <summary>
    /// Pairs that a convolution with windows of several elements reads: together they give the image, less a number where they have biases,
    /// which the padding lacks.
    /// </summary>
    [Theory]
    [InlineData(true, 0, "2x4x4")]
    [InlineData(true, 0.25, "2x4x4 2x4x4")]
    [InlineData(false, 0.25, "2x2x2")]
    public void PairsThatCancel_ReadByWindows_GoWhereThePaddingAllowsIt(bool pads, double bias, string expected)
    {
        (GraphBuilder builder, int image) = Start();
        var pair = new ConvolutionOperator([2, -2], [-2 * bias, 2 * bias], new(1, 1));
        int parts = Relu(builder, builder.Add(pair, new(2, 4, 4), "pair", "", image));
        double[] kernel = [0.5, -1, 0.25, 2, -0.75, 1, -2, 0.5, 1];
        double[] filters = [.. kernel, .. kernel.Select(static w => -w), .. kernel.Reverse(), .. kernel.Reverse().Select(static w => -w)];
        var reader = new ConvolutionOperator(filters, [-0.5, 0.25], pads ? Padded : new(3, 3));
        Head(builder, Relu(builder, builder.Add(reader, new(2, pads ? 4 : 2, pads ? 4 : 2), "reader", "", parts)));
        CompressionResult result = Exact(new(builder.Build()));
        Assert.Equal(expected, Shapes(result));
        Assert.Equal(0, result.ProvenDeviation);
    }

    /// <summary>A reader that skips rows and columns gives its strides to the convolution below.</summary>
    [Fact]
    public void PairsThatCancel_ReadWithStrides_AreAConvolutionWithStrides()
    {
        (GraphBuilder builder, int image) = Start();
        double[] kernel = [0.5, -1, 0.25, 2, -0.75, 1, -2, 0.5, 1];
        var pair = new ConvolutionOperator([.. kernel, .. kernel.Select(static w => -0.5 * w)], [-1, 0.5], Padded);
        int parts = Relu(builder, builder.Add(pair, new(2, 4, 4), "pair", "", image));
        var reader = new ConvolutionOperator([1, -2], [0.5], new(1, 1, 2, 2));
        Head(builder, Relu(builder, builder.Add(reader, new(1, 2, 2), "reader", "", parts)));
        CompressionResult result = Exact(new(builder.Build()));
        Assert.Equal("1x2x2", Shapes(result));
        var left = (ConvolutionOperator)result.Compressed.Graph!.Nodes[0].Operator;
        Assert.Equal(new(3, 3, 2, 2, 1, 1), left.Geometry with { PadBottom = 0, PadRight = 0 });
        Assert.Equal((0.0, -0.5), (result.ProvenDeviation, left.Bias[0]));
    }

    /// <summary>Convolutions that pass every channel on, in several forms, each with a rectifier of its own.</summary>
    [Fact]
    public void IdentityConvolutions_Go()
    {
        (GraphBuilder builder, int image) = Start();
        int value = Relu(builder, Mixed(builder, image, Padded, 2));
        double[] delta = [0, 0, 0, 0, 1, 0, 0, 0, 0], nothing = new double[9];
        foreach (ConvolutionOperator identity in (ConvolutionOperator[])[
            new([1, 0, 0, 1], [0, 0], new(1, 1)), new([.. delta, .. nothing, .. nothing, .. delta], [0, 0], Padded),
            new([.. delta, .. delta], [0, 0], Padded, 2)])
            value = Relu(builder, builder.Add(identity, new(2, 4, 4), "identity", "", value));
        Head(builder, value);
        CompressionResult result = Exact(new(builder.Build()));
        Assert.Equal("2x4x4", Shapes(result));
        Assert.Equal(0, result.ProvenDeviation);
        Assert.Equal(3, result.FoldedLayers);
    }

    /// <summary>The edge of a kernel goes with its padding where all of its weights are 0, and where it meets nothing else.</summary>
    [Theory]
    [InlineData(3, 1, 1, false, 1)] // the middle alone
    [InlineData(3, 1, 2, false, 1)]
    [InlineData(3, 0, 1, false, 3)] // without padding the windows would move
    [InlineData(5, 2, 1, true, 3)]
    [InlineData(5, 2, 2, true, 3)]
    public void KernelsWithNothingAtTheirEdges_AreTrimmed(int kernel, int pad, int stride, bool cross, int expected)
    {
        (GraphBuilder builder, int image) = Start();
        var filters = new double[2 * kernel * kernel];
        int middle = kernel * kernel / 2;
        for (int o = 0; o < 2; o++)
        {
            filters[(o * kernel * kernel) + middle] = o + 1;
            if (cross)
                (filters[(o * kernel * kernel) + middle - 1], filters[(o * kernel * kernel) + middle + kernel]) = (-1, 0.5);
        }

        var geometry = new ConvolutionShape(kernel, kernel, stride, stride, pad, pad, pad, pad);
        int size = geometry.OutputHeight(4);
        int conv = builder.Add(new ConvolutionOperator(filters, [-0.5, 0.25], geometry), new(2, size, size), "edges", "", image);
        Head(builder, Relu(builder, conv));
        CompressionResult result = Exact(new(builder.Build()));
        ConvolutionShape left = ((ConvolutionOperator)result.Compressed.Graph!.Nodes[0].Operator).Geometry;
        Assert.Equal(0, result.ProvenDeviation);
        Assert.Equal(cross ? 2 : expected, left.KernelHeight); // nothing above the middle
        Assert.Equal(cross ? 2 : expected, left.KernelWidth);
    }

    /// <summary>Random convolutional networks, split once or twice; compared without rounding.</summary>
    [Fact]
    public void Compress_SmallNetworksSplit_ComeBack()
    {
        int gone = 0, larger = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = Small(random), split = network;
            for (int times = random.Next(1, 3); times > 0; times--)
                split = SplitGraphs.Split(
                    split, random.Next(1, split.Depth + 1), random.Next(2) == 0 ? 1 : 3, _ => (Way)random.Next(5),
                    () => 0.3 + (3 * random.NextDouble()), () => (2 * random.NextDouble()) - 1);
            CompressionResult result = LeoCompression.Compress(Bounded(split), Maximal, default);
            gone += split.Depth - result.Compressed.Depth;
            larger += result.Compressed.Depth > network.Depth || result.Compressed.NeuronCount > network.NeuronCount ? 1 : 0;
            RequireSame(split, result, random, 6);
        }

        Assert.True(gone >= 50, $"{gone} layers went");
        Assert.Equal(0, larger);
    }

    private static ReluNetwork Small(Random random)
    {
        double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)((2 * random.NextDouble()) - 1))];
        var builder = new GraphBuilder();
        int value = builder.AddInput("image", new(1, 4, 4));
        for (int layers = random.Next(1, 3); layers > 0; layers--)
        {
            TensorShape shape = builder.ShapeOf(value);
            int kernel = random.Next(1, 4), pad = random.Next(2), stride = random.Next(1, 3), channels = random.Next(1, 4);
            kernel = Math.Min(kernel, shape[1]);
            pad = kernel == 3 ? pad : 0;
            var geometry = new ConvolutionShape(kernel, kernel, stride, stride, pad, pad, pad, pad);
            var op = new ConvolutionOperator(Numbers(channels * shape[0] * kernel * kernel), Numbers(channels), geometry);
            TensorShape after = new(channels, geometry.OutputHeight(shape[1]), geometry.OutputWidth(shape[2]));
            value = Relu(builder, builder.Add(op, after, "conv", "", value));
        }

        int inputs = builder.ShapeOf(value).Elements;
        value = builder.Add(new ReshapeOperator(), new(inputs), "flatten", "", value);
        if (random.Next(2) == 0)
        {
            value = Relu(builder, builder.Add(new DenseOperator(Numbers(3 * inputs), Numbers(3), inputs), new(3), "dense", "", value));
            inputs = 3;
        }

        builder.AddOutput(
            "logits", builder.Add(new DenseOperator(Numbers(2 * inputs), Numbers(2), inputs), new(2), "head", "", value));
        return new(builder.Build());
    }

    private static CompressionResult Exact(ReluNetwork network)
    {
        CompressionResult result = LeoCompression.Compress(Bounded(network), Maximal, default);
        RequireSame(network, result, new Random(3), 10);
        return result;
    }

    private static void RequireSame(ReluNetwork network, CompressionResult result, Random random, int points)
    {
        for (int p = 0; p < points; p++)
        {
            double[] point = [.. Enumerable.Range(0, network.InputSize).Select(
                _ => p < points / 2 ? random.Next(2) : random.Next(9) / 8.0)];
            Rational most = Outputs(network.Graph!, point).Zip(
                Outputs(result.Compressed.Graph!, point), static (a, b) => Rational.Abs(a - b)).Aggregate(Rational.Max);
            Assert.True(most <= result.ProvenDeviation, $"{most} > {result.ProvenDeviation}: {string.Join("; ", result.Steps)}");
        }
    }

    /// <summary>The verdicts that bounds alone prove.</summary>
    private static StabilityTable Bounded(ReluNetwork network)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, InputDomain.Unit.For(network.InputSize)));
        using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
        BoundPropagation.Run(ledger, clock);
        return ledger.ToTable(default, [], null);
    }

    private static (GraphBuilder Builder, int Image) Start()
    {
        var builder = new GraphBuilder();
        return (builder, builder.AddInput("image", new(1, 4, 4)));
    }
}
