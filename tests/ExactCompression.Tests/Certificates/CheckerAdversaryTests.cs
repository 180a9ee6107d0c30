using ExactCompression.Tests.Campaigns;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates;

/// <summary>
/// Relations that anyone could have made up, each with the compressed network that suits it best: what the checker derives is never below
/// the exact difference.
/// </summary>
public class CheckerAdversaryTests
{
    [Fact]
    public void Derive_ForgedRelations_NeverBelowTheExactDifference()
    {
        const int Cases = 4000;
        var report = new CampaignReport();
        new RelationCampaign().Run(Sampling.CampaignSeed, Cases, report, threads: 2);
        Assert.True(report.FaultCount == 0, report.ToString());
        Assert.InRange(report[RelationCampaign.Bounded], Cases / 2, Cases);
        Assert.InRange(report[RelationCampaign.Different], Cases / 4, Cases);
    }
}
