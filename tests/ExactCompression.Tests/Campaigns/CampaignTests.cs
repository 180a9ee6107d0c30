using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Campaigns;

/// <summary>A thousandth of the campaign that build.ps1 runs whole, the same cases in every run.</summary>
public sealed class CampaignTests
{
    [Fact]
    public void Verdicts_RandomNetworks_NoneIsWrong()
    {
        CampaignReport report = Run(new VerdictCampaign(), 240);
        Assert.True(report["neurons by Hybrid"] > 1_000 && report["neurons by the paper's methods"] > 200
            && report["searches compared between numbers of threads"] > 80, report.ToString());
    }

    [Fact]
    public void Compressions_RandomNetworks_StayWithinWhatIsProven()
    {
        CampaignReport report = Run(new CompressionCampaign(), 150);
        Assert.True(report["compressions that made it smaller"] > 100 && report["compressions that rounded"] > 20, report.ToString());
    }

    [Fact]
    public void Certificates_SoundAndChanged_NoneIsFalse()
    {
        CampaignReport report = Run(new CertificateCampaign(), 40);
        Assert.True(report["certificates"] > 20 && report["changed certificates"] > 400 && report["changed certificates accepted"] > 20,
            report.ToString());
    }

    [Fact]
    public void Comparisons_RandomPairs_NoneIsWrong()
    {
        CampaignReport report = Run(new EquivalenceCampaign(), 40);
        Assert.True(report["comparisons proven equal"] > 5 && report["comparisons refuted"] > 5, report.ToString());
    }

    [Fact]
    public void Run_CaseThatHangs_IsReportedAndOthersGoOn()
    {
        using var release = new ManualResetEventSlim();
        var done = new List<long>();
        var hung = new List<long>();
        CaseRunner.Run(
            10,
            5,
            1,
            TimeSpan.FromMilliseconds(300),
            place =>
            {
                if (place == 12)
                    release.Wait();
                else
                    done.Add(place);
            },
            hung.Add,
            null);
        release.Set();
        Assert.Equal([12], hung);
        Assert.Equal([10, 11, 13, 14], done);
    }

    [Fact]
    public void Random_OfCases_DiffersByCaseSeedPartAndStream()
    {
        CampaignCase[] cases = [new("A", 0, 0), new("A", 0, 1), new("A", 1, 0), new("B", 0, 0)];
        Assert.Equal(8, cases.SelectMany(static c => new[] { c.Random().Next(), c.Random(1).Next() }).Distinct().Count());
        Assert.Equal(cases[0].Random().Next(), cases[0].Random().Next());
    }

    private static CampaignReport Run(CampaignPart part, int count)
    {
        var report = new CampaignReport();
        part.Run(Sampling.CampaignSeed, count, report, threads: 2);
        Assert.True(report.FaultCount == 0, report.ToString());
        return report;
    }
}
