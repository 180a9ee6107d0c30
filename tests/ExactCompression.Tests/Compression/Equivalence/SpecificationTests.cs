using ExactCompression.Tests.Formats.Vnnlib;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression.Equivalence;

/// <summary>Comparisons by what a file states, beside differences that are known exactly.</summary>
public class SpecificationTests
{
    private const string Head = """
        (vnnlib-version <2.0>)
        (declare-network f (declare-input X_f real [1]) (declare-output Y_f real [2]))
        (declare-network g (declare-input X_g real [1]) (declare-output Y_g real [2]))
        (assert (== X_f[0] X_g[0]))

        """;

    private const string Bounds = "(assert (and (>= X_f[0] -1) (<= X_f[0] 1)))";

    // f = (relu(x), -relu(-x)), g - f = (relu(x) / 4, relu(-x) / 8).
    private static readonly ReluNetwork F = new([Hidden([1, 0], [-1, 0]), Output([1, 0, 0], [0, -1, 0])]);
    private static readonly ReluNetwork G = new([Hidden([1, 0], [-1, 0], [1, 3]), Output([1.25, 0, 0, 0], [0, -0.875, 0, 0])]);

    [Theory]
    [InlineData("0.25", "0", "0", "0.125", true)]
    [InlineData("0.26", "1", "1", "0.13", true)]
    [InlineData("0.2499", "0", "0", "0.125", false)]
    [InlineData("0.25", "0", "0", "0.1249", false)]
    public void Compare_LimitsOfEachOutputAndSide_AreDecided(string up0, string down0, string down1, string up1, bool equivalent)
    {
        string asserted = $"(assert (and (<= Y_g[0] (+ Y_f[0] {up0})) (>= Y_g[0] (- Y_f[0] {down0}))))"
            + $"(assert (and (<= Y_g[1] (+ Y_f[1] {up1})) (>= Y_g[1] (- Y_f[1] {down1}))))";
        string violated = $"(assert (or (> Y_g[0] (+ Y_f[0] {up0})) (< Y_g[0] (- Y_f[0] {down0}))"
            + $"(> Y_g[1] (+ Y_f[1] {up1})) (< Y_g[1] (- Y_f[1] {down1}))))";
        foreach (string text in (string[])[asserted, violated])
        {
            EquivalenceReport report = Compare(Head + Bounds + text);
            Assert.Equal(equivalent, report.Equivalent);
            if (!equivalent)
                Assert.True(ExactDifference.At(F, G, report.Counterexample!) > (Rational)0.124);
            Assert.True(report.ProvenDeviation >= 0.25);
        }
    }

    [Theory]
    [InlineData("(<= Y_g[0] (+ Y_f[0] 0.25))", true)]
    [InlineData("(< Y_g[0] (+ Y_f[0] 0.25))", null)] // it is 1/4 at x = 1, which rounding cannot show
    [InlineData("(>= Y_g[1] Y_f[1])", true)]
    [InlineData("(<= Y_g[1] Y_f[1])", false)]
    public void Compare_OneSide_LeavesTheOtherFree(string output, bool? equivalent) =>
        Assert.Equal(equivalent, Compare(Head + Bounds + $"(assert {output})").Equivalent);

    /// <summary>Between the boxes the difference is too large, in none of them.</summary>
    [Fact]
    public void Compare_DifferenceBetweenTheBoxesAlone_IsNoCounterexample()
    {
        // g - f = relu(x) - 2 relu(x - 1/2) + ..., largest at 1/2.
        var f = new ReluNetwork([Hidden([1, 0], [1, -0.5]), Output([0, 0, 0], [0, 0, 0])]);
        var g = new ReluNetwork([Hidden([1, 0], [1, -0.5]), Output([1, -2, 0], [0, 0, 0])]);
        const string Boxes = "(assert (or (and (>= X_f[0] 0) (<= X_f[0] 0.1)) (and (>= X_f[0] 0.9) (<= X_f[0] 1))))";
        const string Near = "(assert (<= Y_g[0] (+ Y_f[0] 0.2)))", Nearer = "(assert (<= Y_g[0] (+ Y_f[0] 0.05)))";

        EquivalenceReport open = Compare(Head + Boxes + Near, f, g), refuted = Compare(Head + Boxes + Nearer, f, g);

        Assert.Null(open.Equivalent);
        Assert.Null(open.Counterexample);
        Assert.True(open.ObservedDeviation > 0.4);
        Assert.False(refuted.Equivalent);
        Assert.True(refuted.Counterexample![0] is <= 0.1 or >= 0.9);
    }

    /// <summary>The only input is 0.1, which no double is: the difference at both of its neighbours shows that at it.</summary>
    [Theory]
    [InlineData("0.02", false)]
    [InlineData("0.026", true)]
    [InlineData("0.025", null)] // exactly what it is
    public void Compare_SingleInputThatNoDoubleHolds_IsDecidedThere(string tolerance, bool? equivalent)
    {
        EquivalenceReport report = Compare(Head + $"(assert (== X_f[0] 0.1))(assert (<= Y_g[0] (+ Y_f[0] {tolerance})))");

        Assert.Equal(equivalent, report.Equivalent);
        if (equivalent == false)
            Assert.Equal(0.1, report.Counterexample![0], 1e-16);
    }

    [Fact]
    public void Compare_NetworksOfOtherSizes_AreRefused()
    {
        var one = new ReluNetwork([Output([1, 0])]);
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => Compare(Head + Bounds + "(assert (<= Y_g[0] Y_f[0]))", one, one));
        Assert.Equal("SpecificationDoesNotMatch", error.ErrorId);
    }

    private static EquivalenceReport Compare(string text, ReluNetwork? f = null, ReluNetwork? g = null) => NetworkEquivalence.Compare(
        EquivalenceFilesTests.Read(text), f ?? F, g ?? G, null, new() { Points = 500, ProofTimeLimit = TimeSpan.FromSeconds(4) }, default);
}
