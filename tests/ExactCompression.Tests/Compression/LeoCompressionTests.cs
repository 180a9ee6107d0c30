using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

public class LeoCompressionTests
{
    [Fact]
    public void Compress_AllNeuronsInactive_CollapsesToTheConstant()
    {
        var network = new ReluNetwork([Hidden([1, 2, -4], [-1, -1, 0]), Hidden([1, 1, 3], [5, 7, -1]), Output([2, 9, 0.5])]);
        CompressionResult result = Nets.Compress(network, "ii", "ai");

        Assert.Equal("2-1", result.Compressed.Architecture);
        Assert.Equal([[0, 0, 6.5]], Rows(result.Compressed.DenseLayers[0])); // 2 * max(0, 3) + 9 * max(0, -1) + 0.5
        Assert.InRange(result.ProvenDeviation, 0, 1e-13);
        Assert.Equal(2, result.FoldedLayers);
        CompressionStep step = Assert.Single(result.Steps);
        Assert.Equal((CompressionStepKind.Collapse, 1), (step.Kind, step.Layer));
        Assert.Equal([0, 1], step.Neurons);
        Assert.Equal("Layer 1: All 2 neurons are stably inactive: the network is a constant over the domain.", step.ToString());
    }

    [Fact]
    public void Compress_SecondLayerInactive_CollapsesToItsConstantWhateverTheFirstDoes()
    {
        var network = new ReluNetwork([Hidden([1, -0.5], [-1, 0.5]), Hidden([-1, -1, 0]), Output([3, 0.25], [1, -1])]);
        CompressionResult result = Nets.Compress(network, "uu", "i");

        Assert.Equal("1-2", result.Compressed.Architecture);
        Assert.Equal([[0, 0.25], [0, -1]], Rows(result.Compressed.DenseLayers[0]));
        Assert.Equal(0, result.ProvenDeviation);
    }

    [Fact]
    public void Compress_CollapseOfABottleneck_IsNotLargerThanTheOriginal()
    {
        var network = new ReluNetwork([Hidden([-1, -1, -1, -1, -1, 0]), Output([1, 1], [1, 2], [1, 3], [1, 4])]);
        CompressionResult result = Nets.Compress(network, "i");

        Assert.Equal("5-1-4", result.Compressed.Architecture);
        Assert.Equal([1.0, 2, 3, 4], result.Compressed.Evaluate([1, 1, 1, 1, 1]));
        Assert.True(result.Compressed.ConnectionCount <= network.ConnectionCount);
    }

    [Theory]
    [InlineData(0.1, 0.3)] // neither is a float32
    [InlineData(1e300, 0.25)]
    public void Compress_WeightsThatTheFilesPrecisionCannotStore_StayUnlessAStepChangesThem(double weight, double outputWeight)
    {
        var network = new ReluNetwork([Hidden([weight, -weight / 2], [-1, 0]), Output([outputWeight, 1, 0])]);
        CompressionResult result = Nets.Compress(network, "ui");

        Assert.Equal(WeightPrecision.Float64, result.Compressed.DenseLayers[0].Precision);
        Assert.Equal(weight, result.Compressed.DenseLayers[0].Weights.Span[0]);
        Assert.Equal(outputWeight, result.Compressed.DenseLayers[1].Weights.Span[0]);
        Assert.Equal(0, result.ProvenDeviation);
    }

    [Fact]
    public void Compress_InactiveNeurons_AreRemovedAndNothingIsRounded()
    {
        var network = new ReluNetwork(
            [Hidden([0.1f, -0.3f, 0.05f], [-1, -1, 0], [-0.7f, 0.2f, 0.1f]), Output([0.3f, 5, 0.7f, 0.9f])], "net", "net.onnx");
        CompressionResult result = Nets.Compress(network, "uiu");

        Assert.Equal([[0.1f, -0.3f, 0.05f], [-0.7f, 0.2f, 0.1f]], Rows(result.Compressed.DenseLayers[0]));
        Assert.Equal([[0.3f, 0.7f, 0.9f]], Rows(result.Compressed.DenseLayers[1]));
        Assert.Equal(0, result.ProvenDeviation);
        Assert.Equal(1, result.RemovedInactive);
        Assert.Equal([1], Assert.Single(result.Steps).Neurons);
        Assert.Equal("net", result.Compressed.Name);
        Assert.Null(result.Compressed.Path);
    }

    [Fact]
    public void Compress_AllNeuronsActive_FoldsTheLayer()
    {
        var network = new ReluNetwork([Hidden([1, 2, 5], [3, 4, 6]), Output([1, -1, 0.5])]);
        CompressionResult result = Nets.Compress(network, "aa");

        Assert.Equal("2-1", result.Compressed.Architecture);
        Assert.Equal([[-2, -2, -0.5]], Rows(result.Compressed.DenseLayers[0]));
        Assert.Equal(CompressionStepKind.Fold, Assert.Single(result.Steps).Kind);
        Assert.InRange(result.ProvenDeviation, 0, 1e-13);
    }

    [Fact]
    public void Compress_EveryLayerActive_FoldsThemAll()
    {
        var network = new ReluNetwork([Hidden([1, 1, 0], [2, 1, 1]), Hidden([1, 2, 1], [1, 0, 0]), Output([1, -3, 2])]);
        CompressionResult result = Nets.Compress(network, "aa", "aa");

        // Layer 2 reads x + y and 2x + y + 1: (x + y) + 2 (2x + y + 1) + 1 = 5x + 3y + 3, and x + y. Out: 5x + 3y + 3 - 3x - 3y + 2.
        Assert.Equal([[2, 0, 5]], Rows(Assert.Single(result.Compressed.DenseLayers)));
        Assert.Equal([CompressionStepKind.Fold, CompressionStepKind.Fold], result.Steps.Select(static s => s.Kind));
        Assert.Equal([1, 2], result.Steps.Select(static s => s.Layer));
        Assert.Equal(2, result.FoldedLayers);
    }

    [Fact]
    public void Compress_FoldWouldGrowTheNetwork_KeepsTheBottleneck()
    {
        var network = new ReluNetwork([Hidden([1, 2, 3, 0]), Output([1, 0], [2, 0], [3, 0])]);
        CompressionResult result = Nets.Compress(network, "a");

        Assert.Equal("3-1-3", result.Compressed.Architecture);
        Assert.Empty(result.Steps);
        Assert.Equal(0, result.ProvenDeviation);
    }

    [Fact]
    public void Compress_FoldWouldGrowTheNetwork_MergesByRank()
    {
        var network = new ReluNetwork(
            [Hidden([1, 2, 3, 4, 0], [2, 4, 6, 8, 1]), Hidden([1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 2, -9], [3, 1, -8])
            , Output([1, 1, 1, 1, 1, 0])]);
        CompressionResult result = Nets.Compress(network, "aa", "uuuuu"); // folding: 4 * 5 = 20 connections, merging: 4 + 5

        Assert.Equal("4-1-5-1", result.Compressed.Architecture);
        CompressionStep step = Assert.Single(result.Steps);
        Assert.Equal(CompressionStepKind.Merge, step.Kind);
    }

    [Fact]
    public void Compress_DependentActiveNeuron_IsExpressedByTheOthers()
    {
        // Neuron 2 is neuron 0 + neuron 1 with another bias; neuron 3 is unstable.
        var network = new ReluNetwork(
            [Hidden([4, 0, 0, 1], [0, 4, 0, 2], [4, 4, 0, 5], [1, 1, 1, -1]), Output([1, 2, 3, 4, 5], [1, 0, -1, 0, 0])]);
        CompressionResult result = Nets.Compress(network, "aaau");

        Assert.Equal("3-3-2", result.Compressed.Architecture);
        Assert.Equal(1, result.MergedActive);
        CompressionStep merge = Assert.Single(result.Steps);
        Assert.Equal((CompressionStepKind.Merge, 1), (merge.Kind, merge.Layer));
        for (int corner = 0; corner < 8; corner++)
        {
            double[] point = [corner & 1, (corner >> 1) & 1, corner >> 2];
            Assert.True(ExactDifference.At(network, result.Compressed, point) == Rational.Zero);
        }
    }

    [Fact]
    public void Compress_ConstantActiveNeurons_GoIntoTheNextBias()
    {
        var network = new ReluNetwork([Hidden([0, 0, 2], [1, -1, 0], [0, 0, 0.5]), Output([3, 1, 4, 1])]);
        CompressionResult result = Nets.Compress(network, "aua");

        Assert.Equal([[1, -1, 0]], Rows(result.Compressed.DenseLayers[0]));
        Assert.Equal([[1, 9]], Rows(result.Compressed.DenseLayers[1])); // 1 + 3 * 2 + 4 * 0.5
        Assert.Equal([0, 2], Assert.Single(result.Steps).Neurons);
        Assert.InRange(result.ProvenDeviation, 0, 1e-13);
    }

    [Fact]
    public void Compress_DependentOnlyAfterTheLayerBeforeShrank_IsMerged()
    {
        // The rows of layer 2 differ in the column of neuron 1 of layer 1 alone, which is inactive.
        var network = new ReluNetwork(
            [Hidden([1, -0.5], [-1, -1], [-1, 0.5]), Hidden([1, 7, 2, 1], [1, -3, 2, 2], [1, 1, -1, 0]), Output([1, 1, 1, 0])]);
        CompressionResult result = Nets.Compress(network, "uiu", "aau");

        Assert.Equal("1-2-2-1", result.Compressed.Architecture);
        Assert.Equal([CompressionStepKind.RemoveInactive, CompressionStepKind.Merge], result.Steps.Select(static s => s.Kind));
        Assert.Equal(2, result.Steps[1].Layer);
    }

    [Fact]
    public void Compress_DeleteOnly_NeitherMergesNorFolds()
    {
        var network = new ReluNetwork([Hidden([1, 1], [1, 1], [-1, 0]), Hidden([1, 2, 3, 0], [1, 1, 1, 1]), Output([1, 2, 3])]);
        StabilityTable table = Table(network, InputDomain.Unit, "aai", "aa");
        CompressionResult result = LeoCompression.Compress(table, new() { Level = CompressionLevel.DeleteOnly }, CancellationToken.None);

        Assert.Equal("1-2-2-1", result.Compressed.Architecture);
        Assert.Equal(0, result.ProvenDeviation);
        Assert.Equal(CompressionStepKind.RemoveInactive, Assert.Single(result.Steps).Kind);
    }

    [Fact]
    public void Compress_UndeterminedNeurons_AreKept()
    {
        var network = new ReluNetwork([Hidden([1, 1], [1, 1], [-1, 0]), Output([1, 2, 3, 4])]);
        CompressionResult result = Nets.Compress(network, "?a?");

        Assert.Empty(result.Steps);
        Assert.Equal("1-3-1", result.Compressed.Architecture);
    }

    [Fact]
    public void Compress_MergedWeightWouldOverflow_KeepsTheNeuron()
    {
        double most = float.MaxValue;
        var network = new ReluNetwork([Hidden([1, 0], [1, 1], [1, 2], [1, -0.5]), Output([most, most, 0, 1, 0])]);
        CompressionResult result = Nets.Compress(network, "aaau");

        Assert.True(result.Compressed.DenseLayers.All(static l => l.Weights.ToArray().All(static w => Math.Abs(w) <= float.MaxValue)));
        Assert.True(ExactDifference.At(network, result.Compressed, [1]) <= result.ProvenDeviation);
    }

    [Fact]
    public void Compress_FoldedWeightWouldOverflow_LeavesTheLayer()
    {
        var network = new ReluNetwork([Hidden([1e30f, 0]), Output([1e30f, 0])]);
        CompressionResult result = Nets.Compress(network, "a");

        Assert.Equal("1-1-1", result.Compressed.Architecture);
        Assert.Equal(0, result.ProvenDeviation);
    }

    [Fact]
    public void Compress_NoHiddenLayer_ChangesNothing()
    {
        var network = new ReluNetwork([Output([1, 2, 3])]);
        CompressionResult result = Nets.Compress(network);

        Assert.Empty(result.Steps);
        Assert.Equal(0, result.ProvenDeviation);
        Assert.Equal(Rows(network.DenseLayers[0]), Rows(result.Compressed.DenseLayers[0]));
    }

    [Theory]
    [InlineData(null, WeightPrecision.Float32)]
    [InlineData(WeightPrecision.Float64, WeightPrecision.Float64)]
    public void Compress_NewWeights_AreRoundedToThePrecisionAskedFor(WeightPrecision? asked, WeightPrecision stored)
    {
        var network = new ReluNetwork([Hidden([0.1f, 0], [0.3f, 1], [1, -0.5]), Output([0.7f, 0.9f, 1, 0])]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, InputDomain.Unit, "aau"), new() { Precision = asked }, CancellationToken.None);

        AffineLayer output = result.Compressed.DenseLayers[1];
        Assert.Equal(stored, output.Precision);
        Assert.Equal(WeightPrecision.Float32, result.Compressed.DenseLayers[0].Precision);
        Assert.Equal(stored == WeightPrecision.Float32, output.Weights.ToArray().All(static w => (float)w == w));
        Assert.InRange(result.ProvenDeviation, 0, stored == WeightPrecision.Float32 ? 1e-6 : 1e-14);
    }

    [Fact]
    public void Compress_LayerWithRoundingRadius_CountsItInTheDeviation()
    {
        var layer = new AffineLayer([1, -1], [0.25, 0.5], 2, 1, Activation.Relu, WeightPrecision.Float64, [0.001, 0.002], [0.01, 0]);
        var network = new ReluNetwork([layer, Output([1, 2, 0])]);
        CompressionResult result = Nets.Compress(network, "uu");

        // The true first layer may be 1.001 x + 0.26 and -0.998 x + 0.5: at 0.5 the outputs differ by 0.0105 + 0.002, at 1 by 0.011 (and
        // 0).
        Assert.InRange(result.ProvenDeviation, 0.0125, 0.0151);
        Assert.True(result.Compressed.DenseLayers.All(static l => l.IsExact));
    }

    [Fact]
    public void Compress_Cancelled_Throws()
    {
        var network = new ReluNetwork([Hidden([1, 1]), Output([1, 2])]);
        Assert.Throws<OperationCanceledException>(
            () => LeoCompression.Compress(Table(network, InputDomain.Unit, "a"), new(), new CancellationToken(true)));
    }
}
