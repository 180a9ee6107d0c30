using ExactCompression.Compression.Rewriting;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>What a draft carries from layer to layer: outward where numbers are lost, and no more than rectifiers give.</summary>
public class DraftNetworkTests
{
    /// <summary>A quarter of a unit in the last place of 1.</summary>
    private const double Small = HalfUnit / 2;

    /// <summary>What the first layer may be off by is lost beside what the second may be.</summary>
    [Fact]
    public void Of_RadiusThatAbsorbsThatOfTheLayerBefore_IsAddedOutward()
    {
        ReluNetwork network = new([Known(Activation.Relu, 0, Small), Known(Activation.Identity, 0, 1)]);
        Assert.True(DraftNetwork.Of(StabilityTable.Undecided(network, InputDomain.Unit)).Deviation[0] >= (Rational)1 + Small);
    }

    /// <summary>A neuron is known to within a half, and is never on.</summary>
    [Fact]
    public void Of_RadiusOfANeuronThatIsNeverOn_MovesNothing()
    {
        ReluNetwork network = new([Known(Activation.Relu, -2, 0.5), DoubleOutput([1, 0])]);
        Assert.Equal([0.0], DraftNetwork.Of(StabilityTable.Undecided(network, InputDomain.Unit)).Deviation);
    }

    /// <summary>A neuron is at most -1/2 and moves by 1: what it gives is at most 1/2.</summary>
    [Fact]
    public void Replaced_NeuronThatWasOff_MovesByWhatItGives()
    {
        ReluNetwork network = new([Double([1, 0]), Double([-1, -0.5]), DoubleOutput([2, 0])]);
        DraftNetwork before = DraftNetwork.Of(Table(network, InputDomain.Unit, "a", "i"));
        Assert.Equal(0, before.Replaced(0, 1, [before.Layers[0]], [0]).Deviation[0]);
        DraftNetwork after = before.Replaced(1, 1, [before.Layers[1]], [1]);
        DraftRow row = after.Layers[1].Rows[0];
        Assert.InRange(row.Upper, 0.5, 0.5 + 1e-12);
        Assert.InRange(after.Deviation[0], 1, 1 + 1e-12);
        Assert.Equal(0, before.Replaced(1, 1, [before.Layers[1]], [0.25]).Deviation[0]);
    }

    [Fact]
    public void Activations_OfBounds_AreCutAt0()
    {
        var layer = new DraftLayer(
            Double([1, 0], [1, 0], [1, 0], [1, 0]), 1, 1, [1, 1, 1, 1],
            [new(0, 0, true, false, 0.5, 1), new(0, 1, false, true, -2, -1), new(0, 2, false, false, double.NaN, 1),
                new(0, 3, false, false, -1, double.NaN)], false);
        (double Lower, double Upper) Range(int neuron) =>
            layer.Activations.Range([.. Enumerable.Range(0, 4).Select(j => j == neuron ? 1.0 : 0)], 0);
        Assert.InRange(Range(0).Lower, 0.499, 0.5);
        Assert.InRange(Range(0).Upper, 1, 1.001);
        Assert.Equal((0, 0), Range(1));
        Assert.InRange(Range(2).Lower, -0.001, 0);
        Assert.InRange(Range(2).Upper, 1, 1.001);
        Assert.Equal(double.PositiveInfinity, Range(3).Upper);
        Assert.Equal(double.PositiveInfinity, layer.Rows[2].Slack);
    }

    /// <summary>
    /// The float32 of 0.1 is off by 1.5e-9, that of 0.7 by 1.2e-8. Where the neuron stays on, the second bias takes all of it up; where it
    /// stays off, nothing comes of it; where it may be either, the second takes up the middle.
    /// </summary>
    [Theory]
    [InlineData(0.1, 0.2, 1, 0, 1e-15)]
    [InlineData(0.1, -1, 0, 0, 0)]
    [InlineData(0.1, -1, 1, 7e-10, 8e-10)]
    [InlineData(0.1, -1, 0.1 + 1e-9, 5e-10, 8e-10)] // on by less than the rounding, which turns it off
    [InlineData(0.7, 0.7 - 1e-8, 1, 5e-9, 6e-9)] // off by less than the rounding, which turns it on
    public void Stored_RoundingOfANeuron_PassesAsTheRectifierLetsIt(double off, double lower, double upper, double least, double most)
    {
        ReluNetwork network = new([Double([1, -off]), DoubleOutput([1, 0])]);
        InputDomain domain = new([lower], [upper]);
        DraftNetwork draft = DraftNetwork.Of(StabilityTable.Undecided(network, domain));
        foreach (int l in (int[])[0, 1])
            draft = draft.Replaced(l, 1, [draft.Layers[l].With(1, draft.Layers[l].Weights, draft.Layers[l].Bias, true)], [0]);
        (AffineLayer[] layers, double deviation) = StoredDraft.Of(draft, WeightPrecision.Float32);
        Assert.InRange(deviation, least, most);
        foreach (double x in (double[])[lower, Math.Clamp(off, lower, upper), upper])
            Assert.True(ExactDifference.At(network, new(layers), [x]) <= deviation);
    }

    /// <summary>What is kept is so only where the weights on it and the biases are: else they are stored as they have become.</summary>
    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(2, 0, true)]
    [InlineData(1, 0.5, true)]
    public void Apply_RemovalThatChangesMore_MakesNewWeights(double weight, double bias, bool isNew)
    {
        ReluNetwork network = new([Double([1, 0], [-1, -1]), DoubleOutput([1, 3, 0])]);
        LayerRewrite rewrite = Rewrite([default, new(NeuronFate.Zero)], [weight], [bias]);
        DraftNetwork after = RewriteProof.Apply(DraftNetwork.Of(Table(network, InputDomain.Unit, "ai")), rewrite, default);
        Assert.Equal((isNew, !isNew), (after.Layers[1].IsNew, after.OnlyRemoved));
        (AffineLayer[] layers, double deviation) = StoredDraft.Of(after, null);
        Assert.Equal(weight, layers[1].Weights.Span[0]);
        Rational gap = ExactDifference.At(network, new(layers), [1]);
        Assert.True(gap <= deviation && gap.Sign == (isNew ? 1 : 0));
    }

    /// <summary>Nothing could be said of a multiple of a neuron that is gone, nor of one that stays where the layer goes.</summary>
    [Fact]
    public void Apply_FatesThatCannotBeTold_AreRefused()
    {
        DraftNetwork draft = DraftNetwork.Of(
            Table(new([Double([1, 0], [1, 0]), DoubleOutput([1, 1, 0])]), InputDomain.Unit, "aa"));
        RewrittenNeuron linear = new(NeuronFate.Linear), multiple = new(NeuronFate.Multiple, 0, 1),
            opposite = new(NeuronFate.Opposite, 0, 1);
        void Refused(RewrittenNeuron[] fates, bool folds) => Assert.Throws<ArgumentException>(
            () => RewriteProof.Apply(draft, Rewrite(fates, [1], [0], folds), default));
        Refused([linear, multiple], false);
        Refused([linear, opposite], false);
        Refused([linear, multiple], true);
        Refused([linear, default], true);
    }

    private static LayerRewrite Rewrite(RewrittenNeuron[] fates, double[] weights, double[] bias, bool folds = false) => new()
    {
        At = 0,
        Kind = CompressionStepKind.Merge,
        Description = "",
        Fates = fates,
        Added = [],
        NextWeights = weights,
        NextBias = bias,
        Folds = folds,
    };

    private static AffineLayer Known(Activation activation, double bias, double radius) =>
        new([1], [bias], 1, 1, activation, WeightPrecision.Float64, [0], [radius]);
}
