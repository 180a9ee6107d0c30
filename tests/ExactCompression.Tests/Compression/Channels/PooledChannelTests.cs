using ExactCompression.Networks;
using ExactCompression.Numerics;
using Xunit;
using static ExactCompression.Tests.Compression.Channels.ChannelCases;

namespace ExactCompression.Tests.Compression.Channels;

/// <summary>Channels in front of max pooling and of padding, weights that nodes share, and what is said of what stays.</summary>
public sealed class PooledChannelTests
{
    private static readonly ConvolutionShape Padded = new(3, 3, 1, 1, 1, 1, 1, 1);
    private static readonly ConvolutionShape Inner = new(3, 3);
    private static readonly ConvolutionShape Halves = new(2, 2, 2, 2);

    /// <summary>The largest of multiples are multiples.</summary>
    [Fact]
    public void MultiplesBeforeMaxPooling_AreMerged()
    {
        (GraphBuilder builder, int image) = Start();
        Pooled(builder, Relu(builder, Filters(builder, image, Padded, (0.5, -1), (1, -2), (-0.25, 0.5), (-1, 1.5))));
        Assert.Equal("3x4x4 2x2x2", Shapes(Compress(builder, CompressionLevel.Maximal, 1e-5)));
    }

    /// <summary>A sum of channels is not the largest where both are: wholly active channels that depend on others stay.</summary>
    [Theory]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void DependentChannelsBeforeMaxPooling_Stay(CompressionLevel level)
    {
        var builder = new GraphBuilder();
        int image = builder.AddInput("image", new(2, 4, 4));
        var op = new ConvolutionOperator([1, 0, 0, 1, 1, 1], [0.5, 0.25, 0.75], new(1, 1));
        Pooled(builder, Relu(builder, builder.Add(op, new(3, 4, 4), "sum", "", image)));
        CompressionResult result = Compress(builder, level, 1e-5);
        Assert.Equal(3, ((ConvolutionOperator)result.Compressed.Graph!.Nodes[0].Operator).Channels);
    }

    /// <summary>Opposite channels are linear together, but not behind a maximum.</summary>
    [Fact]
    public void OppositeChannelsBeforeMaxPooling_Stay()
    {
        (GraphBuilder builder, int image) = Start();
        Pooled(builder, Relu(builder, Filters(builder, image, new(1, 1), (1, -0.5), (-1, 0.5), (2, -1.5), (3, -2))));
        Assert.Equal("4x4x4 2x2x2", Shapes(Compress(builder, CompressionLevel.Maximal, 1e-5)));
    }

    [Fact]
    public void ConstantBeforeMaxPooling_GoesIntoTheBias()
    {
        (GraphBuilder builder, int image) = Start();
        Pooled(builder, Relu(builder, Filters(builder, image, Padded, (0.5, -1), (0, 3), (-0.25, 0.5))));
        Assert.StartsWith("2x4x4", Shapes(Compress(builder, CompressionLevel.Maximal, 1e-5)), StringComparison.Ordinal);
    }

    /// <summary>The element of each window that is always the largest is all that is computed.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public void WinnerThatIsFixed_MakesTheConvolutionSkipTheRest(int row, int column)
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, new(1, 1), (1, -1.5), (0.5, 0.25), (0, 0.5)));
        Pooled(builder, relu);
        CompressionResult result = Compress(builder, CompressionLevel.Maximal, 1e-5, Winning(row, column));
        MaxPoolOperator[] left = [.. result.Compressed.Graph!.Nodes.Select(static n => n.Operator).OfType<MaxPoolOperator>()];
        if (row == 0)
            Assert.Equal(new(1, 1, 2, 2), ((ConvolutionOperator)result.Compressed.Graph!.Nodes[0].Operator).Geometry);
        MaxPoolOperator[] expected = row == 0 ? [] : [new(new(2, 1, 2, 2))]; // the convolution has no padding to give up
        Assert.Equal(expected, left);
    }

    /// <summary>A convolution with padding to spare begins further in; one without cannot, and the pooling stays.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WinnerInTheMiddle_NeedsPaddingThatCanGo(bool pads)
    {
        (GraphBuilder builder, int image) = Start();
        double[] middle = [0.125, 0, 0, 0, 1, 0, 0, 0, 0.125]; // a little of two elements beside it
        var op = pads
            ? new ConvolutionOperator([.. middle, .. middle.Select(static w => 2 * w)], [-1, -1.5], Padded)
            : new ConvolutionOperator([1, 2], [-1, -1.5], new(1, 1));
        Pooled(builder, Relu(builder, builder.Add(op, new(2, 4, 4), "conv", "", image)));
        CompressionResult result = Compress(builder, CompressionLevel.Maximal, 1e-5, Winning(1, 1));
        Assert.Equal(!pads, result.Compressed.Graph!.Nodes.Any(static n => n.Operator is MaxPoolOperator));
    }

    /// <summary>Windows that meet in no convolution: a pooling of one element is left.</summary>
    [Fact]
    public void WinnerAtTheBeginning_WithoutAConvolutionBelow_TrimsTheWindow()
    {
        (GraphBuilder builder, int image) = Start();
        int pool = builder.Add(new MaxPoolOperator(Halves), new(1, 2, 2), "pool", "", image);
        Head(builder, Relu(builder, Mixed(builder, pool, new(1, 1), 2)));
        CompressionResult result = Compress(builder, CompressionLevel.Maximal, 0, Winning(0, 0));
        var left = (MaxPoolOperator)result.Compressed.Graph!.Nodes[0].Operator;
        Assert.Equal(new(1, 1, 2, 2), left.Geometry);
        Assert.Contains(result.Steps, static s => s.Kind == CompressionStepKind.TrimWindows && !s.Rounds);
    }

    /// <summary>Where windows of the reader never lie in the padding, or read nothing of the channel there, constants go.</summary>
    [Theory]
    [InlineData(true, "2x4x4 2x2x2")] // the last row and column of padding are never read
    [InlineData(false, "3x4x4 2x2x2")]
    public void ConstantBeforePadding_ThatNothingReads_GoesIntoTheBias(bool after, string expected)
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.5, -1), (0, 3), (-0.25, 0.5)));
        ConvolutionShape half = after ? new(2, 2, 2, 2, 0, 0, 1, 1) : new(3, 3, 2, 2, 1, 1);
        int reader = Mixed(builder, relu, half, 2);
        Head(builder, Relu(builder, reader));
        CompressionResult result = Compress(builder, CompressionLevel.Maximal, 1e-5);
        Assert.Equal(expected, Shapes(result));
        string[] remarks = after ? [] : ["relu: 1 of 3 channels is constant and kept, because mix pads what it reads with zeros."];
        Assert.Equal(remarks, result.Remarks.Where(static r => r.Contains("constant", StringComparison.Ordinal)).ToArray());
    }

    /// <summary>On small images the numbers at the border take less space than the channel.</summary>
    [Fact]
    public void ConstantBeforePaddingOfASmallImage_IsAddedAtEachPosition()
    {
        var builder = new GraphBuilder();
        int image = builder.AddInput("image", new(2, 2, 2));
        int relu = Relu(builder, Filters(builder, image, Padded, (0.5, -1), (0, 3), (-0.25, 0.5), (0.125, -0.5)));
        var random = new Random(4);
        double[] filters = [.. Enumerable.Range(0, 40 * 4 * 9).Select(_ => random.Next(-8, 9) / 8.0)];
        double[] bias = [.. Enumerable.Range(0, 40).Select(_ => random.Next(-8, 9) / 8.0)];
        int reader = builder.Add(new ConvolutionOperator(filters, bias, Padded), new(40, 2, 2), "reader", "", relu);
        Head(builder, Relu(builder, reader));
        CompressionResult result = Compress(builder, CompressionLevel.Maximal, 1e-5);
        Assert.StartsWith("3x2x2 ", Shapes(result), StringComparison.Ordinal);
        Assert.Equal(0, result.ProvenDeviation);
        Assert.Contains(result.Steps, static s => s.Kind == CompressionStepKind.RemoveConstant);
    }

    /// <summary>A tensor that two convolutions share is not to be stored twice because one of them loses a channel.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WeightsThatTwoConvolutionsShare_AreNotStoredTwice(bool shared)
    {
        (GraphBuilder builder, int image) = Start();
        double[] filters = [.. Enumerable.Range(0, 4 * 4 * 9).Select(static i => (((i * 37) + 11) % 17 - 8) / 8.0)];
        int first = Relu(builder, Filters(builder, image, Padded, (0.5, -1), (-1, 0.5), (0.25, -8), (-0.25, 1)));
        int second = Relu(builder, Filters(builder, image, Padded, (0.75, -1), (-1, 0.25), (0.25, -0.5), (-0.5, 1)));
        int Reader(int value) => builder.Add(
            new ConvolutionOperator(shared ? filters : [.. filters], [0, 0.5, -1, 0.25], Padded), new(4, 4, 4), "twin", "", value);
        Head(builder, Relu(builder, builder.Add(new SumOperator([1, 1]), new(4, 4, 4), "add", "", Reader(first), Reader(second))));
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal(shared ? "4x4x4 4x4x4 4x4x4" : "3x4x4 4x4x4 4x4x4", Shapes(result));
        Assert.Equal(
            shared, result.Remarks.Any(static r => r.Contains("because the file would hold the weights of", StringComparison.Ordinal)));
    }

    /// <summary>What rounding might do more than is tolerated is not done, and said.</summary>
    [Fact]
    public void StepsThatTheToleranceForbids_AreSaid()
    {
        (GraphBuilder builder, int image) = Start();
        double third = (float)(1.0 / 3);
        int relu = Relu(builder, Filters(builder, image, Padded, (0.5, -1), (0.5 * third, -third), (-1, 0.5)));
        Head(builder, Relu(builder, Mixed(builder, relu, Padded, 2)));
        var network = new ReluNetwork(builder.Build());
        var table = StabilityTable.Undecided(network, InputDomain.Unit.For(16));
        var options = new CompressionOptions { Level = CompressionLevel.Maximal, Tolerance = 0 };
        CompressionResult result = LeoCompression.Compress(table, options, CancellationToken.None);
        Assert.Equal(0, result.ProvenDeviation);
        Assert.Contains(
            "Not done, because it might move the outputs by more than is tolerated: "
                + "relu: 1 of 3 channels are positive multiples of others, which take them over.", result.Remarks);
    }

    /// <summary>A channel that is off at the border alone stays, and that is said.</summary>
    [Fact]
    public void PartlyInactiveChannel_IsSaid()
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.5, -1), (0.25, -1.75), (-1, 0.5)));
        Head(builder, relu);
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal(["relu: channel 1 of 3 is stably inactive at some positions and kept for the others."], result.Remarks);
    }

    private static void Pooled(GraphBuilder builder, int value)
    {
        int channels = builder.ShapeOf(value)[0];
        int pool = builder.Add(new MaxPoolOperator(Halves), new(channels, 2, 2), "pool", "", value);
        Head(builder, Relu(builder, Mixed(builder, pool, new(1, 1), 2)));
    }

    /// <summary>Images whose brightest element of each 2 x 2 is always the same.</summary>
    private static InputDomain Winning(int row, int column)
    {
        double[] lower = [.. Enumerable.Range(0, 16).Select(i => i / 4 % 2 == row && i % 4 % 2 == column ? 2.0 : 0)];
        return new(lower, [.. lower.Select(static l => l + 1)]);
    }

    private static (GraphBuilder Builder, int Image) Start()
    {
        var builder = new GraphBuilder();
        return (builder, builder.AddInput("image", new(1, 4, 4)));
    }
}
