using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Channels.ChannelCases;

namespace ExactCompression.Tests.Compression.Channels;

/// <summary>Affine operations in a row without a unit between them become one where padding and size allow it.</summary>
public sealed class AffinePairTests
{
    private static readonly ConvolutionShape Padded = new(3, 3, 1, 1, 1, 1, 1, 1);
    private static readonly ConvolutionShape Inner = new(3, 3);
    private static readonly ConvolutionShape Point = new(1, 1);

    /// <summary>What the first convolution adds would be missing in the padding of the second.</summary>
    [Theory]
    [InlineData(false, 0.5, 1)]
    [InlineData(true, 0, 1)]
    [InlineData(true, 0.5, 2)]
    public void PointConvolution_IsMultipliedIntoTheNextWhereThePaddingAllowsIt(bool pads, double bias, int left)
    {
        (GraphBuilder builder, int image) = Start();
        int first = Filters(builder, image, Point, (0.25, bias), (0.5, -bias), (-1, bias), (0.75, bias));
        Head(builder, Relu(builder, Mixed(builder, first, pads ? Padded : Inner, 2)));
        CompressionResult result = Compress(builder, CompressionLevel.Maximal);
        Assert.Equal(left, Convolutions(result).Length);
        Assert.Equal(2, Convolutions(Compress(builder, CompressionLevel.LeoPlusPlus)).Length);
    }

    /// <summary>Windows over windows, with strides: rows 2 apart of rows with a padding of their own.</summary>
    [Fact]
    public void ConvolutionsWithStrides_BecomeOneWithLargerWindows()
    {
        (GraphBuilder builder, int image) = Start(8);
        int first = Mixed(builder, image, new(3, 3, 2, 2, 1, 1, 1, 1), 12);
        Head(builder, Relu(builder, Mixed(builder, first, new(2, 2, 1, 2), 2)));
        ConvolutionOperator left = Assert.Single(Convolutions(Compress(builder, CompressionLevel.Maximal)));
        Assert.Equal(new(5, 5, 2, 4, 1, 1), left.Geometry with { PadBottom = 0, PadRight = 0 });
    }

    /// <summary>A narrow convolution between wide ones has fewer weights than the product.</summary>
    [Fact]
    public void NarrowConvolution_Stays()
    {
        (GraphBuilder builder, int image) = Start();
        int first = Mixed(builder, Relu(builder, Mixed(builder, image, Padded, 6)), Point, 1);
        Head(builder, Relu(builder, Mixed(builder, first, Inner, 6)));
        Assert.Equal(3, Convolutions(Compress(builder, CompressionLevel.Maximal)).Length);
    }

    /// <summary>Normalisation behind and in front of convolutions, of one group and of several.</summary>
    [Theory]
    [InlineData(true, 1, 0.5, false, true)]
    [InlineData(true, 2, 0.5, true, true)]
    [InlineData(false, 1, 0.5, false, true)]
    [InlineData(false, 2, 0.5, false, true)]
    [InlineData(false, 1, 0.5, true, false)] // what it adds is missing in the padding
    [InlineData(false, 2, 0.5, true, false)]
    [InlineData(false, 2, 0, true, true)]
    public void Normalisation_IsPartOfAConvolution(bool behind, int groups, double shift, bool pads, bool goes)
    {
        var builder = new GraphBuilder();
        int value = builder.AddInput("image", new(2, 4, 4));
        var geometry = pads ? Padded : Inner;
        int size = geometry.OutputHeight(4);
        var convolution = new ConvolutionOperator(
            [.. Enumerable.Range(0, 4 * 2 / groups * 9).Select(static i => (((i * 31) + 3) % 17 - 8) / 8.0)], [0.5, -0.25, 0, 1],
            geometry, groups);
        int Scale(int taken)
        {
            int channels = builder.ShapeOf(taken)[0];
            double[] Each(Func<int, double> of) => [.. Enumerable.Range(0, channels).Select(of)];
            AffinePart part = AffinePart.BatchNormalization(
                Each(static c => (c + 1) / 4.0), Each(c => shift * c), Each(c => shift), Each(static _ => 1), 0, WeightPrecision.Float32);
            return builder.Add(new ScaleShiftOperator(part, PerChannel: true), builder.ShapeOf(taken), "bn", "", taken);
        }

        value = behind ? value : Scale(value);
        value = builder.Add(convolution, new(4, size, size), "conv", "", value);
        Head(builder, Relu(builder, behind ? Scale(value) : value));
        CompressionResult result = Compress(builder, CompressionLevel.Maximal, 1e-5);
        Assert.Equal(!goes, result.Compressed.Graph!.Nodes.Any(static n => n.Operator is ScaleShiftOperator));
        Assert.Equal(goes, result.Steps.Any(static s => s.Kind == CompressionStepKind.JoinAffine && s.Rounds));
    }

    /// <summary>Weights whose products must be rounded: the bound holds, and is not larger than rounding makes it.</summary>
    [Fact]
    public void Normalisation_ThatRounds_IsBounded()
    {
        (GraphBuilder builder, int image) = Start();
        int conv = Mixed(builder, image, Padded, 3);
        AffinePart part = AffinePart.BatchNormalization(
            [0.3f, -1.7f, 2.1f], [0.1f, 0.2f, -0.3f], [0.7f, -0.1f, 0.2f], [0.9f, 1.3f, 0.4f], 1e-5f, WeightPrecision.Float32);
        int scaled = builder.Add(new ScaleShiftOperator(part, PerChannel: true), builder.ShapeOf(conv), "bn", "", conv);
        Head(builder, Relu(builder, scaled));
        var network = new ReluNetwork(builder.Build());
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(16)), null, new(), CancellationToken.None);
        CompressionResult exact = LeoCompression.Compress(table, new() { Level = CompressionLevel.Maximal }, CancellationToken.None);
        Assert.Equal(0, exact.ProvenDeviation);
        Assert.Contains(exact.Compressed.Graph!.Nodes, static n => n.Operator is ScaleShiftOperator);
        CompressionResult result = LeoCompression.Compress(
            table, new() { Level = CompressionLevel.Maximal, Tolerance = 1e-3 }, CancellationToken.None);
        Assert.DoesNotContain(result.Compressed.Graph!.Nodes, static n => n.Operator is ScaleShiftOperator);
        double observed = 0;
        var random = new Random(5);
        for (int k = 0; k < 400; k++)
        {
            double[] x = [.. Enumerable.Range(0, 16).Select(_ => k % 2 == 0 ? random.Next(2) : random.NextDouble())];
            observed = Math.Max(
                observed, network.Evaluate(x).Zip(result.Compressed.Evaluate(x), static (a, b) => Math.Abs(a - b)).Max());
        }

        Assert.InRange(result.ProvenDeviation, observed, 100 * observed); // of the exact difference, and observed far above rounding
    }

    /// <summary>Normalisation goes from files where a tolerance allows it, and what is proven is within two orders of what is
    /// seen.</summary>
    [SkippableTheory]
    [InlineData("digits_bn_l1-0.002", 0)]
    [InlineData("mnist_slim_l1-0.002", 0)]
    [InlineData("digits_res_l1-0.002", 1)]
    public void NormalisationOfFiles_GoesWithinATolerance(string name, int fewestRefused)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared($"networks/conv/{name}.onnx"));
        StabilityTable table = StabilityTable.Undecided(network, InputDomain.Unit.For(network.InputSize));
        CompressionResult result = LeoCompression.Compress(
            table, new() { Level = CompressionLevel.Maximal, Tolerance = 5e-5 }, CancellationToken.None);
        int refused = result.Remarks.Count(static r => r.Contains("it is multiplied into", StringComparison.Ordinal));
        Assert.InRange(refused, fewestRefused, 10);
        Assert.Contains(result.Steps, static s => s.Kind == CompressionStepKind.JoinAffine);
        var random = new Random(2);
        double observed = 0;
        for (int k = 0; k < 60; k++)
        {
            double[] x = [.. Enumerable.Range(0, network.InputSize).Select(_ => k % 2 == 0 ? random.Next(2) : random.NextDouble())];
            observed = Math.Max(
                observed, network.Evaluate(x).Zip(result.Compressed.Evaluate(x), static (a, b) => Math.Abs(a - b)).Max());
        }

        Assert.InRange(result.ProvenDeviation, observed, 100 * observed);
    }

    /// <summary>Normalisation of an image before all elements go into a matrix, and a convolution without a unit before one.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatIsFlattened_IsMultipliedIntoTheMatrix(bool normalised)
    {
        (GraphBuilder builder, int image) = Start();
        int before = image;
        if (normalised)
        {
            AffinePart part = AffinePart.BatchNormalization([2, 0.5], [1, -1], [0.5, 0.25], [1, 1], 0, WeightPrecision.Float32);
            before = Relu(builder, Mixed(builder, image, Inner, 2));
            before = builder.Add(new ScaleShiftOperator(part, PerChannel: true), builder.ShapeOf(before), "bn", "", before);
        }
        else
            before = Mixed(builder, image, Padded, 5);
        Head(builder, before);
        CompressionResult result = Compress(builder, CompressionLevel.Maximal);
        Assert.Equal(normalised ? 2 : 1, result.Compressed.Graph!.Nodes.Count(static n => n.Operator.ConnectionCount > 0));
        Assert.DoesNotContain(result.Compressed.Graph!.Nodes, static n => n.Operator is ScaleShiftOperator);
        if (normalised) // else a matrix is left, which is read as a chain
            RequireFile(builder);
    }

    /// <summary>Matrices in a row are one, unless the product has more weights.</summary>
    [Theory]
    [InlineData(6, 1)]
    [InlineData(1, 2)]
    public void MatricesInARow_AreOneWhereThatIsSmaller(int middle, int left)
    {
        (GraphBuilder builder, int image) = Start();
        int flat = builder.Add(new ReshapeOperator(), new(16), "flatten", "", image);
        int Matrix(int value, int outputs) => builder.Add(
            new DenseOperator(
                [.. Enumerable.Range(0, outputs * builder.ShapeOf(value)[0]).Select(static i => (((i * 7) + 2) % 11 - 5) / 4.0)],
                [.. Enumerable.Range(0, outputs).Select(static i => i / 2.0)], builder.ShapeOf(value)[0]),
            new(outputs), "dense", "", value);
        builder.AddOutput("logits", Matrix(Relu(builder, Matrix(Matrix(flat, middle), 5)), 2));
        CompressionResult result = Compress(builder, CompressionLevel.Maximal);
        Assert.Equal(left + 1, result.Compressed.Graph!.Nodes.Count(static n => n.Operator is DenseOperator));
    }

    /// <summary>The file stays a drop-in: it has the same inputs and outputs, and is read as what the compression says.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Files_AreDropIns(int kind)
    {
        (GraphBuilder builder, int image) = Start();
        int value = kind switch
        {
            0 => Mixed(builder, Mixed(builder, image, Point, 4), Inner, 2),
            1 => Mixed(builder, Relu(builder, Filters(builder, image, Padded, (0.5, 0), (-0.5, 0), (1, -2))), Inner, 2),
            _ => Relu(builder, Filters(builder, Relu(builder, Mixed(builder, image, Padded, 2)), Point, (1, 0), (2, 0))),
        };
        Head(builder, Relu(builder, value));
        RequireFile(builder);
    }

    private static void RequireFile(GraphBuilder builder)
    {
        using var folder = new TemporaryFolder();
        string before = folder.File("before.onnx"), after = folder.File("after.onnx");
        NetworkFormats.Write(new ReluNetwork(builder.Build()), before);
        ReluNetwork network = NetworkFormats.Read(before);
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(network.InputSize)), null, new(), CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(table, new() { Level = CompressionLevel.Maximal }, CancellationToken.None);
        Assert.NotEmpty(result.Steps);
        NetworkFormats.Write(result.Compressed, after);
        ReluNetwork read = NetworkFormats.Read(after);
        Assert.InRange(new FileInfo(after).Length, 1, new FileInfo(before).Length);
        Assert.Equal(network.Graph!.Inputs.Select(static i => i.Name), read.Graph!.Inputs.Select(static i => i.Name));
        Assert.Equal(network.Graph!.Outputs.Select(static o => o.Name), read.Graph!.Outputs.Select(static o => o.Name));
        double[] point = [.. Enumerable.Range(0, network.InputSize).Select(static i => ((i * 5) % 9) / 8.0)];
        Assert.Equal(Outputs(result.Compressed.Graph!, point), Outputs(read.Graph!, point));
        foreach ((Rational a, Rational b) in Outputs(network.Graph!, point).Zip(Outputs(read.Graph!, point)))
            Assert.True(Rational.Abs(a - b) <= result.ProvenDeviation);
    }

    private static ConvolutionOperator[] Convolutions(CompressionResult result) =>
        [.. result.Compressed.Graph!.Nodes.Select(static n => n.Operator).OfType<ConvolutionOperator>()];

    private static (GraphBuilder Builder, int Image) Start(int size = 4)
    {
        var builder = new GraphBuilder();
        return (builder, builder.AddInput("image", new(1, size, size)));
    }
}
