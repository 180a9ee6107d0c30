using ExactCompression.Compression.Equivalence;
using ExactCompression.Tests.Campaigns;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression.Equivalence;

/// <summary>Labels and relative tolerances, held against exact arithmetic.</summary>
public class LabelAndRelativeTests
{
    // Labels change at x = 1/2 and, of the second, at 1/2 + shift.
    private static ReluNetwork Labels(double shift, double slope = 1) =>
        new([Hidden([1, 0], [1, 3]), DoubleOutput([slope, 0, 0], [0, 0, slope * (0.5 + shift)])]);

    [Theory]
    [InlineData(0, 2, 0, true)] // other outputs, the same labels, and a tie at the same place
    [InlineData(0, 0.5, 0, true)]
    [InlineData(0.25, 1, 0, false)]
    [InlineData(1e-9, 1, 0, false)]
    [InlineData(-1e-9, 1, 0, false)]
    [InlineData(0.25, 1, 0.25, true)] // only where the first leads by more than a quarter
    [InlineData(0.25, 1, 0.2, false)]
    [InlineData(0.125, 1, 0.5, true)] // nowhere
    public void Compare_Labels_AreProvenOrRefuted(double shift, double slope, double lead, bool same)
    {
        EquivalenceReport report = NetworkEquivalence.Compare(
            Labels(0), Labels(shift, slope), null, null,
            new() { Property = EquivalenceProperty.SameLabel, Points = 500, Tolerance = lead, ProofTimeLimit = TimeSpan.FromSeconds(8) },
            default);

        Assert.Equal(same, report.Equivalent);
        Assert.Equal((EquivalenceProperty.SameLabel, lead), (report.Property, report.Tolerance));
        if (!same)
            Assert.True(AreDifferent(Labels(0), Labels(shift, slope), Exact(report.Counterexample!), lead, true));
    }

    [Fact]
    public void Compare_LabelsOfCompression_AreProvenByItsBound()
    {
        var network = new ReluNetwork([Hidden([4, 0.125, 0, 1], [0, 4, 0.3f, 2], [1, 1, -1, -9]), Output([1, 2, 3, 4], [1, 0, -1, 0])]);
        EquivalenceReport report = NetworkEquivalence.Compare(
            Compress(network, "aai"), null, new() { Property = EquivalenceProperty.SameLabel, Tolerance = 1e-3 }, default);

        Assert.True(report.Equivalent);
        Assert.Equal(EquivalenceEvidence.Compression, report.Evidence);
    }

    [Theory]
    [InlineData(1.01, 0.0101, 0, true)]
    [InlineData(0.99, 0.0101, 0, true)]
    [InlineData(1.01, 0.0099, 0, false)]
    [InlineData(1.01, 0.0099, 0.001, true)]
    public void Compare_RelativeTolerance_IsOfTheReference(double factor, double relative, double absolute, bool equal)
    {
        // f = x on both sides of 0, as relu(x) - relu(-x).
        var f = new ReluNetwork([Hidden([1, 0], [-1, 0]), Output([1, -1, 0])]);
        var g = new ReluNetwork([Hidden([1, 0], [-1, 0], [0.5, 7]), DoubleOutput([factor, -factor, 0, 0])]);
        EquivalenceReport report = NetworkEquivalence.Compare(
            f, g, InputDomain.Uniform(-2, 1), null,
            new() { RelativeTolerance = relative, Tolerance = absolute, Points = 500, ProofTimeLimit = TimeSpan.FromSeconds(8) }, default);

        Assert.Equal(equal, report.Equivalent);
        Assert.Equal((relative, absolute), (report.RelativeTolerance, report.Tolerance));
        if (!equal)
            Assert.True(IsTooFar(f, g, Exact(report.Counterexample!), absolute, relative));
    }

    /// <summary>The second is relative to the first, and not the other way round: 1 and 2 are equal within all of 2.</summary>
    [Theory]
    [InlineData(1, 2, 0.75, false)]
    [InlineData(2, 1, 0.75, true)]
    [InlineData(2, 1, 0.25, false)]
    public void Compare_Constants_AreMeasuredAgainstTheFirst(double one, double other, double relative, bool equal) => Assert.Equal(
        equal, NetworkEquivalence.Compare(
            new ReluNetwork([Hidden([1, 0]), Output([0, one])]), new ReluNetwork([Hidden([1, 0]), Output([0, other])]), null, null,
            new() { RelativeTolerance = relative, Points = 10 }, default).Equivalent);

    [Fact]
    public void Compare_OptionsThatDoNotFit_AreRefused()
    {
        var network = new ReluNetwork([Output([1, 0])]);
        string Error(ReluNetwork one, EquivalenceOptions options) => Assert.Throws<InvalidInputException>(
            () => NetworkEquivalence.Compare(one, one, null, null, options, default)).ErrorId;

        Assert.Equal("LabelsNeedOutputs", Error(network, new() { Property = EquivalenceProperty.SameLabel }));
        Assert.Equal(
            "RelativeToleranceNotApplicable",
            Error(Labels(0), new() { Property = EquivalenceProperty.SameLabel, RelativeTolerance = 0.1 }));
        Assert.Equal("RelativeToleranceInvalid", Error(network, new() { RelativeTolerance = double.NaN }));
    }

    [Fact]
    public void Compare_HardNetworks_AgreesWithExactArithmetic()
    {
        int proven = 0, refuted = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            HardCase c = HardCases.Make(random);
            ReluNetwork other = random.Next(6) switch
            {
                4 or 5 => Shifted(random, c.Network),
                0 => HardCases.Shuffled(random, c.Network),
                1 => HardCases.Perturbed(random, HardCases.Shuffled(random, c.Network)),
                2 => HardCases.Perturbed(random, c.Network),
                _ => LeoCompression.Compress(c.Table, new() { Level = (CompressionLevel)random.Next(3) }, default).Compressed,
            };
            bool isLabels = random.Next(2) == 0 && c.Network.OutputSize > 1;
            double tolerance = random.Next(3) > 0 ? 0 : Math.Pow(10, -random.Next(0, 18)),
                relative = isLabels ? 0 : Math.Pow(10, -random.Next(3, 18));
            EquivalenceReport report = NetworkEquivalence.Compare(
                c.Network, other, c.Domain, null,
                new()
                {
                    Property = isLabels ? EquivalenceProperty.SameLabel : EquivalenceProperty.Deviation, Tolerance = tolerance,
                    RelativeTolerance = relative, Points = 200, Seed = seed, ProofTimeLimit = TimeSpan.FromSeconds(1),
                },
                default);
            proven += report.Equivalent == true ? 1 : 0;
            refuted += report.Equivalent == false ? 1 : 0;
            bool Fails(double[] point, bool forSure) => isLabels
                ? AreDifferent(c.Network, other, Exact(point), tolerance, forSure)
                : IsTooFar(c.Network, other, Exact(point), tolerance, relative);
            if (report.Equivalent == false)
                Assert.True(c.Domain.Contains(report.Counterexample!) && Fails(report.Counterexample!, true), $"seed {seed}: {c}");
            for (int k = 0; k < 100 && report.Equivalent == true; k++)
            {
                double[] point = [.. c.Domain.Lower.ToArray().Zip(c.Domain.Upper.ToArray(), (low, high) => random.Next(4) switch
                {
                    0 => low,
                    1 => high,
                    _ => Math.Clamp(low + (random.Next(0, 9) / 8.0 * (high - low)), low, high),
                })];
                Assert.False(Fails(point, false), $"seed {seed}: {c}");
            }
        }

        Assert.True(proven > 20 && refuted > 20, $"{proven} proven, {refuted} refuted");
    }

    /// <summary>Rows of two layers on a network are what is stated, but for their radius.</summary>
    [Fact]
    public void QuestionLayers_HardWeights_CoverTheirRounding()
    {
        int rounded = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            double Number() => Math.ScaleB(random.NextDouble() - 0.5, random.Next(-60, 61));
            var network = new ReluNetwork([Hidden([1, 0]), DoubleOutput([Number(), Number()], [Number(), Number()])]);
            double constant = Number(), more = Number(), factor = Number();
            AffineLayer[] made = [.. QuestionLayers.On(
                network, [new([(0, factor), (1, -1)], constant, more)], [new([(0, factor)], more, constant)]).DenseLayers];
            Rational f = factor, c = constant, m = more;
            void Holds(Rational exact, double value, double radius)
            {
                Assert.True(ExactDifference.Abs(exact - (Rational)value) <= (Rational)radius, $"seed {seed}");
                rounded += radius > 0 ? 1 : 0;
            }

            AffineLayer output = network.DenseLayers[^1];
            Holds(
                (f * output.Row(0)[0]) - output.Row(1)[0], made[1].Row(0)[0],
                made[1].WeightRadius.IsEmpty ? 0 : made[1].WeightRadius.Span[0]);
            Holds((f * output.Bias.Span[0]) - output.Bias.Span[1] + c + m, made[1].Bias.Span[0], RadiusOf(made[1]));
            Holds(c + m, made[2].Bias.Span[0], RadiusOf(made[2]));
        }

        Assert.True(rounded > 300);
    }

    /// <summary>Its outputs moved by constants.</summary>
    private static ReluNetwork Shifted(Random random, ReluNetwork network)
    {
        AffineLayer last = network.DenseLayers[^1];
        double scale = Math.Pow(10, -random.Next(0, 9));
        double[] bias = [.. last.Bias.ToArray().Select(b => b + (scale * (random.NextDouble() - 0.5)))];
        var moved = new AffineLayer(
            last.Weights.ToArray(), bias, last.Outputs, last.Inputs, last.Activation, WeightPrecision.Float64,
            last.WeightRadius.IsEmpty ? null : last.WeightRadius.ToArray(), last.BiasRadius.IsEmpty ? null : last.BiasRadius.ToArray());
        return new([.. network.DenseLayers.Take(network.Depth), moved]);
    }

    private static double RadiusOf(AffineLayer layer) => layer.BiasRadius.IsEmpty ? 0 : layer.BiasRadius.Span[0];

    private static Rational[] Exact(double[] point) => Array.ConvertAll(point, static x => (Rational)x);

    /// <summary>Whether the labels differ where the first network's leads; for sure, or perhaps as another of two equal outputs.</summary>
    private static bool AreDifferent(ReluNetwork one, ReluNetwork other, Rational[] x, double lead, bool forSure)
    {
        Rational[] f = new ExactNetwork(one).Evaluate(x), g = new ExactNetwork(other).Evaluate(x);
        for (int i = 0; i < f.Length; i++)
        {
            int at = i;
            if (Enumerable.Range(0, f.Length).All(j => j == at || f[at] - f[j] > (Rational)lead))
                return Enumerable.Range(0, g.Length).Any(j => j != at && (forSure ? g[j] > g[at] : g[j] >= g[at]));
        }

        return false;
    }

    private static bool IsTooFar(ReluNetwork one, ReluNetwork other, Rational[] x, double absolute, double relative)
    {
        Rational[] f = new ExactNetwork(one).Evaluate(x), g = new ExactNetwork(other).Evaluate(x);
        return f.Zip(g, (a, b) => Rational.Abs(b - a) > (Rational)absolute + ((Rational)relative * Rational.Abs(a))).Any(static y => y);
    }
}
