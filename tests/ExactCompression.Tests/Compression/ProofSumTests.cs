using ExactCompression.Compression.Rewriting;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// The sums and products of the proof itself are taken outward: charges that are lost when they are added up to nearest, or rounded down
/// when they are multiplied, with nothing beside them that is rounded too.
/// </summary>
public class ProofSumTests
{
    private const int Many = 100;

    /// <summary>A quarter of a unit in the last place of 1: added to 1, or to the double next to it, it is lost.</summary>
    private const double Small = HalfUnit / 2;

    /// <summary>1 and many that are lost beside it.</summary>
    private static double[] Lost => [1, .. Enumerable.Repeat(Small, Many)];

    /// <summary>Constant neurons are taken for 0, each off by what it is.</summary>
    [Fact]
    public void Apply_ErrorsOfFatesWhoseSumIsLost_AreAddedOutward()
    {
        ReluNetwork network = new([Double([[1, 0], .. Lost.Select(static w => (double[])[0, w])]),
            DoubleOutput([0, .. Lost.Select(static _ => 1.0), 0])]);
        AssertBounds(network, InputDomain.Unit, 'u', [0], Rewrite(
            [default, .. Lost.Select(static w => new RewrittenNeuron(NeuronFate.Zero, Error: w))], [0], [0]));
    }

    [Fact]
    public void Apply_GatesWhoseChangesAreLostInASum_AreAddedOutward()
    {
        ReluNetwork network = new(
            [Double([.. Lost.Select(static _ => (double[])[1, 0])]), DoubleOutput([.. Lost.Select(static _ => 0.0), 0])]);
        AssertBounds(network, InputDomain.Unit, 'u', [1], Rewrite(new RewrittenNeuron[Lost.Length], Lost, [0]));
    }

    /// <summary>
    /// New neurons <c>relu(x)</c> on [-1, 0], where they lack all of <c>x</c>, beside one <c>x + 1</c> that takes what they have in common.
    /// </summary>
    [Fact]
    public void Apply_SlacksWhoseSumIsLost_AreAddedOutward()
    {
        ReluNetwork network = new([Double([1, 1]), DoubleOutput([0, 0])]);
        double all = 1 + (Many * Small);
        AssertBounds(network, new([-1], [0]), 'a', [-1], Rewrite(
            new RewrittenNeuron[1], [-all, .. Lost], [all], [.. Lost.Select(static _ => new AddedNeuron([1], 0, -1, 0))]));
    }

    [Fact]
    public void Apply_SlackWhoseProductIsRoundedDown_IsMultipliedOutward()
    {
        const double Weight = 1.3, End = 0.7;
        Assert.True((Rational)(Weight * End) < (Rational)Weight * End);
        ReluNetwork network = new([Double([1, 1]), DoubleOutput([0, 0])]);
        AssertBounds(network, new([-End], [0]), 'a', [-End], Rewrite(
            new RewrittenNeuron[1], [-Weight, Weight], [Weight], new AddedNeuron([1], 0, -End, 0)));
    }

    /// <summary>A gate whose weight is rounded, and whose charges' sum is as far from the true one as it may be.</summary>
    [Fact]
    public void Apply_GateWhoseWeightRounds_AddsTheRoundingOutward()
    {
        const double Weight = 1.1591077095891862, Part = 5.93799532763388e-17, Most = 1.7254651862412724;
        ReluNetwork network = new([Double([1, 0], [1, 0], [1, 0]), DoubleOutput([0, -Part, -Part, 0])]);
        InputDomain domain = new([-1], [Most]);
        StabilityTable table = StabilityTable.Found(network, domain, [.. Enumerable.Range(0, 3).Select(
            static i => new NeuronStability { Layer = 1, Neuron = i, State = NeuronState.Unstable, LowerBound = -1, UpperBound = Most })]);
        AssertBounds(network, DraftNetwork.Of(table), [Most], Rewrite(
            [default, new(NeuronFate.Multiple, 0, 1), new(NeuronFate.Multiple, 0, 1)], [Weight], [0]));
    }

    /// <summary>The weight of a multiple is half the smallest double, and the gate an eighth at most.</summary>
    [Fact]
    public void Apply_GateWhoseWeightUnderflows_IsCharged()
    {
        double factor = Math.Pow(2, -475);
        ReluNetwork network = new([Double([1, 0], [factor, 0]), DoubleOutput([0, Tiny, 0])]);
        AssertBounds(network, new([-1], [0.125]), 'u', [0.125], Rewrite(
            [default, new(NeuronFate.Multiple, 0, factor)], [0], [0]));
    }

    [Fact]
    public void Apply_NewNeuronWhosePartUnderflows_IsCharged()
    {
        ReluNetwork network = new([Double([1, 0]), DoubleOutput([0, 0])]);
        double weight = Math.Pow(2, -475);
        AssertBounds(network, InputDomain.Unit, 'u', [1], Rewrite(
            new RewrittenNeuron[1], [0, Tiny], [0], new AddedNeuron([weight], 0, 0, weight)));
    }

    /// <summary>
    /// A bias of 1, and a constant neuron whose part of it is lost; and the same of linear neurons where all inputs are 0.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Apply_BiasThatAbsorbsAConstant_IsAddedOutward(bool isLinear)
    {
        ReluNetwork network = new([Double([1, 0], [isLinear ? 1 : 0, 1]), DoubleOutput([0, -Small, 0])]);
        RewrittenNeuron fate = isLinear ? new(NeuronFate.Linear) : new(NeuronFate.Constant, Value: 1);
        AssertBounds(network, new([0], [isLinear ? 0 : 1]), 'a', [0], Rewrite([default, fate], [0], [1]));
    }

    /// <summary>
    /// Off 1 there go 1 and half a unit, which is lost and kept account of, and then what is lost in that account; nothing else is left.
    /// </summary>
    [Fact]
    public void Apply_RoundingsWhoseSumIsLost_AreAddedOutward()
    {
        double[] weights = [1, HalfUnit, .. Enumerable.Repeat(HalfUnit * Small, Many)];
        ReluNetwork network = new(
            [Double([.. weights.Select(static w => (double[])[w, 0])]), DoubleOutput([.. weights.Select(static _ => 1.0), 0])]);
        AssertBounds(network, InputDomain.Unit, 'a', [1], Rewrite(
            [.. weights.Select(static _ => new RewrittenNeuron(NeuronFate.Linear))], [1], [0], new AddedNeuron([1], 0, 0, 1)));
    }

    /// <summary>What one row of the next layer rounds is not what another does.</summary>
    [Fact]
    public void Apply_RowAfterOneThatRounds_MovesByNothing()
    {
        ReluNetwork network = new([Double([1, 0], [1 + (2 * HalfUnit), 0]), DoubleOutput([0, 1 + (2 * HalfUnit), 0], [0, 1, 0])]);
        DraftNetwork after = RewriteProof.Apply(
            DraftNetwork.Of(Table(network, InputDomain.Unit, "aa")),
            Rewrite([default, new(NeuronFate.Linear)], [1 + (4 * HalfUnit), 1 + (2 * HalfUnit)], [0, 0]), default);
        Assert.True(after.Deviation[0] >= Math.Pow(2, -104)); // the square of 1 + 2^-52 rounds by that
        Assert.Equal(0, after.Deviation[1]);
    }

    private static void AssertBounds(ReluNetwork network, InputDomain domain, char state, double[] point, LayerRewrite rewrite) =>
        AssertBounds(network, DraftNetwork.Of(Table(network, domain, new string(state, network.WidthOf(1)))), point, rewrite);

    private static void AssertBounds(ReluNetwork network, DraftNetwork before, double[] point, LayerRewrite rewrite)
    {
        DraftNetwork after = RewriteProof.Apply(before, rewrite, default);
        Rational gap = ExactDifference.At(network, CancellingNetworks.Plain(after), point);
        Assert.True(gap.Sign > 0 && gap <= after.Deviation[0], $"{after.Deviation[0]:R}");
    }

    private static LayerRewrite Rewrite(RewrittenNeuron[] fates, double[] weights, double[] bias, params AddedNeuron[] added) =>
        new() { At = 0, Kind = CompressionStepKind.Merge, Description = "", Fates = fates, Added = added, NextWeights = weights,
            NextBias = bias };
}
