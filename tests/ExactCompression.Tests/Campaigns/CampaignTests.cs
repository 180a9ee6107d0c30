using ExactCompression.Certificates.Checking;
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

    /// <summary>What would be a fault is one: wrong verdicts, bounds and witnesses.</summary>
    [Fact]
    public void Check_FalseTable_IsReported()
    {
        NeuronStability[] verdicts =
        [
            new() { Layer = 1, Neuron = 0, State = NeuronState.StablyInactive, UpperBound = 0.5, PositiveWitness = [1] },
            new() { Layer = 1, Neuron = 1, State = NeuronState.Unstable, LowerBound = -0.5, PositiveWitness = [1] },
        ];
        var table = new StabilityTable(Pair.Network, Pair.Domain, verdicts);
        var report = new CampaignReport();
        VerdictCampaign.Check(default, "Hybrid", Pair, table, ExactRanges.Of(Pair.Network, Pair.Lower, Pair.Upper)!, report);
        Assert.Equal(["WrongVerdict", "WrongBound", "WrongBound", "WrongWitness"], report.Faults.Select(static f => f.Kind));
    }

    /// <summary>A compression that leaves a neuron out and says that nothing changed.</summary>
    [Fact]
    public void Check_FalseCompression_IsReported()
    {
        var options = new CompressionOptions { Level = CompressionLevel.DeleteOnly, Tolerance = 0 };
        foreach ((double claim, string[] kinds) in new[] { (0, new[] { "DeviationTooSmall", "DeletingChanges" }),
            (3, ["DeletingChanges", "ToleranceIgnored"]) })
        {
            var report = new CampaignReport();
            CompressionCampaign.Check(default, Pair, Forged(claim), options, report);
            Assert.Equal(kinds, report.Faults.Select(static f => f.Kind));
        }
    }

    [Fact]
    public void Check_FalseComparison_IsReported()
    {
        var report = new CampaignReport();
        var found = new EquivalenceReport
        {
            Reference = Pair.Network,
            Difference = One,
            Domain = Pair.Domain,
            Equivalent = true,
            ObservedDeviation = 4,
            ProvenDeviation = 2,
            Tolerance = 2,
            Evidence = EquivalenceEvidence.None,
            PointsTried = 0,
        };
        EquivalenceCampaign.Check(default, Pair, One, 3, found, report);
        Assert.Equal(["DeviationTooSmall", "ObservedTooLarge", "WrongVerdict"], report.Faults.Select(static f => f.Kind));
    }

    [Fact]
    public void Require_FalseCertificate_IsReported()
    {
        var report = new CampaignReport();
        CompressionResult result = LeoCompression.Compress(Pair.Table, new(), default);
        Certificate certificate = CompressionCertificate.Make(result, default);
        CertificateCampaign.Require(default, certificate, new(result, Pair.Lower, Pair.Upper), "", Pair, report);
        Assert.Empty(report.Faults);
        CertificateCampaign.Require(default, certificate with { Original = [certificate.Original[0] with { States = "au" }] },
            new(Forged(0), Pair.Lower, Pair.Upper), "", Pair, report);
        Assert.Equal(["FalseDeviation", "FalseClaim"], report.Faults.Select(static f => f.Kind));
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

    /// <summary><c>relu(x) + 3 relu(-x)</c> on [-1, 1].</summary>
    private static HardCase Pair { get; } =
        new(HardFamily.Ordinary, new([new([1, -1], [0, 0], 2, 1, Activation.Relu), new([1, 3], [0], 1, 2, Activation.Identity)]), [-1],
            [1]);

    /// <summary><c>relu(x)</c>: 3 away from it.</summary>
    private static ReluNetwork One { get; } = new([new([1], [0], 1, 1, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)]);

    private static CompressionResult Forged(double deviation) =>
        new() { Original = Pair.Network, Compressed = One, Domain = Pair.Domain, Table = Pair.Table, Steps = [],
            ProvenDeviation = deviation, IsOwn = true };

    private static CampaignReport Run(CampaignPart part, int count)
    {
        var report = new CampaignReport();
        part.Run(Sampling.CampaignSeed, count, report, threads: 2);
        Assert.True(report.FaultCount == 0, report.ToString());
        return report;
    }
}
