using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Campaigns;

/// <summary>Comparisons of two networks beside their exact largest difference.</summary>
internal sealed class EquivalenceCampaign : CampaignPart
{
    public override string Name => "Equivalence";

    public override int PerThousand => 40;

    protected override void Try(CampaignCase place, CampaignReport report)
    {
        Random random = place.Random();
        HardCase c = HardCases.Make(random);
        CompressionResult? result = null;
        ReluNetwork other;
        switch (random.Next(5))
        {
            case 0:
                other = HardCases.Shuffled(random, c.Network);
                break;
            case 1:
                other = HardCases.Perturbed(random, HardCases.Shuffled(random, c.Network));
                break;
            case 2:
                other = HardCases.Perturbed(random, c.Network);
                break;
            default:
                StabilityTable table = c.Table;
                result = LeoCompression.Compress(table, new() { Level = (CompressionLevel)random.Next(3) }, default);
                other = result.Compressed;
                break;
        }

        if (ExactRanges.LargestDifference(c.Network, other, c.Lower, c.Upper) is not { Value: var exact })
        {
            report.Count("comparisons too large for the oracle");
            return;
        }

        var options = new EquivalenceOptions
        {
            Points = 200,
            Seed = random.Next(),
            ProofTimeLimit = TimeSpan.FromSeconds(random.Next(3)),
            Tolerance = random.Next(2) == 0 ? null : random.Next(3) == 0 ? 0 : Math.Pow(10, -random.Next(0, 18)),
        };
        EquivalenceReport found = result is not null && random.Next(3) == 0
            ? NetworkEquivalence.Compare(result, null, options, default)
            : NetworkEquivalence.Compare(c.Network, other, c.Domain, null, options, default);
        Check(place, c, other, exact, found, report);
    }

    /// <summary>Holds what a comparison states against what is true.</summary>
    internal static void Check(CampaignCase place, HardCase c, ReluNetwork other, Rational exact, EquivalenceReport found,
        CampaignReport report)
    {
        void Wrong(string kind) => report.Fault(place.Fault(
            kind,
            $"{found.Equivalent} by {found.Evidence}, observed {found.ObservedDeviation:R}, proven {found.ProvenDeviation:R}, "
            + $"tolerance {found.Tolerance:R}, exact {exact}; other {HardCase.Show(other)}; {c}"));
        report.Count("comparisons");
        report.Count(found.Equivalent switch { true => "comparisons proven equal", false => "comparisons refuted", _ =>
            "comparisons left open" });
        if (!(double.IsPositiveInfinity(found.ProvenDeviation) || exact <= found.ProvenDeviation))
            Wrong("DeviationTooSmall");
        if (!(found.ObservedDeviation <= exact))
            Wrong("ObservedTooLarge");
        if (found.Equivalent is { } equal && equal != exact <= found.Tolerance)
            Wrong("WrongVerdict");
        if (found.Equivalent == false
            && !(found.Counterexample is { } point && c.Domain.Contains(point) && At(c.Network, other, point) > found.Tolerance))
            Wrong("WrongCounterexample");
    }

    private static Rational At(ReluNetwork first, ReluNetwork second, double[] point)
    {
        Rational[] x = Array.ConvertAll(point, static v => (Rational)v);
        return new ExactNetwork(first).Evaluate(x).Zip(new ExactNetwork(second).Evaluate(x), static (a, b) => Rational.Abs(a - b))
            .Aggregate(Rational.Max);
    }
}
