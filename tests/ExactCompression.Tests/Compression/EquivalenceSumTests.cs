using ExactCompression.Compression.Equivalence;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// Where bounds of two parts are added up, or one is taken off the tolerance, and rounding to nearest would lose it: constants that are
/// known to a radius, so that each part is exact.
/// </summary>
public class EquivalenceSumTests
{
    /// <summary>A quarter of a unit in the last place of 1.</summary>
    private const double Small = HalfUnit / 2;

    /// <summary>The larger network is a constant within 1 of 0, and compressing it says so; the smaller is a little below.</summary>
    [Fact]
    public void Compare_RadiusThatAbsorbsTheDistanceOfWhatIsLeft_IsAddedOutward()
    {
        ReluNetwork larger = new([Double([-1, -0.25]), Known(1, 0, 1)]), smaller = new([DoubleOutput([0, -Small])]);
        EquivalenceReport report = NetworkEquivalence.Compare(
            larger, smaller, InputDomain.Unit, null, new() { Tolerance = 0, Points = 0, ProofTimeLimit = TimeSpan.FromSeconds(2) },
            default);
        Assert.True(report.ProvenDeviation >= (Rational)1 + Small && report.ProvenDeviation < 1.001, $"{report.ProvenDeviation:R}");
    }

    /// <summary>1 and what it is known to, against 0 and a tolerance of 1: what is left of that is below 1.</summary>
    [Fact]
    public void Search_ToleranceThatAbsorbsWhatMergingMoved_LeavesLessThanItself()
    {
        (double bound, _) = Search(Known(0, 1, Small));
        Assert.True(bound >= (Rational)1 + Small && bound < 1.001, $"{bound:R}");
    }

    /// <summary>A half and a little that depends on the input, known to a half: the tolerance of 1 absorbs the little.</summary>
    [Fact]
    public void Search_ToleranceThatAbsorbsWhatIsAboveIt_IsAddedOutward()
    {
        (double bound, _) = Search(Known(Small / 2, 0.5, 0.5));
        Assert.True(bound >= (Rational)1 + (Small / 2) && bound < 1.001, $"{bound:R}");
    }

    private static (double Bound, double[]? Counterexample) Search(AffineLayer output) => DifferenceProof.Search(
        new([Double([1, 0]), output]), new([Double([1, 0]), DoubleOutput([0, 0])]), InputDomain.Unit, null, 1,
        new() { TimeLimit = TimeSpan.FromSeconds(2), WithoutSolvers = true }, default);

    private static AffineLayer Known(double weight, double bias, double radius) =>
        new([weight], [bias], 1, 1, Activation.Identity, WeightPrecision.Float64, [0], [radius]);
}
