using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Compression.Schedules;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// Each charge of folding, merging, collapsing and storing, on networks where no other charge covers it. It is not specified which of
/// several neurons is expressed by the others, so they are tried in both orders.
/// </summary>
public class MergeChargeTests
{
    private const int Many = 100;

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void Compress_DependentNeuronsWhoseSumIsLost_AreCharged(int basis, bool inBias)
    {
        // The weights of the dependent ones, or the biases that they contribute: 1 first, and then half units in its last place.
        double[] output = [.. Enumerable.Range(0, Many).Select(j => j == 1 - basis ? 1 : HalfUnit)];
        double[][] rows = [.. Enumerable.Range(0, Many).Select(j => (double[])[1, inBias && j != basis ? 1 : 0])];
        InputDomain domain = new([0], [inBias ? Math.Pow(2, -60) : 1]);
        AssertMerges(
            new([Double([.. rows, [1, -domain.Upper.Span[0] / 2]]), DoubleOutput([.. output, 1, 0])]), domain, new string('a', Many) + "u",
            domain.Upper.ToArray());
    }

    [Theory]
    [InlineData("weights of the basis")]
    [InlineData("biases of the basis")]
    [InlineData("own bias")]
    public void Compress_DependenceWhoseCheckIsLost_IsCharged(string kind)
    {
        // Row j reads its own small input and the last; the dependent row is their sum. Where the check adds up the last column, or the
        // biases, it loses each half unit.
        double[][] rows = [.. Enumerable.Range(0, Many).Select(j => Enumerable.Range(0, Many + 2).Select(c => c == j ? 1.5 : 0).ToArray())];
        double[] sum = [.. Enumerable.Repeat(1.5, Many), 0, 0];
        for (int j = 0; j < Many; j++)
        {
            bool isFirst = j == 0, isLast = j == Many - 1;
            if (kind == "weights of the basis")
                rows[j][Many] = isFirst || isLast ? 1 : HalfUnit;
            else
                rows[j][Many + 1] = kind == "own bias" ? -HalfUnit : isFirst ? 1 : HalfUnit;
        }

        if (kind == "weights of the basis")
            sum[Many - 1] = -1.5; // so that 1 cancels in the end
        if (kind == "own bias")
            sum[^1] = 1;
        double[] lower = [.. Enumerable.Repeat(1e-4, Many), 0], upper = [.. Enumerable.Repeat(1.01e-4, Many), 1];
        double[] unstable = [.. new double[Many], 1, -0.5], output = [.. Enumerable.Repeat(Math.Pow(2, -60), Many), 1, 1, 0];
        Rational gap = AssertMerges(
            new([Double([.. rows, sum, unstable]), DoubleOutput(output)]), new(lower, upper), new string('a', Many + 1) + "u", upper);
        Assert.True(gap > 90 * HalfUnit || kind == "own bias"); // which is added last, after the halves
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Compress_RowsWhoseDifferenceUnderflows_AreCharged(int first, int second)
    {
        // Half the smallest double is not a double, but gives 2^-75 at 2^1000.
        double[][] rows = [[Math.Pow(2, -74), double.Epsilon, 0], [Math.Pow(2, -75), 0, 0]];
        ReluNetwork network = new([Double(rows[first], rows[second], [1, 0, -0.5]), DoubleOutput([1, 1, 1, 0])]);
        InputDomain domain = new([0, 0], [1, Large]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, domain, "aau"), new() { Precision = WeightPrecision.Float64 }, default);
        Assert.True(
            ExactDifference.At(network, result.Compressed, [1, Large]) <= result.ProvenDeviation); // also if the charge prevents a merge
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Compress_WeightsOfABasisThatUnderflow_AreCharged(int first, int second)
    {
        double[][] rows = [[1, 0], [Tiny, 0]], output = [[1, 0], [0, Tiny]];
        ReluNetwork network = new(
            [Double(rows[first], rows[second], [1, -Large / 2]),
                DoubleOutput([output[0][first], output[0][second], 1, 0], [output[1][first], output[1][second], 0, 0])]);
        AssertMerges(network, new([0], [Large]), "aau", [Large]);
    }

    [Theory]
    [InlineData(1, 1e-200)]
    [InlineData(1e-200, 1)]
    public void Compress_ExpressedNeuronThatARadiusAloneReads_IsCharged(double first, double second)
    {
        var chain = new AffineFusion(1, WeightPrecision.Float64);
        chain.Append(AffineMap.Dense([1, 1, 1], [0, 0, -1], 3, 1), WeightPrecision.Float64);
        chain.AppendRelu();
        chain.Append(AffineMap.Dense([first, second, 0.1], [0], 1, 3), WeightPrecision.Float64);
        chain.Append(AffineMap.Scale([1e-200]), WeightPrecision.Float64);
        var network = new ReluNetwork(chain.Finish());
        CompressionResult result = LeoCompression.Compress(Table(network, new([0], [1e300]), "aau"), new(), default);
        Rational gap = Rational.Abs(ExactParts.Evaluate(network, [1e300])[0] - ExactParts.Evaluate(result.Compressed, [1e300])[0]);
        Assert.True(result.MergedActive == 1 && gap <= result.ProvenDeviation);
    }

    /// <summary>What is left of a row is read by a large input: a millionth of the neuron, or of its bias next to nothing.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1e4, 1)]
    public void Compress_DependenceThatALargeInputMakesDoubtful_IsLeftUnlessTheBiasIsLarger(double bias, int merged)
    {
        ReluNetwork network = new([Double([4, 0, 0], [2, 1e-12, bias], [1, 0, -0.5]), DoubleOutput([1, 1, 1, 0])]);
        CompressionResult result = LeoCompression.Compress(Table(network, new([0, 0], [1, 1e6]), "aau"), new(), default);
        Assert.Equal(merged, result.MergedActive);
        Assert.True(ExactDifference.At(network, result.Compressed, [1, 1e6]) <= result.ProvenDeviation);
    }

    [Fact]
    public void Find_NeuronOfAFoldThatIsBothOnAndOff_BringsNothing()
    {
        DraftNetwork draft = DraftNetwork.Of(Table(new([Hidden([1, 0]), Output([3, 1])]), new([0], [0]), "a"));
        LayerRewrite fold = LayerFold.Find(draft, 0, default)!;
        Assert.Equal(NeuronFate.Zero, fold.Fates[0].Fate);
        Assert.Equal([0.0], fold.NextWeights);
        Assert.Equal([1.0], fold.NextBias);
    }

    /// <summary>
    /// Folding the first layer loses 1 of -3 + 2^54 - 2^54 + 3, in some order of the last three: the second layer's x becomes x - 1, which
    /// is rectified, while 2x + 5, which is expressed by it, does not move.
    /// </summary>
    [Fact]
    public void Compress_BasisThatAFoldMovedBelow0_ChargesWhatTheRectifierCuts()
    {
        double big = Math.Pow(2, 54);
        int lost = 0;
        foreach (int[] order in (int[][])[[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
        {
            double[][] constants = [.. order.Select(k => (double[])[0, k == 1 ? 3 : big])];
            double[][] rows = [[.. order.Select(static k => k == 2 ? -1.0 : 1), 1, -3], [0, 0, 0, 2, 5]];
            foreach (int first in (int[])[0, 1])
            {
                ReluNetwork network = new(
                [
                    Double([.. constants, [1, 0]]),
                    Double(rows[first], rows[1 - first], [0, 0, 0, 1, -0.5]),
                    DoubleOutput([first == 0 ? Math.Pow(2, -40) : 1, first == 0 ? 1 : Math.Pow(2, -40), 1, 0]),
                ]);
                CompressionResult result = LeoCompression.Compress(Table(network, InputDomain.Unit, "aaaa", "aau"), new(), default);
                Assert.Equal((1, 1), (result.FoldedLayers, result.MergedActive));
                Rational gap = ExactDifference.At(network, result.Compressed, [0]);
                lost += gap > 1 ? 1 : 0;
                Assert.True(gap <= result.ProvenDeviation);
            }
        }

        Assert.True(lost > 0);
    }

    [Theory]
    [InlineData(CompressionLevel.LeoPlusPlus, 0)]
    [InlineData(CompressionLevel.LeoPlusPlus, 1)]
    [InlineData(CompressionLevel.Maximal, 0)]
    [InlineData(CompressionLevel.Maximal, 1)]
    public void Compress_KeptNeuronThatIsKnownToARadius_IsChargedForTheNeuronThatItExpresses(CompressionLevel level, int uncertain)
    {
        // The file's neuron is 0.99 x, enclosed by x +/- 0.01 x, and read with little weight; the other, exactly x / 2, is expressed by it.
        double[] Placed(double known, double exact, double unstable) =>
            uncertain == 0 ? [known, exact, unstable] : [exact, known, unstable];
        AffineLayer hidden = new AffineLayer(
            Placed(1, 0.5, 1), [0, 0, -0.5], 3, 1, Activation.Relu, WeightPrecision.Float64, Placed(0.01, 0, 0), [0, 0, 0])
            .WithParts([AffinePart.Of(AffineMap.Dense(Placed(0.99, 0.5, 1), [0, 0, -0.5], 3, 1), WeightPrecision.Float64)!]);
        var network = new ReluNetwork([hidden, DoubleOutput([.. Placed(Math.Pow(2, -40), 1, 1), 0])]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, InputDomain.Unit, "aau"), new() { Level = level, Tolerance = 1, Precision = WeightPrecision.Float64 }, default);
        Rational gap = Rational.Abs(ExactParts.Evaluate(network, [1])[0] - ExactParts.Evaluate(result.Compressed, [1])[0]);
        Assert.True(result.MergedActive == 1 && gap <= result.ProvenDeviation, $"{result.ProvenDeviation:R}");
    }

    [Fact]
    public void Compress_CollapseOfAnOutputWithRadius_ChargesItAndKeepsToTheTolerance()
    {
        AffineLayer output = new AffineLayer([1], [1], 1, 1, Activation.Identity, WeightPrecision.Float64, [0], [0.01]).WithParts(
            [AffinePart.Of(AffineMap.Dense([1], [1.01], 1, 1), WeightPrecision.Float64)!]);
        StabilityTable table = Table(new([Double([-1, -0.25]), output]), InputDomain.Unit, "i");
        CompressionResult constant = LeoCompression.Compress(table, new(), default);
        Assert.Equal("1-1", constant.Compressed.Architecture);
        Assert.True(constant.ProvenDeviation >= 0.01);
        CompressionOptions maximal = new() { Level = CompressionLevel.Maximal };
        double tolerance = MaximalSchedule.ToleranceOf(DraftNetwork.Of(table), maximal);
        Assert.True(LeoCompression.Compress(table, maximal, default).ProvenDeviation <= tolerance);
    }

    [Fact]
    public void Replaced_MovedRow_IsWidenedOutward()
    {
        ReluNetwork network = new([Double([1, 0]), Double([1, 0]), DoubleOutput([1, 0])]);
        InputDomain domain = new([0.5], [1]);
        StabilityTable table = StabilityTable.Found(
            network, domain,
            [.. Enumerable.Range(1, 2).Select(
                static l =>
                    new NeuronStability { Layer = l, Neuron = 0, State = NeuronState.StablyActive, LowerBound = 0.5, UpperBound = 1 })]);
        foreach (double delta in (double[])[0.25, Math.Pow(2, -60)])
        {
            DraftNetwork draft = DraftNetwork.Of(table);
            DraftRow row = draft.Replaced(1, 1, [draft.Layers[1]], [delta]).Layers[1].Rows[0];
            Assert.True(row.Lower <= (Rational)0.5 - delta && row.Upper >= (Rational)1 + delta);
        }
    }

    [Fact]
    public void LayerRadius_Bounds_HoldAllThatTheRadiiAllow()
    {
        AffineLayer layer = new([0], [1], 1, 1, Activation.Relu, WeightPrecision.Float64, [2], [1e-17]);
        Assert.True(LayerRadius.Of(layer, 0, new([0], [1]), [3]) >= (Rational)8 + 1e-17);
        (double lower, double upper) = LayerRadius.Range(layer, 0, new([0], [0])); // a radius below the last place of the bias
        Assert.True(lower <= (Rational)1 - 1e-17 && upper >= (Rational)1 + 1e-17);
    }

    [Fact]
    public void PreActivationBounds_ClaimsThatAreImportedOrImpossible_AreNotBelieved()
    {
        ReluNetwork network = new([Double([1, 0], [-1, -1]), DoubleOutput([1, 1, 0])]);
        NeuronStability Verdict(int neuron, NeuronState state, double upper = double.NaN) =>
            new() { Layer = 1, Neuron = neuron, State = state, UpperBound = upper };
        var imported = new StabilityTable(
            network, InputDomain.Unit, [Verdict(0, NeuronState.Undetermined, 0.25), Verdict(1, NeuronState.Undetermined)]);
        Assert.True(imported.IsImported && PreActivationBounds.Of(imported).Upper(1)[0] >= 1);
        PreActivationBounds bounds = PreActivationBounds.Of(
            StabilityTable.Found(network, InputDomain.Unit, [Verdict(0, NeuronState.Undetermined), Verdict(1, NeuronState.StablyActive)]));
        Assert.True(bounds.Lower(1)[1] <= -2 && bounds.Upper(1)[1] >= -1);
    }

    private static Rational AssertMerges(ReluNetwork network, InputDomain domain, string states, double[] point)
    {
        CompressionResult result = LeoCompression.Compress(
            Table(network, domain, states), new() { Precision = WeightPrecision.Float64 }, default);
        Assert.True(result.MergedActive > 0);
        Rational gap = ExactDifference.At(network, result.Compressed, point);
        Assert.True(gap <= result.ProvenDeviation, $"{result.ProvenDeviation:R}");
        return gap;
    }
}
