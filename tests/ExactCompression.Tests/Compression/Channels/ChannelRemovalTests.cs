using ExactCompression.Networks;
using ExactCompression.Numerics;
using Xunit;
using static ExactCompression.Tests.Compression.Channels.ChannelCases;

namespace ExactCompression.Tests.Compression.Channels;

/// <summary>Which channels of a graph go, and which stay, with nothing rounded.</summary>
public sealed class ChannelRemovalTests
{
    private static readonly ConvolutionShape Padded = new(3, 3, 1, 1, 1, 1, 1, 1);
    private static readonly ConvolutionShape Point = new(1, 1);

    [Fact]
    public void DeadFilters_OfAChain_GoWithTheWeightsThatReadThem()
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.5, -1), (1, -16), (0.25, 0.5), (-1, 0)));
        Head(builder, Relu(builder, Mixed(builder, relu, Padded, 3)));
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal("2x4x4 3x4x4", Shapes(result));
        Assert.Equal(32, result.RemovedInactive);
        Assert.Equal("Layer 1: relu: channels 1, 3 of 4 are stably inactive, and removed.", result.Steps[0].ToString());
    }

    [Fact]
    public void ResidualSum_DeadInOneBranchAlone_KeepsTheChannelAndSaysWhy()
    {
        (GraphBuilder builder, int image) = Start();
        int first = Relu(builder, Filters(builder, image, Padded, (0.5, 0.5), (0.25, 1), (1, -16)));
        int branch = Relu(builder, Filters(builder, first, Padded, (0.5, 0), (-1, -1), (-1, 0)));
        int sum = builder.Add(new SumOperator([1, 1]), builder.ShapeOf(first), "add", "", first, branch);
        Head(builder, sum);
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal("2x4x4 2x4x4", Shapes(result)); // channel 2 is dead in both, channel 1 in the branch alone
        Assert.Equal(
            "relu_1: channel 1 of 3 is stably inactive and kept, because it goes together with what conv_1 reads of relu.",
            Assert.Single(result.Remarks));
    }

    [Fact]
    public void ResidualSum_ManyFiltersOfABranchAre0_TheBranchLosesThemAlone()
    {
        (GraphBuilder builder, int image) = Start();
        int first = Relu(builder, Mixed(builder, image, Padded, 12));
        (double, double)[] filters = [.. Enumerable.Range(0, 12).Select(static c => c % 2 == 0 ? (0.5, 0.25) : (0.0, 0.0))];
        int branch = Filters(builder, Relu(builder, Mixed(builder, first, Padded, 12)), Padded, filters);
        int sum = builder.Add(new SumOperator([1, -1]), builder.ShapeOf(first), "add", "", first, branch);
        Head(builder, Relu(builder, sum));
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal("12x4x4 12x4x4 12x4x4", Shapes(result));
        Assert.Equal(6 * 12 * 9, result.Original.ConnectionCount - result.Compressed.ConnectionCount);
        Assert.Contains(result.Compressed.Graph!.Nodes, static n => n.Operator is SelectOperator);
    }

    [Fact]
    public void ResidualSum_BranchIs0_IsLeftOutWithAllOfIt()
    {
        (GraphBuilder builder, int image) = Start();
        int first = Relu(builder, Mixed(builder, image, Padded, 3));
        int branch = Filters(builder, Relu(builder, Mixed(builder, first, Padded, 5)), Padded, (0, 0), (0, 0), (0, 0));
        int sum = builder.Add(new SumOperator([1, 1]), builder.ShapeOf(first), "add", "", first, branch);
        Head(builder, Relu(builder, sum));
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal("3x4x4 3x4x4", Shapes(result));
        Assert.DoesNotContain(result.Compressed.Graph!.Nodes, static n => n.Operator is SumOperator);
        Assert.Contains(result.Steps, static s => s.Description == "add: what conv adds is 0 over the domain, and removed.");
    }

    [Fact]
    public void ReshapedVector_OneRowIsLeft_StaysCutAlongItsRows()
    {
        (GraphBuilder builder, int image) = Start();
        int flat = builder.Add(new ReshapeOperator(), new(16), "flatten", "", image);
        double[] weights = [.. Enumerable.Range(0, 8 * 16).Select(static i => i / 16 is < 4 or 5 ? 0 : ((i % 7) - 3) / 8.0)];
        double[] bias = [.. Enumerable.Range(0, 8).Select(static i => i is < 4 or 5 ? -1.0 : 0.25)];
        int dense = builder.Add(new DenseOperator(weights, bias, 16), new(8), "dense", "", flat);
        int rows = builder.Add(new ReshapeOperator(), new(2, 4), "rows", "", Relu(builder, dense));
        Head(builder, Relu(builder, rows));
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal("4 1x4", Shapes(result)); // the dead neuron of the second row would go along the other axis
    }

    [Fact]
    public void Concatenation_LosesDeadChannels_AndAnOperandOfThemAlone()
    {
        (GraphBuilder builder, int image) = Start();
        int a = Relu(builder, Filters(builder, image, Padded, (0.5, 0), (1, -16)));
        int b = Relu(builder, Filters(builder, image, Point, (-1, 0)));
        int both = builder.Add(new ConcatOperator(0), new(3, 4, 4), "concat", "", a, b);
        Head(builder, Relu(builder, Mixed(builder, both, Padded, 2)));
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal("1x4x4 2x4x4", Shapes(result));
        Assert.Single(Assert.Single(result.Compressed.Graph!.Nodes, static n => n.Operator is ConcatOperator).Inputs);
    }

    [Theory]
    [InlineData(-4, "1x4x4 1x4x4")] // what the dead channel becomes behind the depthwise convolution is dead, too
    [InlineData(4, "2x4x4 2x4x4")] // it is a constant there
    public void DepthwiseConvolution_TiesItsChannels(double bias, string expected)
    {
        (GraphBuilder builder, int image) = Start();
        int first = Relu(builder, Filters(builder, image, Padded, (0.5, 0), (1, -16)));
        var depthwise = new ConvolutionOperator(
            [.. Enumerable.Range(0, 18).Select(static i => (i % 5 - 2) / 4.0)], [0.25, bias], Padded, Groups: 2);
        Head(builder, Relu(builder, builder.Add(depthwise, new(2, 4, 4), "depthwise", "", first)));
        Assert.Equal(expected, Shapes(Compress(builder, CompressionLevel.DeleteOnly)));
    }

    [Fact]
    public void GroupedConvolution_LosesWholeGroupsAlone()
    {
        (GraphBuilder builder, int image) = Start();
        int first = Relu(builder, Filters(builder, image, Padded, (0.5, 0), (1, -16), (1, -20), (-1, 0)));
        var grouped = new ConvolutionOperator(
            [.. Enumerable.Range(0, 4 * 2 * 9).Select(static i => (i % 7 - 3) / 4.0)], [0.25, 0.5, -1, -2], Padded, Groups: 2);
        Head(builder, Relu(builder, builder.Add(grouped, new(4, 4, 4), "grouped", "", first)));
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal("1x4x4 2x4x4", Shapes(result)); // one group is left, which is no group any more
        Assert.Equal(1, result.Compressed.Graph!.Nodes.Select(static n => n.Operator).OfType<ConvolutionOperator>().ElementAt(1).Groups);
    }

    [Fact]
    public void Normalisation_ScaleOf0AndNoShiftAbove0_TakesTheFilterAway()
    {
        (GraphBuilder builder, int image) = Start();
        int conv = Mixed(builder, image, Padded, 3);
        AffinePart part = AffinePart.BatchNormalization(
            [0.5, 0, 0], [0.25, 0, -0.5], [0.1f, 5, 6], [1, 1, 1], 0, WeightPrecision.Float32);
        int scaled = builder.Add(new ScaleShiftOperator(part, PerChannel: true), new(3, 4, 4), "bn", "", conv);
        Head(builder, Relu(builder, scaled));
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal("1x4x4", Shapes(result));
        IEnumerable<Operator> left = result.Compressed.Graph!.Nodes.Select(static n => n.Operator);
        Assert.Equal(1, Assert.Single(left.OfType<ScaleShiftOperator>()).Part.Outputs);
    }

    [Fact]
    public void LastChannelOfALayer_Stays()
    {
        (GraphBuilder builder, int image) = Start();
        Head(builder, Relu(builder, Mixed(builder, Relu(builder, Filters(builder, image, Padded, (-1, 0), (-0.5, -1))), Padded, 2)));
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.StartsWith("1x4x4 ", Shapes(result), StringComparison.Ordinal);
        Assert.Contains("because nothing would be left of a value", result.Remarks[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_AndWhatOpaqueNodesTake_KeepTheirChannels()
    {
        (GraphBuilder builder, int image) = Start();
        int first = Relu(builder, Filters(builder, image, Padded, (0.5, 0), (1, -16)));
        int second = Relu(builder, Filters(builder, image, Padded, (0.5, 0), (1, -16)));
        builder.AddOutput("map", first);
        builder.AddOutput("other", builder.Add(new OpaqueOperator("Softmax"), new(2, 4, 4), "softmax", "", second));
        var network = new ReluNetwork(builder.Build());
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(16)), null, new(), CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(table, new() { Level = CompressionLevel.Maximal }, CancellationToken.None);
        Assert.Empty(result.Steps);
        Assert.Equal(
            [
                "relu: channel 1 of 2 is stably inactive and kept, because it is the output 'map'.",
                "relu_1: channel 1 of 2 is stably inactive and kept, because the node softmax (Softmax) is not analysed.",
            ], result.Remarks);
    }

    [Theory]
    [InlineData(new[] { 1, 2, 0 })]
    [InlineData(new[] { 2, 1, 0 })]
    public void TransposedChannels_GoBehindTheirAxis(int[] permutation)
    {
        (GraphBuilder builder, int image) = Start();
        int relu = Relu(builder, Filters(builder, image, Padded, (0.5, 0), (1, -16), (0.25, 1)));
        Head(builder, builder.Add(new TransposeOperator(permutation), new(4, 4, 3), "transpose", "", relu));
        CompressionResult result = Compress(builder, CompressionLevel.DeleteOnly);
        Assert.Equal("2x4x4", Shapes(result));
        Assert.Equal(2 * 2 * 16 + 2 * 9, result.Compressed.ConnectionCount);
    }

    [Fact]
    public void DenseLayerBeforeConvolutions_LosesAllNeuronsOfAChannel()
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(3));
        double[] bias = [.. Enumerable.Range(0, 12).Select(static i => i / 4 == 1 ? -8.0 : i == 0 ? -9 : 0.5)];
        var dense = new DenseOperator([.. Enumerable.Range(0, 36).Select(static i => (i % 5 - 2) / 2.0)], bias, 3);
        int relu = Relu(builder, builder.Add(dense, new(12), "dense", "", x));
        int map = builder.Add(new ReshapeOperator(), new(3, 2, 2), "reshape", "", relu);
        Head(builder, Relu(builder, Mixed(builder, map, Padded, 2)));
        Assert.Equal("8 2x2x2", Shapes(Compress(builder, CompressionLevel.DeleteOnly))); // one dead neuron of channel 0 stays
    }

    private static (GraphBuilder Builder, int Image) Start()
    {
        var builder = new GraphBuilder();
        return (builder, builder.AddInput("image", new(1, 4, 4)));
    }
}
