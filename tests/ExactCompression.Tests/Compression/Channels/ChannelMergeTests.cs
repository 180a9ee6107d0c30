using ExactCompression.Networks;
using ExactCompression.Numerics;
using Xunit;
using static ExactCompression.Tests.Compression.Channels.ChannelCases;

namespace ExactCompression.Tests.Compression.Channels;

/// <summary>Channels that are merged, folded or moved into biases, and what padding forbids.</summary>
public sealed class ChannelMergeTests
{
    private static readonly ConvolutionShape Padded = new(3, 3, 1, 1, 1, 1, 1, 1);
    private static readonly ConvolutionShape Inner = new(3, 3);
    private static readonly ConvolutionShape Point = new(1, 1);
    private static readonly ConvolutionShape Skipping = new(1, 1, 2, 2);

    [Theory]
    [InlineData(false, "2x4x4")] // the constant goes into the bias of a convolution without padding
    [InlineData(true, "3x4x4")] // at the border of a padded one less of it is read
    public void ConstantChannel_GoesWhereNoPaddingIsMet(bool pads, string expected)
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.5, -1), (0, 3), (0.25, -1.5)));
        Head(builder, Relu(builder, Mixed(builder, relu, pads ? Padded : Inner, 2)));
        CompressionResult result = Compress(builder, CompressionLevel.Maximal, 1e-5);
        Assert.StartsWith(expected, Shapes(result), StringComparison.Ordinal);
        Assert.Equal(0, result.ProvenDeviation); // multiples of 1/8: nothing is rounded
        Assert.Equal(pads, result.Steps.Count == 0);
    }

    [Fact]
    public void ConstantChannelsBeforePadding_BecomeOne()
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.5, -1), (0, 3), (0, 0.5)));
        Head(builder, Relu(builder, Mixed(builder, relu, Padded, 2)));
        Assert.Equal("2x4x4 2x4x4", Shapes(Compress(builder, CompressionLevel.Maximal, 1e-5)));
    }

    [Fact]
    public void ConstantChannel_BehindASkippingConvolution_GoesIntoTheBias()
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.5, -1), (0, 3), (0.25, -1.5)));
        Head(builder, Relu(builder, Mixed(builder, relu, Skipping, 2)));
        Assert.StartsWith("2x4x4", Shapes(Compress(builder, CompressionLevel.Maximal, 1e-5)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 0.75, "2x4x4 2x2x2")]
    [InlineData(true, 0.75, "3x4x4 2x4x4")] // the biases differ by a constant, which the padding lacks
    [InlineData(true, 1.0, "2x4x4 2x4x4")] // the biases are multiples like the filters
    public void DependentActiveChannels_MergeWhereThePaddingAllowsIt(bool pads, double bias, string expected)
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.25, 0.5), (0.5, bias), (1, -3)));
        Head(builder, Relu(builder, Mixed(builder, relu, pads ? Padded : Inner, 2)));
        foreach (CompressionLevel level in (CompressionLevel[])[CompressionLevel.LeoPlusPlus, CompressionLevel.Maximal])
        {
            CompressionResult result = Compress(builder, level, 1e-5);
            Assert.Equal(expected, Shapes(result));
        }
    }

    [Fact]
    public void MultiplesOfUnstableChannels_MergeAtTheHighestLevel()
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.5, -1), (1, -2), (0.25, -0.5)));
        Head(builder, Relu(builder, Mixed(builder, relu, Padded, 2)));
        Assert.Equal("3x4x4 2x4x4", Shapes(Compress(builder, CompressionLevel.LeoPlusPlus, 1e-5)));
        Assert.Equal("1x4x4 2x4x4", Shapes(Compress(builder, CompressionLevel.Maximal, 1e-5)));
    }

    [Fact]
    public void ChannelsReadByTwoConvolutions_AreMergedInBoth()
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.25, 0.5), (0.5, 1), (1, -3)));
        int sum = builder.Add(
            new SumOperator([1, 1]), new(2, 4, 4), "add", "", Mixed(builder, relu, Padded, 2), Mixed(builder, relu, Point, 2));
        Head(builder, Relu(builder, sum));
        CompressionResult result = Compress(builder, CompressionLevel.LeoPlusPlus, 1e-5);
        Assert.Equal("2x4x4 2x4x4", Shapes(result));
        Assert.Equal(
            "Layer 1: relu: The 2 stably active channels have rows of rank 1: the others express 1 of them.", result.Steps[0].ToString());
    }

    [Theory]
    [InlineData(false, 1)] // a convolution of one element is multiplied into the one below or above it
    [InlineData(true, 0)] // its bias would be missing in the padding
    public void WhollyActivePointConvolution_FoldsIntoItsReaderWithoutPadding(bool pads, int folds)
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Point, (0.25, 0.5), (0.5, 3), (1, 0.25)));
        Head(builder, Relu(builder, Mixed(builder, relu, pads ? Padded : Inner, 2)));
        CompressionResult result = Compress(builder, CompressionLevel.LeoPlusPlus, 1e-5);
        Assert.Equal(2 - folds, result.Compressed.Graph!.Nodes.Count(static n => n.Operator is ConvolutionOperator));
    }

    [Fact]
    public void WhollyActiveConvolution_TakesInAPointConvolution()
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.25, 0.5), (0.5, 3), (1, 0.25)));
        Head(builder, Relu(builder, Mixed(builder, relu, Point, 2)));
        CompressionResult result = Compress(builder, CompressionLevel.LeoPlusPlus, 1e-5);
        Assert.Equal(1, result.FoldedLayers);
        Assert.Equal(1, result.Compressed.Depth);
    }

    [Fact]
    public void ConstantsThatABranchAdds_GoIntoTheOtherBranch()
    {
        (GraphBuilder builder, int image) = Start();
        int first = Relu(builder, Mixed(builder, image, Padded, 12));
        int branch = Mixed(builder, Relu(builder, Mixed(builder, first, Padded, 12)), Padded, 12);
        double[] ones = [.. Enumerable.Repeat(1.0, 12)];
        double[] scales = [.. Enumerable.Range(0, 12).Select(static c => c % 3 == 0 ? 0.5 : 0)];
        double[] shifts = [.. Enumerable.Range(0, 12).Select(static c => (c - 5) / 4.0)];
        AffinePart part = AffinePart.BatchNormalization(scales, shifts, new double[12], ones, 0, WeightPrecision.Float32);
        int scaled = builder.Add(new ScaleShiftOperator(part, PerChannel: true), new(12, 4, 4), "bn", "", branch);
        int sum = builder.Add(new SumOperator([1, -1]), new(12, 4, 4), "add", "", Mixed(builder, first, Point, 12), scaled);
        Head(builder, Relu(builder, sum));
        CompressionResult result = Compress(builder, CompressionLevel.Maximal, 1e-4);
        Assert.Contains(
            result.Steps, static s => s.Description == "add: 7 of 12 channels that bn adds are constant, and go into mix_3.");
        Assert.InRange(result.Original.ConnectionCount - result.Compressed.ConnectionCount, 8 * 12 * 9, int.MaxValue);
    }

    [Fact]
    public void RepeatedRectifiers_AndThoseThatAreNeverOff_AreLeftOut()
    {
        (GraphBuilder builder, int image) = Start();
        int twice = Relu(builder, Relu(builder, Mixed(builder, image, Padded, 3)));
        int pooled = builder.Add(new MaxPoolOperator(new(2, 2, 2, 2)), new(3, 2, 2), "pool", "", twice);
        int sum = builder.Add(new SumOperator([1, 1]), new(3, 2, 2), "add", "", pooled, Relu(builder, pooled));
        Head(builder, Relu(builder, sum));
        CompressionResult result = Compress(builder, CompressionLevel.LeoPlusPlus, 1e-4);
        Assert.Equal("3x4x4", Shapes(result));
        Assert.Equal(3, result.FoldedLayers);
        Assert.Equal(0, result.ProvenDeviation);
        Assert.Equal(4, Compress(builder, CompressionLevel.DeleteOnly).Compressed.Depth);
    }

    [Fact]
    public void MeanOfWhollyActiveChannels_IsMergedThroughPooling()
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.25, 0.5), (0.5, 3), (1, -3)));
        int mean = builder.Add(new ReductionOperator([1, 2], IsMean: true), new(3), "mean", "", relu);
        Head(builder, mean);
        Assert.Equal("2x4x4", Shapes(Compress(builder, CompressionLevel.LeoPlusPlus, 1e-5)));
    }

    [Fact]
    public void MeanThatCountsPadding_KeepsConstantsApart()
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.25, 0.5), (0, 3), (1, -3)));
        var pool = new AveragePoolOperator(new(2, 2, 2, 2, 1, 1, 1, 1), CountsPadding: true, (1, 1));
        Head(builder, builder.Add(pool, new(3, 3, 3), "pool", "", relu));
        Assert.Equal("3x4x4", Shapes(Compress(builder, CompressionLevel.Maximal, 1e-5)));
    }

    [Fact]
    public void NormalisedRows_AreMergedAsTheyAreAfterIt()
    {
        (GraphBuilder builder, int image) = Start();
        int conv = Filters(builder, image, Padded, (0.25, 0.5), (0.5, 1), (1, -3));
        AffinePart part = AffinePart.BatchNormalization([3, 1.5, 1], [0, 0, 0], [0, 0, 0], [1, 1, 1], 0.1f, WeightPrecision.Float32);
        int scaled = builder.Add(new ScaleShiftOperator(part, PerChannel: true), new(3, 4, 4), "bn", "", conv);
        int relu = Relu(builder, scaled);
        Head(builder, Relu(builder, Mixed(builder, relu, Padded, 2)));
        var network = new ReluNetwork(builder.Build());
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(16)), null, new(), CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(table, new(), CancellationToken.None);
        Assert.Equal("2x4x4 2x4x4", Shapes(result)); // the two filters are the same one after normalisation
        Assert.InRange(result.ProvenDeviation, 1e-12, 1e-4);
        double[] x = [.. Enumerable.Range(0, 16).Select(static i => i / 16.0)];
        double observed = network.Evaluate(x).Zip(result.Compressed.Evaluate(x), static (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(observed, 0, result.ProvenDeviation);
    }

    [Theory]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void OutputOfNodesNotAnalysed_NoStepIsTakenThatRounds(CompressionLevel level)
    {
        (GraphBuilder builder, int image) = Start();
        double tenth = (float)0.1;
        int relu = Relu(builder, Filters(builder, image, Padded, (0.25, 8), (0.25 * tenth, 8 * tenth), (1, -16)));
        int mixed = Relu(builder, Mixed(builder, relu, Padded, 2));
        int softmax = builder.Add(new OpaqueOperator("Softmax"), builder.ShapeOf(mixed), "softmax", "", mixed);
        builder.AddOutput("shares", softmax);
        var network = new ReluNetwork(builder.Build());
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(16)), null, new(), CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
        Assert.Equal("2x4x4", Shapes(result)); // the dead filter goes, and the rectifier that is never off
        Assert.Equal(0, result.ProvenDeviation);
    }

    private static (GraphBuilder Builder, int Image) Start()
    {
        var builder = new GraphBuilder();
        return (builder, builder.AddInput("image", new(1, 4, 4)));
    }
}
