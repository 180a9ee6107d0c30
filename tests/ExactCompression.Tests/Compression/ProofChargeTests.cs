using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// Each charge of the proofs for a rewrite, on numbers where no other charge covers it: without that charge the bound is below the exact
/// value. Most have one large term and many of half a unit in its last place, each of which is lost when they are added up.
/// </summary>
public class ProofChargeTests
{
    private const int Many = 100;

    /// <summary>1 and many half units in its last place: their sum in doubles is 1.</summary>
    private static double[] Lost => [1, .. Enumerable.Repeat(HalfUnit, Many)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Apply_LinearNeuronsWhoseSumIsLost_AreCharged(bool inBias)
    {
        ReluNetwork network = new(
            [Double([.. Lost.Select(w => inBias ? (double[])[HalfUnit, w] : [w, 0])]), DoubleOutput([.. Lost.Select(static _ => 1.0), 0])]);
        InputDomain domain = inBias ? new([0], [HalfUnit]) : InputDomain.Unit;
        LayerRewrite rewrite = Rewrite(
            [.. Lost.Select(static _ => new RewrittenNeuron(NeuronFate.Linear))], [0], [0], new AddedNeuron([0], 0, 0, 0));
        AssertBounds(network, domain, rewrite, [domain.Upper.Span[0]]);
    }

    [Fact]
    public void Apply_NewNeuronsWhoseSumIsLost_AreCharged()
    {
        ReluNetwork network = new([Double([1, 0]), DoubleOutput([0, 0])]);
        LayerRewrite rewrite = Rewrite(
            new RewrittenNeuron[1], [0, .. Lost.Select(static _ => 1.0)], [0], [.. Lost.Select(static w => new AddedNeuron([w], 0, 0, w))]);
        AssertBounds(network, InputDomain.Unit, rewrite, [1]);
    }

    [Fact]
    public void Apply_KeptNeuronsWhoseSumIsLost_AreCharged()
    {
        ReluNetwork network = new(
            [Double([.. Lost.Select(static w => (double[])[w, 0])]), DoubleOutput([.. Lost.Select(static _ => 0.0), 0])]);
        AssertBounds(network, InputDomain.Unit, Rewrite(new RewrittenNeuron[Lost.Length], [.. Lost.Select(static _ => 1.0)], [0]), [1]);
    }

    [Fact]
    public void Apply_MultiplesWhoseProductsAreAllThereIs_AreCharged()
    {
        // The kept neuron has no weight before or after: only the weights of its multiples are summed.
        ReluNetwork network = new([Double([[1, 0], .. Lost.Select(static _ => (double[])[1, 0])]), DoubleOutput([0, .. Lost, 0])]);
        LayerRewrite rewrite = Rewrite([default, .. Lost.Select(static _ => new RewrittenNeuron(NeuronFate.Multiple, 0, 1))], [0], [0]);
        AssertBounds(network, InputDomain.Unit, rewrite, [1], 'u');
    }

    [Fact]
    public void Apply_ConstantsWhoseSumIsLost_AreCharged()
    {
        ReluNetwork network = new([Double([[1, 0], .. Lost.Select(static _ => (double[])[0, 1])]), DoubleOutput([0, .. Lost, 0])]);
        LayerRewrite rewrite = Rewrite([default, .. Lost.Select(static _ => new RewrittenNeuron(NeuronFate.Constant, Value: 1))], [0], [0]);
        AssertBounds(network, InputDomain.Unit, rewrite, [1]);
    }

    [Fact]
    public void Apply_FoldedRowThatAbsorbsWhatItReplaces_IsCharged()
    {
        ReluNetwork network = new(
            [Double([.. Lost.Skip(1).Select(static w => (double[])[w, 0])]), DoubleOutput([.. Lost.Skip(1).Select(static _ => -1.0), 0])]);
        LayerRewrite rewrite = new()
        {
            At = 0,
            Kind = CompressionStepKind.Fold,
            Description = "",
            Fates = [.. Lost.Skip(1).Select(static _ => new RewrittenNeuron(NeuronFate.Linear))],
            Added = [],
            NextWeights = [1],
            NextBias = [0],
            Folds = true,
        };
        AssertBounds(network, InputDomain.Unit, rewrite, [1]);
    }

    [Fact]
    public void Apply_BiasesThatUnderflow_AreCharged()
    {
        // Each product is half the smallest double; inputs are 0, so that there are no other terms.
        double outgoing = Math.Pow(2, -600), bias = Math.Pow(2, -475);
        ReluNetwork network = new(
            [Double([[1, 0], .. Enumerable.Repeat((double[])[1, bias], Many)]),
                DoubleOutput([0, .. Enumerable.Repeat(outgoing, Many), 0])]);
        LayerRewrite rewrite = Rewrite([default, .. Enumerable.Repeat(new RewrittenNeuron(NeuronFate.Linear), Many)], [0], [0]);
        AssertBounds(network, new([0], [0]), rewrite, [0]);
    }

    [Fact]
    public void Find_NeuronsThatAnEarlierStepMoved_CarryIt()
    {
        // x - 1 was never on, and is x - 0.75 now; x was linear, and is x - 0.25.
        foreach ((double bias, char state) in ((double, char)[])[(-1, 'i'), (0, 'a')])
        {
            double by = bias < 0 ? 0.25 : -0.25;
            double other = bias < 0 ? 1 : -1;
            ReluNetwork network = new([Double([1, bias], [other, -0.5]), DoubleOutput([1, 0, 0])]);
            DraftNetwork first = DraftNetwork.Of(Table(network, InputDomain.Unit, state + (bias < 0 ? "u" : "i")));
            DraftNetwork moved = first.Replaced(0, 1, [first.Layers[0].With(1, [1, other], [bias + by, -0.5], true)], [0.25, 0]);
            LayerRewrite rewrite = bias < 0 ? NeuronRemoval.Find(moved, 0).First() : LayerFold.Find(moved, 0, default)!;
            DraftNetwork after = RewriteProof.Apply(moved, rewrite, default);
            double at = bias < 0 ? 1 : 0;
            Assert.Equal((Rational)0.25, ExactDifference.At(Plain(moved), Plain(after), [at]));
            Assert.True(after.Deviation[0] >= 0.5); // a quarter each
        }
    }

    [Fact]
    public void Constant_BoundsThatLieClose_HoldsBothEnds()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            double lower = random.NextDouble() * Math.Pow(2, -45 - random.Next(60)),
                upper = lower + (random.NextDouble() * Math.Pow(2, -45 - random.Next(60)));
            if (seed < 2)
                (lower, upper) = (1 + (seed * 2 * HalfUnit), 1 + ((seed + 1) * 2 * HalfUnit)); // neighbours: their midpoint is one of them
            var layer = new DraftLayer(Double([1, 0]), 1, 1, [1], [new(0, 0, true, false, lower, upper)], false);
            RewrittenNeuron fate = NeuronRemoval.Constant(layer, 0, new([-2], [2]));
            if (fate.Fate != NeuronFate.Constant)
                continue;
            Assert.True(
                (Rational)upper - fate.Value <= fate.Error && (Rational)fate.Value - lower <= fate.Error,
                $"seed {seed}: {lower:R}, {upper:R}");
        }
    }

    [Fact]
    public void Constant_NeuronThatIsNeverOn_Gives0()
    {
        var layer = new DraftLayer(Double([1e-20, -5]), 1, 1, [1e-20], [new(-5, 0, false, false, -6, -4)], false);
        RewrittenNeuron fate = NeuronRemoval.Constant(layer, 0, new([0], [1]));
        Assert.Equal((NeuronFate.Constant, 0.0), (fate.Fate, fate.Value));
    }

    [Theory]
    [InlineData("weight")]
    [InlineData("bias")]
    [InlineData("constant")]
    [InlineData("bias at 0")]
    public void Find_RowsThatAreNearlyMultiples_ChargesWhatTheirDifferenceRounds(string kind)
    {
        double smallest = double.Epsilon; // half of it is not a double
        (double[] head, double headBias, double[] row, double rowBias, double[] upper) = kind switch
        {
            "weight" => ((double[])[1, smallest], 0.0, (double[])[0.5, 0], 0.0, (double[])[Large, Large]),
            "bias" => ([1, 0], smallest, [0.5, 0], 0, [1, 0]),
            "bias at 0" => ([1, 0], smallest, [0.5, 0], 0, [0, 0]),
            _ => ([1, 0], -2 * HalfUnit, [0.5, 0], 1, [1, 0]), // 1 + 2^-53 is not a double
        };
        double[][] rows = [[.. head, headBias], [.. row, rowBias]];
        foreach (double[][] ordered in (double[][][])[rows, [rows[1], rows[0]]])
        {
            DraftLayer layer = Draft(Double(ordered), upper);
            List<ParallelRow> all = ParallelRow.Find(layer, new(new double[2], upper), 10, 1, static _ => true, default);
            Assert.True(all.Count == 1 || upper[0] == 0);
            foreach (ParallelRow found in all)
            {
                foreach ((double x, double y) in ((double, double)[])[(0, 0), (0, upper[1]), (upper[0], 0), (upper[0], upper[1])])
                {
                    Rational Z(int i) => ((Rational)layer.Row(i)[0] * x) + ((Rational)layer.Row(i)[1] * y) + layer.Bias[i];
                    Assert.True(Rational.Abs(Z(found.Neuron) - (found.Factor * Z(found.Of))) <= found.Error);
                }
            }
        }
    }

    [Fact]
    public void Fix_ManyPointInputsWhoseSumIsLost_AreCharged()
    {
        double[] ones = [.. Enumerable.Repeat(1.0, Many)];
        ReluNetwork network = new([Double([.. Enumerable.Repeat(HalfUnit, Many), 1]), DoubleOutput([1, 0])]);
        InputDomain domain = new(ones, ones);
        DraftNetwork after = PointInputs.Fix(DraftNetwork.Of(Table(network, domain, "a")), domain)!;
        Assert.StartsWith($"{Many} are constant", Assert.Single(after.Steps).Description, StringComparison.Ordinal);
        Rational gap = ExactDifference.At(network, Plain(after), ones);
        Assert.True(gap.Sign > 0 && gap <= after.Deviation[0]);
    }

    [Fact]
    public void Fix_SumThatOverflows_IsLeft()
    {
        ReluNetwork network = new([Double([1e308, 1e308, 0]), DoubleOutput([1, 0])]);
        InputDomain domain = new([1, 1], [1, 1]);
        Assert.Null(PointInputs.Fix(DraftNetwork.Of(Table(network, domain, "a")), domain));
    }

    /// <summary>
    /// The layer reads x, x again, a constant 1 and another constant, as two equal neurons whose difference is not known to be 0 from the
    /// box.
    /// </summary>
    [Fact]
    public void Shifted_ManyTermsWhoseDifferenceIsLost_KeepsWithinItsClaims()
    {
        // The small terms come first, next to 1, where each is lost; then the 1 cancels.
        double[][] rows = [.. Enumerable.Repeat((double[])[0, 0, HalfUnit / 2, 0, 0], Many), [0.125, -0.125, 1, 0, 0]];
        AssertShifted(rows, [0.125, -0.125, 1, 0], 0, [.. Enumerable.Repeat(1.0, Many + 1)]);
    }

    [Fact]
    public void Shifted_NumbersThatAbsorbTheTerms_KeepsWithinItsClaims()
    {
        double[] ones = [.. Enumerable.Repeat(1.0, Many)];
        AssertShifted([.. Enumerable.Repeat((double[])[0, 0, HalfUnit, 0, 0], Many)], [0, 0, -1, 0], 0, ones); // its own weight
        AssertShifted([.. Enumerable.Repeat((double[])[0, 0, 0, 0, HalfUnit], Many)], [0, 0, 0, 0], -1, ones); // its own bias
        AssertShifted(
            [[0, 0, 0, 0, 1], .. Enumerable.Repeat((double[])[0, 0, 0, 0, HalfUnit], Many - 1)], [0, 0, 0, 0], 0, ones); // a term's bias
    }

    [Fact]
    public void Shifted_TermsWhoseWeightsUnderflow_KeepsWithinItsClaims() =>
        AssertShifted([[0, 0, 0, Tiny, 0]], [0, 0, 0, 0], 0, [Tiny], Large);

    [Fact]
    public void Shifted_ConstantOtherThanThatOfTheTerms_KeepsWithinItsClaims()
    {
        AssertShifted([[1, -1, 0, 0, 5]], [1, -1, 0, 0], 3, [1]);
        AssertShifted([[1, -1, 0, 0, 5]], [1, -1, 0, 0], 7, [1]);
    }

    [Fact]
    public void Shifted_NegativeConstants_ClaimTheirOwnRounding()
    {
        for (int k = 1; k < 200; k++)
            AssertShifted([[0, 0, 0, 0, 1]], [0, 0, 0, 0], -k / 7.0, []);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Of_ErrorsOfWhichOneAbsorbsTheOther_AreSummedOutward(int sign)
    {
        // Both roundings have the same direction: 2^-25 of the bias, and 2^-25 of a weight on an input up to 2^-60.
        double off = sign * Math.Pow(2, -25), end = Math.Pow(2, -60);
        ReluNetwork network = new([DoubleOutput([1 + off, 1 + off])]);
        InputDomain domain = new([0], [end]);
        DraftNetwork draft = DraftNetwork.Of(StabilityTable.Undecided(network, domain));
        draft = draft.Replaced(0, 1, [draft.Layers[0].With(1, draft.Layers[0].Weights, draft.Layers[0].Bias, true)], [0]);
        (AffineLayer[] layers, double deviation) = StoredDraft.Of(draft, WeightPrecision.Float32);
        Rational gap = ExactDifference.At(network, new(layers), [end]);
        Assert.True(gap > Math.Pow(2, -26) && gap <= deviation);
    }

    /// <summary>
    /// A layer of the file is known to a radius, and reads values that rounding changes by more than their magnitude.
    /// </summary>
    [Fact]
    public void Of_KeptLayerWithRadiusAfterALargeRounding_IsCharged()
    {
        // 100000005 x - 100000003.9 x is 1.1 x; in float32 it is 8 x. The following weight is 1, and its layer states it as 0 with a radius
        // of 1.
        AffineLayer hidden = Double([100_000_005, -100_000_003.9, 0]);
        AffineLayer output = new AffineLayer([0], [0], 1, 1, Activation.Identity, WeightPrecision.Float64, [1], [0]).WithParts(
            [AffinePart.Of(AffineMap.Dense([1], [0], 1, 1), WeightPrecision.Float64)!]);
        ReluNetwork network = new([Double([1, 0], [1, 0]), hidden, output]);
        StabilityTable table = StabilityTable.Found(network, InputDomain.Unit, [Active(1, 0), Active(1, 1), Active(2, 0, 1.11)]);

        DraftNetwork draft = DraftNetwork.Of(table);
        draft = draft.Replaced(1, 1, [draft.Layers[1].With(2, draft.Layers[1].Weights, draft.Layers[1].Bias, true)], [0]);
        (AffineLayer[] layers, double deviation) = StoredDraft.Of(draft, WeightPrecision.Float32);
        Rational gap = Rational.Abs(ExactParts.Evaluate(network, [1])[0] - ExactParts.Evaluate(new(layers), [1])[0]);
        Assert.True(gap > 3 && gap <= deviation, $"{deviation}");
    }

    [Fact]
    public void Replaced_DeviationThatAbsorbsWhatMoves_IsAddedOutward()
    {
        ReluNetwork network = new([new([1], [0], 1, 1, Activation.Identity, WeightPrecision.Float64, [0], [1])]);
        DraftNetwork draft = DraftNetwork.Of(StabilityTable.Undecided(network, InputDomain.Unit));
        Assert.Equal([1.0], draft.Deviation);
        Assert.True(draft.Replaced(0, 1, [draft.Layers[0]], [Math.Pow(2, -60)]).Deviation[0] >= (Rational)1 + Math.Pow(2, -60));
    }

    [Fact]
    public void DraftLayer_WhatIsNotKnown_IsTakenForAnything()
    {
        var source = new AffineLayer([0], [0], 1, 1, Activation.Relu, WeightPrecision.Float64, [1], [0]);
        var layer = new DraftLayer(source, 1, 1, [0], [new(0, 0, false, false, double.NaN, double.NaN)], false);
        Assert.True(layer.Reads(0, 0)); // because of its radius
        Assert.False(layer.With(1, [0], [0], true).Reads(0, 0));
        Assert.Equal(double.PositiveInfinity, layer.Rows[0].Most);
        Assert.Equal(double.PositiveInfinity, layer.Activations.Magnitude[0]);
    }

    private static NeuronStability Active(int layer, int neuron, double upper = 1) =>
        new() { Layer = layer, Neuron = neuron, State = NeuronState.StablyActive, LowerBound = 0, UpperBound = upper };

    private static void AssertShifted(double[][] rows, double[] weights, double constant, double[] coefficients, double last = 1)
    {
        AffineLayer first = Double([1, 0], [1, 0], [0, 1], [0, last]);
        ReluNetwork network = new([first, Double(rows), DoubleOutput([.. rows.Select(static _ => 1.0), 0])]);
        Rational[] values = [0, 0, 1, last];
        Rational At(ReadOnlySpan<double> row, Rational bias, double x)
        {
            (values[0], values[1]) = (x, x);
            Rational sum = bias;
            for (int k = 0; k < values.Length; k++)
                sum += values[k] * row[k];
            return sum;
        }

        (Rational Min,
            Rational Max)[] ranges = [.. rows.Select(r => (At(r, r[^1], 0), At(r, r[^1], 1))).Select(
                static z => (Rational.Min(z.Item1, z.Item2), Rational.Max(z.Item1, z.Item2)))];
        NeuronStability[] verdicts =
        [
            .. Enumerable.Range(0, 4).Select(static i => new NeuronStability { Layer = 1, Neuron = i, State = NeuronState.StablyActive }),
            .. ranges.Select(
                (z, i) =>
                    new NeuronStability { Layer = 2, Neuron = i, State = NeuronState.StablyActive,
                        LowerBound = HardNumberTests.Outward(z.Min, -1), UpperBound = HardNumberTests.Outward(z.Max, 1) }),
        ];
        var part = new LinearPart(DraftNetwork.Of(StabilityTable.Found(network, InputDomain.Unit, verdicts)), 1, []);
        AddedNeuron added = part.Shifted(weights, constant, [.. coefficients.Select(static (c, j) => (j, c))]);
        foreach (double x in (double[])[0, 1])
        {
            Rational z = At(weights, added.Bias, x);
            Assert.True(z >= added.Lower && z <= added.Upper, $"{constant}: {added.Lower:R} to {added.Upper:R}");
        }
    }

    /// <summary>Applies a rewrite and compares with the exact difference at a point, which must not be 0.</summary>
    private static void AssertBounds(ReluNetwork network, InputDomain domain, LayerRewrite rewrite, double[] point, char state = 'a')
    {
        DraftNetwork before = DraftNetwork.Of(Table(network, domain, new string(state, network.WidthOf(1))));
        DraftNetwork after = RewriteProof.Apply(before, rewrite, default);
        Rational gap = ExactDifference.At(network, Plain(after), point);
        Assert.True(gap.Sign > 0 && gap <= after.Deviation[0], $"{after.Deviation[0]:R}");
    }

    private static ReluNetwork Plain(DraftNetwork network) => CancellingNetworks.Plain(network);

    private static DraftLayer Draft(AffineLayer layer, double[] upper) =>
        DraftNetwork.Of(
            StabilityTable.Undecided(
                new([layer, DoubleOutput([.. Enumerable.Repeat(1.0, layer.Outputs), 0])]), new(new double[upper.Length], upper))).Layers[0];

    private static LayerRewrite Rewrite(RewrittenNeuron[] fates, double[] weights, double[] bias, params AddedNeuron[] added) =>
        new() { At = 0, Kind = CompressionStepKind.Merge, Description = "", Fates = fates, Added = added, NextWeights = weights,
            NextBias = bias };
}
