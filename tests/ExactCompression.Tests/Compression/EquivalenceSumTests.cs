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
        (double bound, _) = Search(Known(0, 1, Small / 2));
        Assert.True(bound >= (Rational)1 + (Small / 2) && bound < 1.001, $"{bound:R}");
    }

    /// <summary>
    /// What merging leaves is as much as is left of the tolerance, but for less than half a unit in the last place of that, which depends
    /// on the input: the tolerance absorbs it. Of some radii one leaves nearly all that it may.
    /// </summary>
    [Fact]
    public void Search_ToleranceThatAbsorbsWhatIsAboveIt_IsAddedOutward()
    {
        double weight = 0.9 * HalfUnit;
        int above = 0;
        for (int k = 0; k < 40; k++)
        {
            double radius = 0.001 + (k * Math.Pow(2, -57));
            double widened = DifferenceNetwork.Of(One(Known(weight, 0.5, radius)), One(DoubleOutput([0, 0])), InputDomain.Unit)
                .DenseLayers[^1].BiasRadius.Span[0];
            double bias = Math.BitDecrement(1 - widened);
            (double bound, _) = Search(Known(weight, bias, radius));
            Rational most = (Rational)bias + weight + radius;
            above += most > 1 ? 1 : 0;
            Assert.True(bound >= most && bound < 1.001, $"{bound:R}");
        }

        Assert.True(above > 0);
    }

    private static (double Bound, double[]? Counterexample) Search(AffineLayer output) => DifferenceProof.Search(
        One(output), One(DoubleOutput([0, 0])), InputDomain.Unit, null, 1,
        new() { TimeLimit = TimeSpan.FromSeconds(2), WithoutSolvers = true }, default);

    private static ReluNetwork One(AffineLayer output) => new([Double([1, 0]), output]);

    private static AffineLayer Known(double weight, double bias, double radius) =>
        new([weight], [bias], 1, 1, Activation.Identity, WeightPrecision.Float64, [0], [radius]);
}
