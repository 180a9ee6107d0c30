using ExactCompression.Tests.Campaigns;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Fuzzing;

/// <summary>Five thousand damaged files, the same in every run; build.ps1 runs any number.</summary>
public sealed class ReaderCampaignTests
{
    [Fact]
    public void Read_DamagedFiles_IsSoundOrRefused()
    {
        var report = new CampaignReport();
        new ReaderCampaign().Run(Sampling.CampaignSeed, 5_000, report, threads: 2);
        Assert.True(report.FaultCount == 0, report.ToString());
        Assert.True(report["files refused"] > 2_500 && report["files read"] > 250, report.ToString());
    }

    /// <summary>A reader with each fault that the campaign looks for is found out.</summary>
    [Fact]
    public void Run_BadReaders_AreReported()
    {
        InputDomain domain = InputDomain.Uniform(0, 1).For(2);
        foreach ((string kind, Func<string, object> read) in new (string, Func<string, object>)[]
        {
            ("Escaped", static _ => throw new InvalidOperationException()),
            ("Memory", _ => new byte[80 << 20].Length > 0 ? domain : ""),
            ("LongMessage", static _ => throw new LongException()),
            ("NotSound", static _ => NotSound()),
            ("ChecksumIgnored", path => new InputDomain([0], [1 + File.ReadAllBytes(path).Sum(static b => (double)b)])),
        })
        {
            var report = new CampaignReport();
            Envelope? envelope = kind == "ChecksumIgnored" ? new GzipEnvelope() : null;
            var target = new ReaderTarget("bad", "x.gz", [GzipEnvelope.Pack([1, 2, 3])], read) { Envelope = envelope };
            new ReaderCampaign([target]).Run(0, kind == "Memory" ? 4 : 60, report);
            Assert.NotEmpty(report.Faults);
            Assert.All(report.Faults, fault => Assert.Equal(kind, fault.Kind));
        }
    }

    // Bounds of a table from outside are what was stated there; a reader must not let such ones through.
    private static StabilityTable NotSound() => new(
        new([new([1], [0], 1, 1, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)]),
        InputDomain.Unit,
        [new() { Layer = 1, Neuron = 0, State = NeuronState.Undetermined, LowerBound = double.NaN }]);

    /// <summary>What once showed a fault shows none; a changed payload, which a checksum gives away, is refused.</summary>
    [Fact]
    public void Read_KeptFiles_IsSoundOrRefused()
    {
        var report = new CampaignReport();
        int files = 0;
        foreach (ReaderTarget target in ReaderTargets.All)
        {
            foreach ((string name, byte[] content) in target.Kept)
            {
                files++;
                ReaderCampaign.Judge(new(name, 0, 0), target, content, name.Contains("checksum", StringComparison.Ordinal) ? "refused"
                    : null, report);
            }
        }

        Assert.True(report.FaultCount == 0, report.ToString());
        Assert.True(files > 10);
    }

    /// <summary>Damage to what is refused from the start would show nothing.</summary>
    [Fact]
    public void Read_SoundFiles_IsSound()
    {
        using var folder = new TemporaryFolder();
        foreach (ReaderTarget target in ReaderTargets.All)
        {
            Assert.NotEmpty(target.Seeds);
            foreach (byte[] seed in target.Seeds)
            {
                object read = target.Read(folder.Write(target.File, seed));
                Assert.True(ReaderContent.IsSound(read), target.Name);
                Assert.NotEqual("not valid", ReaderContent.Of(read));
            }
        }
    }

    /// <summary>An envelope that is made anew round the same content gives the same.</summary>
    [Fact]
    public void Change_Nothing_IsReadAsBefore()
    {
        using var folder = new TemporaryFolder();
        foreach (ReaderTarget target in ReaderTargets.All)
        {
            if (target.Envelope is not (GzipEnvelope or PortableEnvelope))
                continue;
            foreach (byte[] seed in target.Seeds)
            {
                string before = ReaderContent.Of(target.Read(folder.Write(target.File, seed)));
                Assert.Equal(before, ReaderContent.Of(target.Read(folder.Write(target.File,
                    target.Envelope.Change(seed, new ConstantRandom(), static content => content)))));
            }
        }
    }

    [Fact]
    public void Names_OfTargets_AreDistinct() =>
        Assert.Equal(ReaderTargets.All.Count, ReaderTargets.All.Select(static t => t.Name).Distinct().Count());

    /// <summary>Goes round the shortening of messages.</summary>
    private sealed class LongException() : ExactCompressionException("Long", "long")
    {
        public override string Message => new('x', 3_000);
    }

    /// <summary>Draws the largest number, which no special change begins with.</summary>
    private sealed class ConstantRandom : Random
    {
        public override int Next(int maxValue) => maxValue - 1;
    }
}
