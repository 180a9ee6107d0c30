using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>Each step of the highest level on a network where only it applies, compared in exact arithmetic.</summary>
public class MaximalCompressionTests
{
    [Fact]
    public void Compress_PositiveMultiplesOfAnUnstableNeuron_AreMerged()
    {
        // Neurons 1 and 2 are 2 and 0.5 times neuron 0; neuron 3 has another bias.
        var network = new ReluNetwork(
            [Hidden([1, -1, 0.25], [2, -2, 0.5], [0.5, -0.5, 0.125], [1, -1, 0.5]), Output([1, 2, 4, 1, 0], [1, -1, 0, 3, 1])]);
        CompressionResult result = Compress(network, "uuuu");

        Assert.Equal([[1, -1, 0.25], [1, -1, 0.5]], Rows(result.Compressed.DenseLayers[0]));
        Assert.Equal([[7, 1, 0], [-1, 3, 1]], Rows(result.Compressed.DenseLayers[1]));
        Assert.Equal((CompressionStepKind.MergeMultiples, 2), (Assert.Single(result.Steps).Kind, result.MergedActive));
        AssertEqual(network, result);
    }

    [Fact]
    public void Compress_MultiplesThatDifferInInputsFixedByTheDomain_AreMerged()
    {
        // Input 1 is always 0.5, so that 3 x + 4 y - 2.75 is 3 (x - 0.25), and x - y + 0.25 is x - 0.25.
        var network = new ReluNetwork([Hidden([3, 4, -2.75], [1, -1, 0.25], [1, 2, -1.75]), Output([1, 1, 1, 0])]);
        var domain = new InputDomain([0, 0.5], [1, 0.5]);
        CompressionResult result = LeoCompression.Compress(Table(network, domain, "uuu"), Maximal, CancellationToken.None);

        Assert.Equal([CompressionStepKind.FixInputs, CompressionStepKind.MergeMultiples], result.Steps.Select(static s => s.Kind));
        Assert.Equal(0, result.Steps[0].Layer);
        Assert.Equal("Inputs: 1 are constant over the domain: they go into the first layer's bias.", result.Steps[0].ToString());
        Assert.Equal(2, result.Compressed.NeuronCount);
        AssertEqual(network, result, domain);
    }

    [Fact]
    public void Compress_OppositePairBesideAnActiveNeuronOfTheSameRow_SavesOneNeuron()
    {
        // relu(t) - relu(-t) = t, and t + 3 is neuron 2.
        var network = new ReluNetwork(
            [Hidden([1, -1, 0], [-2, 2, 0], [1, -1, 3], [1, 1, -1]), Output([1, 1, 1, 1, 0], [0, 3, -1, 2, 0.5])]);
        CompressionResult result = Compress(network, "uuau");

        Assert.Equal("2-3-2", result.Compressed.Architecture);
        Assert.Equal(CompressionStepKind.MergeOpposites, Assert.Single(result.Steps).Kind);
        AssertEqual(network, result);
    }

    [Fact]
    public void Compress_OppositePairsOfARowSpaceSmallerThanTheirNumber_SaveTheDifference()
    {
        // Three pairs in two dimensions, one output: 6 neurons become 3 gates and 1 linear neuron.
        var network = new ReluNetwork([
            Hidden([1, -1, 0.25], [-1, 1, -0.25], [1, -2, 0.5], [-1, 2, -0.5], [2, -1, -0.5], [-2, 1, 0.5]),
            Output([1, 2, 3, 4, 5, 6, 0]),
        ]);
        CompressionResult result = Compress(network, "uuuuuu");

        Assert.Equal("2-4-1", result.Compressed.Architecture);
        Assert.Equal(2, result.MergedActive);
        AssertEqual(network, result);
    }

    [Fact]
    public void Compress_OppositePairAlone_IsLeft()
    {
        var network = new ReluNetwork([Hidden([1, -0.5], [-1, 0.5]), Output([1, 2, 0])]);
        Assert.Empty(Compress(network, "uu").Steps); // a gate and a linear neuron would be as many
    }

    [Fact]
    public void Compress_ActiveNeuronsOfFullRankWithOneOutput_BecomeOne()
    {
        // W_out W = (1, 2, 3) with negative entries: 2 (x + 1) - (y + 2) and so on; all rows independent.
        var network = new ReluNetwork([Hidden([1, 0, 0, 1], [0, 1, 0, 2], [0, 0, 1, 3], [1, 1, 1, -1.5]), Output([2, -1, 0.5, 1, 0])]);
        CompressionResult result = Compress(network, "aaau");

        Assert.Equal("3-2-1", result.Compressed.Architecture);
        CompressionStep step = Assert.Single(result.Steps);
        Assert.Equal([0, 1, 2], step.Neurons);
        Assert.Equal(1, step.Added);
        Assert.Contains(step.Kind, new[] { CompressionStepKind.ReduceOutputRank, CompressionStepKind.MergeColumns });
        Assert.Equal([2, -1, 0.5], Rows(result.Compressed.DenseLayers[0])[1][..3]);
        AssertEqual(network, result);
    }

    [Fact]
    public void Compress_ActiveNeuronsWiderThanTheNextLayer_BecomeAsManyAsItsRank()
    {
        // Five independent active neurons act on three outputs, of which the third is the sum of the others.
        double[][] rows = [[1, 0, 0, 0, 0, 1], [0, 1, 0, 0, 0, 1], [0, 0, 1, 0, 0, 1], [0, 0, 0, 1, 0, 1], [0, 0, 0, 0, 1, 1],
            [1, 1, 1, 1, 1, -2]];
        var network = new ReluNetwork([Hidden(rows), Output([1, -2, 3, -4, 5, 1, 0], [5, 4, -3, 2, 1, 1, 0], [6, 2, 0, -2, 6, 1, 7])]);
        CompressionResult result = Compress(network, "aaaaau");

        Assert.Equal("5-3-3", result.Compressed.Architecture);
        Assert.Equal(CompressionStepKind.ReduceOutputRank, Assert.Single(result.Steps).Kind);
        Assert.Equal(3, result.MergedActive);
        AssertEqual(network, result);
    }

    [Fact]
    public void Compress_ConstantNeurons_GoIntoTheNextBias()
    {
        var network = new ReluNetwork([Hidden([0, 0, 2], [1, -1, 0], [0, 0, -3], [0, 0, 0.5]), Output([3, 1, 4, 4, 1])]);
        CompressionResult result = Compress(network, "?uu?"); // whatever the verdicts

        Assert.Equal([[1, -1, 0]], Rows(result.Compressed.DenseLayers[0]));
        Assert.Equal([[1, 9]], Rows(result.Compressed.DenseLayers[1]));
        Assert.Equal([CompressionStepKind.RemoveInactive, CompressionStepKind.RemoveConstant], result.Steps.Select(static s => s.Kind));
    }

    [Fact]
    public void Compress_NeuronsThatNothingReads_GoLayerByLayerBackToFront()
    {
        // Nothing reads neuron 1 of layer 2, and nothing else reads neuron 0 of layer 1.
        var network = new ReluNetwork([Hidden([1, -0.5], [-1, 0.5], [1, -0.25]), Hidden([0, 1, -1, 0], [1, 1, 1, -1]), Output([2, 0, 1])]);
        foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
        {
            CompressionResult result = LeoCompression.Compress(
                Table(network, InputDomain.Unit, "uuu", "uu"), new() { Level = level }, CancellationToken.None);
            Assert.Equal("1-2-1-1", result.Compressed.Architecture);
            Assert.Equal((2, 0.0), (result.RemovedUnused, result.ProvenDeviation));
            Assert.All(result.Steps, static s => Assert.Equal(CompressionStepKind.RemoveUnused, s.Kind));
            AssertEqual(network, result);
        }
    }

    [Fact]
    public void Compress_AllNeuronsActive_FoldsUnlessTheFileWouldGrow()
    {
        var wide = new ReluNetwork([Hidden([1, 2, 5], [3, 4, 6]), Output([1, -1, 0.5])]);
        Assert.Equal("2-1", Compress(wide, "aa").Compressed.Architecture);
        var narrow = new ReluNetwork([Hidden([1, 2, 3, 0]), Output([1, 0], [2, 0], [3, 0])]);
        Assert.Equal("3-1-3", Compress(narrow, "a").Compressed.Architecture);
    }

    [Fact]
    public void Compress_DependentActiveRowsWithAnyBias_AreMerged()
    {
        var network = new ReluNetwork(
            [Hidden([1, 0, 1], [0, 1, 7], [1, 1, 0.5], [2, 0, 9], [1, 1, -1]),
                Output([1, 2, 3, 4, 5, 0], [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 1, 0])]);
        CompressionResult result = Compress(network, "aaaau");

        Assert.Equal("2-3-3", result.Compressed.Architecture);
        AssertEqual(network, result);
    }

    [Fact]
    public void Compress_ToleranceZero_TakesOnlyWhatMovesNothing()
    {
        var network = new ReluNetwork(
            [Hidden([0.1f, 0.2f, 1], [0.3f, 0.7f, 1], [0.4f, 0.9f, 1], [-1, -1, -1], [1, -1, 0]), Output([0.3f, 0.7f, 0.1f, 1, 1, 0])]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, InputDomain.Unit, "aaaiu"), Maximal with { Tolerance = 0 }, CancellationToken.None);

        Assert.Equal(0, result.ProvenDeviation);
        Assert.Equal(CompressionStepKind.RemoveInactive, Assert.Single(result.Steps).Kind);
        Assert.Equal("2-2-1", Compress(network, "aaaiu").Compressed.Architecture);
    }

    [Fact]
    public void Compress_AnyObjective_LeavesNoMoreOfItThanBeforeOrByAnother()
    {
        // Merging neuron 2 into 0 and 1 fills weights that are 0: fewer neurons, more connections.
        double[][] output = [.. Enumerable.Range(0, 9).Select(i => (double[])[0, 0, i + 1, i % 2, 0])];
        (output[0], output[1]) = ([1, 1, 1, 1, 0], [2, -1, 1, 1, 0]);
        var network = new ReluNetwork([Hidden([1, 0, 1], [0, 1, 1], [1, 1, 1], [1, 1, -1]), Output(output)]);
        StabilityTable table = Table(network, InputDomain.Unit, "aaau");
        CompressionResult Of(CompressionObjective objective) =>
            LeoCompression.Compress(table, Maximal with { Objective = objective }, CancellationToken.None);
        CompressionResult neurons = Of(CompressionObjective.Neurons), connections = Of(CompressionObjective.Connections),
            parameters = Of(CompressionObjective.Parameters);

        Assert.Equal((3, 3), (neurons.Compressed.NeuronCount, parameters.Compressed.NeuronCount));
        Assert.True(connections.Compressed.NonZeroConnectionCount <= neurons.Compressed.NonZeroConnectionCount);
        Assert.True(connections.Compressed.NonZeroConnectionCount <= network.NonZeroConnectionCount);
        Assert.All(new[] { neurons, connections, parameters }, r => AssertEqual(network, r));
    }

    [Fact]
    public void Compress_OneNeuronNoHiddenLayerAndDeadLayer_AreRight()
    {
        var none = new ReluNetwork([Output([1, 2, 3])]);
        Assert.Empty(Compress(none).Steps);
        var one = new ReluNetwork([Hidden([1, -0.5]), Output([2, 1])]);
        Assert.Empty(Compress(one, "u").Steps);
        var constant = new ReluNetwork([Hidden([0, 3]), Output([2, 1])]);
        Assert.Equal([[0, 7]], Rows(Assert.Single(Compress(constant, "a").Compressed.DenseLayers)));
        var dead = new ReluNetwork([Hidden([1, -0.5]), Hidden([-1, -1]), Output([2, 1])]);
        Assert.Equal([[0, 1]], Rows(Assert.Single(Compress(dead, "u", "i").Compressed.DenseLayers)));
    }

    [Fact]
    public void Compress_NeuronAtZeroEverywhere_IsGone()
    {
        // z = 0 on all of the domain, by a tie of weights on a constant neuron: both active and inactive.
        var network = new ReluNetwork([Hidden([0, 1], [1, -0.5]), Hidden([1, 0, -1], [1, 1, 0]), Output([5, 1, 2])]);
        CompressionResult result = Compress(network, "au", "iu");

        Assert.Equal("1-1-1-1", result.Compressed.Architecture);
        AssertEqual(network, result);
    }

    [Fact]
    public void Compress_FloatWeightsThatWouldOverflow_KeepTheNeurons()
    {
        double most = float.MaxValue;
        var network = new ReluNetwork([Hidden([1, 0, 1], [0, 1, 1], [1, 1, -1]), Output([most, most, 1, 0])]);
        CompressionResult result = Compress(network, "aau");

        Assert.True(double.IsFinite(result.ProvenDeviation));
        AssertEqual(network, result);
    }

    [Fact]
    public void Compress_Cancelled_Throws()
    {
        var network = new ReluNetwork([Hidden([1, 1]), Output([1, 2])]);
        Assert.Throws<OperationCanceledException>(
            () => LeoCompression.Compress(Table(network, InputDomain.Unit, "a"), Maximal, new CancellationToken(true)));
    }

    private static CompressionOptions Maximal => new() { Level = CompressionLevel.Maximal };

    private static CompressionResult Compress(ReluNetwork network, params string[] layers) =>
        LeoCompression.Compress(Table(network, InputDomain.Unit, layers), Maximal, CancellationToken.None);

    /// <summary>Corners and points inside, without rounding.</summary>
    private static void AssertEqual(ReluNetwork network, CompressionResult result, InputDomain? domain = null)
    {
        InputDomain box = (domain ?? InputDomain.Unit).For(network.InputSize);
        double scale = 1 + network.DenseLayers.Max(static l => l.Weights.ToArray().Max(Math.Abs));
        Assert.InRange(result.ProvenDeviation, 0, 1e-4 * scale);
        var random = new Random(1);
        for (int p = 0; p < 40; p++)
        {
            double[] point = [.. Enumerable.Range(0, network.InputSize).Select(
                i => p < 32 && p >> i == 0 ? box.Lower.Span[i] : p < 32 ? ((p >> i) & 1) == 0 ? box.Lower.Span[i] : box.Upper.Span[i]
                : Math.Clamp(random.NextDouble(), box.Lower.Span[i], box.Upper.Span[i]))];
            Assert.True(ExactDifference.At(network, result.Compressed, point) <= result.ProvenDeviation);
        }
    }
}
