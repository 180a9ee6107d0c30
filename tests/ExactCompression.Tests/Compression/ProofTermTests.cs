using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// One case for each term of the proofs that random numbers do not exercise: only what it charges for causes a deviation there.
/// </summary>
public class ProofTermTests
{
    /// <summary>All levels.</summary>
    public static TheoryData<CompressionLevel> Levels => [.. Enum.GetValues<CompressionLevel>()];

    [Theory]
    [InlineData("merge", CompressionLevel.LeoPlusPlus)]
    [InlineData("merge", CompressionLevel.Maximal)]
    [InlineData("fold", CompressionLevel.LeoPlusPlus)]
    [InlineData("fold", CompressionLevel.Maximal)]
    [InlineData("columns", CompressionLevel.Maximal)]
    public void Compress_WeightsThatUnderflow_AreCharged(string kind, CompressionLevel level)
    {
        // 1e-200 times 1e-200 is 0 in double; times an input of 1e300 it is 1e-100.
        ReluNetwork network = kind switch
        {
            "merge" => new([Double([1, 0], [1e-200, 0], [1, -1e300]), DoubleOutput([1, 0, 1, 0], [0, 1e-200, 0, 0])]),
            "columns" => new([Double([1, 0], [1e-200, 0]), DoubleOutput([1, 1e-200, 0])]),
            _ => new([Double([1e-200, 0]), DoubleOutput([1e-200, 0])]),
        };
        InputDomain domain = new([0], [1e300]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, domain, kind == "merge" ? "aau" : kind == "columns" ? "aa" : "a"),
            new() { Level = level, Precision = WeightPrecision.Float64, Tolerance = double.MaxValue }, default);
        Assert.True(result.Compressed.NeuronCount < network.NeuronCount);
        Assert.True(ExactDifference.At(network, result.Compressed, [1e300]) <= result.ProvenDeviation);
    }

    [Fact]
    public void Compress_ManyDependentNeurons_ChargesTheirSum()
    {
        // Whichever of the equal neurons is the basis, another adds 2 to the weight on it, and each of those with little weight half a unit
        // in its last place, which is lost.
        double[][] hidden = [.. Enumerable.Repeat((double[])[1, 0], 65)];
        double[] output = [2, 2, .. Enumerable.Repeat(Math.Pow(2, -52), 63)];
        ReluNetwork network = new([Double([.. hidden, [1, -0.5]]), DoubleOutput([.. output, 1, 0])]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, InputDomain.Unit, new string('a', 65) + "u"), new() { Precision = WeightPrecision.Float64 }, default);
        Assert.Equal("1-2-1", result.Compressed.Architecture);
        Rational gap = ExactDifference.At(network, result.Compressed, [1]);
        Assert.True(gap > (Rational)60 * Math.Pow(2, -53) && gap <= result.ProvenDeviation);
    }

    [Fact]
    public void Compress_RowThatDependsOnOthersButForAResidual_ChargesIt()
    {
        ReluNetwork network = new([Double([1, 1, 0], [1, 1 + Math.Pow(2, -43), 0], [1, -1, 0]), DoubleOutput([1, 1, 1, 0])]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, InputDomain.Unit, "aau"), new() { Precision = WeightPrecision.Float64 }, default);
        Assert.Equal(1, result.MergedActive);
        Rational gap = Rational.Max(
            ExactDifference.At(network, result.Compressed, [0, 1]), ExactDifference.At(network, result.Compressed, [1, 0]));
        Assert.True(gap > Math.Pow(2, -45) && gap <= result.ProvenDeviation);
    }

    [Fact]
    public void Apply_ManyMultiplesWhoseSumIsLost_AreCharged()
    {
        // The weight on the first neuron becomes 1 where 1 + 20 u would be right: each multiple's share of half a unit is lost when they
        // are added up.
        const int Count = 40;
        double share = -Math.Pow(2, -54);
        ReluNetwork network = new(
            [Double([.. Enumerable.Repeat((double[])[1, 0], Count + 1)]), DoubleOutput([0, .. Enumerable.Repeat(share, Count), 0])]);
        DraftNetwork before = DraftNetwork.Of(Table(network, InputDomain.Unit, new string('u', Count + 1)));
        var fates = new RewrittenNeuron[Count + 1];
        for (int j = 1; j <= Count; j++)
            fates[j] = new(NeuronFate.Multiple, 0, 1);
        LayerRewrite rewrite = Rewrite(fates, [1], [0]);
        DraftNetwork after = RewriteProof.Apply(before, rewrite, default);
        Assert.True(ExactDifference.At(network, CancellingNetworks.Plain(after), [1]) <= after.Deviation[0]);
    }

    [Fact]
    public void Apply_KeptNeuronThatAnEarlierStepMovedBelow0_IsCharged()
    {
        // Two neurons x, one of them moved to x - 1/4: relu(x - 1/4) - x + 1/4 is 1/4 at 0, though the affine parts cancel.
        ReluNetwork network = new([Double([1, 0], [1, 0]), DoubleOutput([0, 0, 0])]);
        DraftNetwork first = DraftNetwork.Of(Table(network, InputDomain.Unit, "aa"));
        DraftNetwork moved = first.Replaced(0, 1, [first.Layers[0].With(1, [1, 1], [-0.25, 0], true)], [0.25, 0]);
        DraftNetwork after = RewriteProof.Apply(moved, Rewrite(new RewrittenNeuron[2], [1, -1], [0.25]), default);
        Assert.True(ExactDifference.At(CancellingNetworks.Plain(moved), CancellingNetworks.Plain(after), [0]) <= after.Deviation[0]);
    }

    [Fact]
    public void Apply_LinearNeuronThatAnEarlierStepMovedBelow0_IsCharged()
    {
        ReluNetwork network = new([Double([1, 0], [1, -0.5]), DoubleOutput([1, 0, 0])]);
        DraftNetwork first = DraftNetwork.Of(Table(network, InputDomain.Unit, "au"));
        DraftNetwork moved = first.Replaced(0, 1, [first.Layers[0].With(1, [1, 1], [-0.25, -0.5], true)], [0.25, 0]);
        foreach (LayerRewrite rewrite in new LinearPart(moved, 0, []).All.Select(j => Linear(moved, j)))
        {
            DraftNetwork after = RewriteProof.Apply(moved, rewrite, default);
            Assert.True(
                ExactDifference.At(CancellingNetworks.Plain(moved), CancellingNetworks.Plain(after), [0])
                    <= after.Deviation[0] - moved.Deviation[0] + 1e-12);
        }

        static LayerRewrite Linear(DraftNetwork draft, int neuron)
        {
            var part = new LinearPart(draft, 0, []);
            AddedNeuron added = part.Shifted([1], -0.25, [(neuron, 1)]);
            return new()
            {
                At = 0,
                Kind = CompressionStepKind.Merge,
                Description = "",
                Fates = part.FatesOf([neuron]),
                Added = [added],
                NextWeights = [0, 1],
                NextBias = [-0.25 - added.Bias],
            };
        }
    }

    [Fact]
    public void Apply_NewNeuronWhoseWeightsWereRounded_IsCharged()
    {
        // x and 2^-54 x are summed to x: the rounding error occurs again when the proof sums them.
        ReluNetwork network = new([Double([1, 0], [Math.Pow(2, -54), 0]), DoubleOutput([1, 1, 0])]);
        DraftNetwork before = DraftNetwork.Of(Table(network, InputDomain.Unit, "aa"));
        var rewrite = new LayerRewrite
        {
            At = 0,
            Kind = CompressionStepKind.ReduceOutputRank,
            Description = "",
            Fates = [new(NeuronFate.Linear), new(NeuronFate.Linear)],
            Added = [new([1], 0, 0, 1)],
            NextWeights = [1],
            NextBias = [0],
        };
        Assert.True(RewriteProof.Apply(before, rewrite, default).Deviation[0] >= Math.Pow(2, -54));
    }

    [Fact]
    public void Of_BiasThatRoundsAnActiveNeuronBelow0_CountsWhatTheRectifierCuts()
    {
        // x - 0.1 is 0 at 0.1; with the bias rounded to float32 it is rectified there, and the output's bias, which absorbs the shift, has
        // nothing to absorb.
        ReluNetwork network = new([Double([1, -0.1]), DoubleOutput([1, 0])]);
        InputDomain domain = new([0.1], [1]);
        DraftNetwork draft = DraftNetwork.Of(Table(network, domain, "a"));
        for (int l = 0; l < 2; l++)
            draft = draft.Replaced(l, 1, [draft.Layers[l].With(1, draft.Layers[l].Weights, draft.Layers[l].Bias, true)], [0]);
        (AffineLayer[] layers, double deviation) = StoredDraft.Of(draft, WeightPrecision.Float32);
        Rational gap = ExactDifference.At(network, new(layers), [0.1]);
        Assert.True(gap > 5e-10 && gap <= deviation);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Compress_WeightThatIs0ButForItsRadius_IsNotTakenForUnread(CompressionLevel level)
    {
        // 1e-200 times 1e-200 is 0 in double, and the file's product is not: 1e-100 at 1e300.
        var chain = new AffineFusion(1, WeightPrecision.Float64);
        chain.Append(AffineMap.Dense([1, 1], [0, -1], 2, 1), WeightPrecision.Float64);
        chain.AppendRelu();
        chain.Append(AffineMap.Dense([1e-200, 1], [0], 1, 2), WeightPrecision.Float64);
        chain.Append(AffineMap.Scale([1e-200]), WeightPrecision.Float64);
        var network = new ReluNetwork(chain.Finish());
        Assert.Equal(0, network.DenseLayers[1].Weights.Span[0]);
        InputDomain domain = new([0], [1e300]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, domain, "au"), new() { Level = level, Tolerance = double.MaxValue }, default);
        Rational gap = Rational.Abs(ExactParts.Evaluate(network, [1e300])[0] - ExactParts.Evaluate(result.Compressed, [1e300])[0]);
        Assert.True(gap <= result.ProvenDeviation);
        Assert.True(level != CompressionLevel.DeleteOnly || (result.ProvenDeviation == 0 && result.Compressed.NeuronCount == 2));
    }

    [Theory]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void Compress_KeptLayerThatIsKnownToARadius_IsChargedWhereAnotherNeuronIsExpressedByIt(CompressionLevel level)
    {
        // The file's first neuron is 0.99 x, enclosed by x +/- 0.01 x; the second, exactly x / 2, is expressed by it. Nothing else reads
        // the first.
        AffineLayer hidden = new AffineLayer(
            [1, 0.5, 1], [0, 0, -0.5], 3, 1, Activation.Relu, WeightPrecision.Float64, [0.01, 0, 0], [0, 0, 0])
            .WithParts([AffinePart.Of(AffineMap.Dense([0.99, 0.5, 1], [0, 0, -0.5], 3, 1), WeightPrecision.Float64)!]);
        var network = new ReluNetwork([hidden, DoubleOutput([0, 1, 1, 0], [0, -1, 0, 0])]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, InputDomain.Unit, "aau"), new() { Level = level, Tolerance = 1, Precision = WeightPrecision.Float64 }, default);
        Rational gap = ExactParts.Evaluate(network, [1]).Zip(
            ExactParts.Evaluate(result.Compressed, [1]), static (x, y) => Rational.Abs(x - y)).Aggregate(Rational.Max);
        Assert.True(gap <= result.ProvenDeviation, $"{result.ProvenDeviation}");
    }

    /// <summary><c>relu(1/2 - x)</c> is taken for <c>relu(x - 1/2) + 1/2 - x</c>, and is so but for some last places.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Apply_OppositeThatIsNotQuite_IsCharged(int sign)
    {
        double row = -1 + (sign * Math.Pow(2, -40));
        ReluNetwork network = new([Double([1, -0.5], [row, 0.5]), DoubleOutput([1, 1, 0])]);
        DraftNetwork before = DraftNetwork.Of(Table(network, InputDomain.Unit, "uu"));
        DraftLayer layer = before.Layers[0];
        var part = new LinearPart(before, 0, ParallelRow.Find(layer, before.InputsOf(0), 1e-9, -1, static _ => true, default));
        int gone = Assert.Single(part.Opposites);
        AddedNeuron added = part.Shifted(layer.Row(gone).ToArray(), layer.Bias[gone], [(gone, 1)]);
        LayerRewrite rewrite = new()
        {
            At = 0,
            Kind = CompressionStepKind.MergeOpposites,
            Description = "",
            Fates = part.FatesOf([]),
            Added = [added],
            NextWeights = [1 + part.FatesOf([])[gone].Value, 1],
            NextBias = [layer.Bias[gone] - added.Bias],
        };
        DraftNetwork after = RewriteProof.Apply(before, rewrite, default);
        Rational gap = ((double[])[0, 1]).Select(x => ExactDifference.At(network, CancellingNetworks.Plain(after), [x])).Aggregate(
            Rational.Max);
        Assert.True(gap > Math.Pow(2, -42) && gap <= after.Deviation[0]);
    }

    private static LayerRewrite Rewrite(RewrittenNeuron[] fates, double[] weights, double[] bias) =>
        new() { At = 0, Kind = CompressionStepKind.Merge, Description = "", Fates = fates, Added = [], NextWeights = weights,
            NextBias = bias };
}
