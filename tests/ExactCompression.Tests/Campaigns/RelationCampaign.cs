using ExactCompression.Tests.Certificates;
using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Campaigns;

/// <summary>Forged relations, each with the compressed network that suits it best, beside exact differences at points.</summary>
internal sealed class RelationCampaign : CampaignPart
{
    /// <summary>What is counted of forgeries for which the checker derives a bound.</summary>
    public const string Bounded = "forged relations with a derived bound";

    /// <summary>What is counted of those whose networks differ somewhere.</summary>
    public const string Different = "of these, networks that differ";

    public override string Name => "Relations";

    public override int PerThousand => 200;

    protected override void Try(CampaignCase place, CampaignReport report)
    {
        if (RelationForgery.Of(place.Random()) is not { } forgery || forgery.Derived() is not (< double.PositiveInfinity and var derived))
            return;
        report.Count(Bounded);
        Rational observed = forgery.Observed();
        if (observed.Sign > 0)
            report.Count(Different);
        if (!(observed <= derived))
            report.Fault(place.Fault("DeviationTooSmall", $"{derived:R} is derived, but the networks differ by more"));
    }
}
