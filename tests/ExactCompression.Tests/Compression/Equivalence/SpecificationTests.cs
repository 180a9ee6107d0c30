using ExactCompression.Tests.Campaigns;
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

        EquivalenceReport near = Compare(Head + Boxes + Near, f, g), refuted = Compare(Head + Boxes + Nearer, f, g);

        Assert.True(near.Equivalent);
        Assert.Null(near.Counterexample);
        Assert.InRange(near.ObservedDeviation, 0.09, near.ProvenDeviation);
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

    /// <summary>Random ranges for the difference of each output, held against exact arithmetic.</summary>
    [Fact]
    public void Compare_HardNetworksAndRanges_AgreesWithExactArithmetic()
    {
        int proven = 0, refuted = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            HardCase c = HardCases.Make(random);
            ReluNetwork other = random.Next(3) == 0 ? HardCases.Shuffled(random, c.Network) : HardCases.Perturbed(random, c.Network);
            double End() => random.Next(4) switch
            {
                0 => 0,
                1 => double.PositiveInfinity,
                _ => Math.Pow(10, -random.Next(0, 17)),
            };
            DifferenceRange[] ranges = [.. Enumerable.Range(0, other.OutputSize).Select(_ => (End(), End())).Select(
                static e => new DifferenceRange(-e.Item1, e.Item2, -e.Item1, e.Item2))];
            if (ranges.All(static r => double.IsInfinity(r.Upper) && double.IsInfinity(r.Lower)))
                continue;
            double[] lower = c.Domain.Lower.ToArray(), upper = c.Domain.Upper.ToArray();
            var specification = new EquivalenceSpecification
            {
                Path = "made", Reference = "f", Difference = "g", Domain = c.Domain, Ranges = ranges, AssertsViolation = false,
                Statements = [], Boxes = [new(lower, upper, lower, upper)],
            };
            EquivalenceReport report = NetworkEquivalence.Compare(
                specification, c.Network, other, null, new() { Points = 200, ProofTimeLimit = TimeSpan.FromSeconds(1) }, default);
            proven += report.Equivalent == true ? 1 : 0;
            refuted += report.Equivalent == false ? 1 : 0;
            bool Fails(double[] point)
            {
                Rational[] x = Array.ConvertAll(point, static v => (Rational)v);
                Rational[] f = new ExactNetwork(c.Network).Evaluate(x), g = new ExactNetwork(other).Evaluate(x);
                Rational[] d = [.. g.Zip(f, static (b, a) => b - a)];
                return d.Where((v, o) => (double.IsFinite(ranges[o].Upper) && v > (Rational)ranges[o].Upper)
                    || (double.IsFinite(ranges[o].Lower) && v < (Rational)ranges[o].Lower)).Any();
            }

            if (report.Equivalent == false)
                Assert.True(c.Domain.Contains(report.Counterexample!) && Fails(report.Counterexample!), $"seed {seed}: {c}");
            for (int k = 0; k < 100 && report.Equivalent == true; k++)
                Assert.False(
                    Fails([.. lower.Zip(upper, (low, high) => Math.Clamp(low + (random.Next(0, 9) / 8.0 * (high - low)), low, high))]),
                    $"seed {seed}: {c}");
        }

        Assert.True(proven > 10 && refuted > 10, $"{proven} proven, {refuted} refuted");
    }

    private static EquivalenceReport Compare(string text, ReluNetwork? f = null, ReluNetwork? g = null) => NetworkEquivalence.Compare(
        EquivalenceFilesTests.Read(text), f ?? F, g ?? G, null, new() { Points = 500, ProofTimeLimit = TimeSpan.FromSeconds(4) }, default);
}
