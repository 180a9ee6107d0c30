using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Gpu;

/// <summary>What a session keeps for the host: candidates and starts, on every kind of device.</summary>
[Collection(DeviceTests.Name)]
public sealed class WitnessCandidateTests(WitnessDevices devices)
{
    public static TheoryData<string> Names => ["simd", "cpu-1", "cpu-2", "cpu-4", "cuda", "opencl"];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void ReadCandidates_WantedSignsOnly_EachWithItsPoint(string name)
    {
        using IWitnessSession session = Open(
            name, TestNetworks.SingleLayer(new double[,] { { 1 }, { -1 }, { 2 }, { 0 } }), InputDomain.Uniform(-1, 1));
        session.Load([0.25f, -0.5f, 0.75f, 0], 4);
        session.Want([MissingSigns.Both, MissingSigns.Below, MissingSigns.None, MissingSigns.Both]);
        session.Forward();
        var found = session.Candidates(1);
        Assert.Equal(
            [(0, true, 0.75f), (0, false, -0.5f), (1, false, 0.75f)],
            found.Select(static f => (f.Candidate.Neuron, f.Candidate.Above, f.Point[0])));
        Assert.Equal(found[0].Candidate.Place, found[2].Candidate.Place);
        Assert.NotEqual(found[0].Candidate.Place, found[1].Candidate.Place);
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void ReadCandidates_AgainForASign_OnlyWhereItsValueHasGrown(string name)
    {
        using IWitnessSession session = Open(name, TestNetworks.SingleLayer(new double[,] { { 1 } }), InputDomain.Uniform(-1, 1));
        session.WantAll(1);
        foreach ((float value, bool isNew) in new[] { (0.5f, true), (0.5f, false), (0.51f, false), (0.6f, true), (0.2f, false) })
        {
            session.Load([value], 1);
            session.Forward();
            Assert.Equal(isNew ? [value] : [], session.Candidates(1).Select(static f => f.Point[0]));
            Assert.Empty(session.Candidates(1));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void ReadCandidates_NoNumberIsAboveZero_HasNone(string name)
    {
        using IWitnessSession session = Open(name, TestNetworks.SingleLayer(new double[,] { { 1 } }), InputDomain.Uniform(-1, 1));
        session.Load([float.NaN, 0, -0f], 3);
        session.WantAll(1);
        session.Forward();
        Assert.Empty(session.Candidates(1));
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Forward_OnlyTheFirstLayerIsWanted_LeavesTheOthersAlone(string name)
    {
        ReluNetwork network = TestNetworks.Random(5, 3, 6, 5, 2);
        using IWitnessSession session = Open(name, network, InputDomain.Uniform(-1, 2));
        float[] points = TestNetworks.Points(4, 21, 3);
        session.Load(points, 21);
        NeuronExtremes[] all = session.Extremes(11);
        session.Candidates(3);
        session.Want([.. Enumerable.Range(0, 11).Select(static i => i is 1 or 4 ? MissingSigns.Both : MissingSigns.None)]);
        var before = new NeuronExtremes(7, 8, 9, 10);
        NeuronExtremes[] extremes = [.. Enumerable.Repeat(before, 11)];
        session.Forward();
        session.ReadExtremes(extremes);
        Assert.Equal(Enumerable.Range(0, 11).Select(i => i is 1 or 4 ? all[i] : before), extremes);
        session.Want(new MissingSigns[11]);
        session.Forward();
        Assert.Empty(session.Candidates(3));
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Ascend_ManySteps_KeepsThePointsThatReachedWhatIsWanted(string name)
    {
        ReluNetwork network = TestNetworks.Random(8, 6, 9, 7, 2);
        InputDomain domain = InputDomain.Uniform(-1, 2).For(6);
        using IWitnessSession session = Open(name, network, domain);
        const int Count = 19;
        float[] points = TestNetworks.Points(6, Count, 6);
        session.Load(points, Count);
        session.WantAll(16);
        session.Forward();
        session.Candidates(6);

        // From here on only what the attack itself reaches counts; points walk on after they have reached it.
        session.Aim(
            2, [.. Enumerable.Range(0, Count).Select(static p => p % 7)],
            [.. Enumerable.Range(0, Count).Select(static p => p % 2 == 0 ? 1f : -1f)]);
        int found = 0;
        for (int step = 0; step < 24;)
        {
            step = session.Ascend(new PgdSchedule(24, 0.2f), step, 24);
            foreach ((WitnessCandidate candidate, float[] point) in session.Candidates(6))
            {
                var plain = new PlainSearch(network, domain.Lower.ToArray(), domain.Upper.ToArray());
                plain.Load(point, 1);
                Assert.Equal(point, plain.Points[0].Select(static v => (float)v));
                double z = plain.Forward(0)[candidate.Neuron < 9 ? 0 : 1][candidate.Neuron < 9 ? candidate.Neuron : candidate.Neuron - 9];
                Assert.True((candidate.Above ? z : -z) > 0, $"{candidate} has {z}.");
                found++;
            }
        }

        Assert.True(found > 5, $"Only {found} candidates.");
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Ascend_StepsTogetherOrApart_EndsAtTheSamePoints(string name)
    {
        ReluNetwork network = TestNetworks.Random(8, 6, 9, 7, 2);
        float[][] ends = [.. Enumerable.Range(0, 2).Select(run => (6 * run) + 1).Select(stride =>
        {
            using IWitnessSession session = Open(name, network, InputDomain.Uniform(-1, 2));
            session.Load(TestNetworks.Points(6, 13, 6), 13);
            session.WantAll(16);
            session.Forward();
            session.Aim(2, [.. Enumerable.Range(0, 13).Select(static p => p % 7)], [.. Enumerable.Repeat(1f, 13)]);
            for (int step = 0; step < 14;)
                step = session.Ascend(new PgdSchedule(14, 0.1f), step, Math.Min(14, step + stride));
            return Enumerable.Range(0, 13).SelectMany(p => session.Point(p, 6)).ToArray();
        })];
        Assert.Equal(ends[0], ends[1]);
        Assert.NotEqual(TestNetworks.Points(6, 13, 6), ends[0]);
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Stage_WhileABatchIsThere_DoesNotDisturbIt(string name)
    {
        using IWitnessSession session = Open(name, TestNetworks.SingleLayer(new double[,] { { 1 } }), InputDomain.Uniform(-9, 9));
        session.Load([1, 2], 2);
        for (float batch = 3; batch < 8; batch++)
        {
            session.Stage([-1, -1, -1], 3);
            session.Stage([batch], 1); // in the place of what was staged and not loaded
            Assert.Equal(batch == 3 ? 2 : batch - 1, session.Extremes(1)[0].Maximum);
            session.Load();
        }

        Assert.Equal(new NeuronExtremes(7, 7, 0, 0), session.Extremes(1)[0]);
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void ReadStarts_SeveralBatches_BeginWithTheBestOfAll(string name)
    {
        using IWitnessSession session = Open(name, TestNetworks.SingleLayer(new double[,] { { 1 }, { -3 } }), InputDomain.Uniform(-1, 1));
        session.Want([MissingSigns.Both, MissingSigns.Above]);
        float[] values = TestNetworks.Points(2, 150, 1);
        for (int first = 0; first < 150; first += 50)
        {
            session.Load(values[first..(first + 50)], 50);
            session.Forward();
            session.KeepStarts(first);
        }

        float[] clipped = [.. values.Select(static v => Math.Clamp(v, -1, 1))];
        foreach ((int neuron, bool above, float sign) in new[] { (0, true, 1f), (0, false, -1f), (1, true, -1f) })
        {
            int[] starts = session.ReadStarts(neuron, above);
            Assert.InRange(starts.Length, 3, 64);
            Assert.Equal(starts.Length, starts.Distinct().Count());
            Assert.Equal(clipped.Max(v => sign * v), sign * clipped[starts[0]]);
            Assert.Equal(starts.Select(s => sign * clipped[s]).OrderDescending(), starts.Select(s => sign * clipped[s]));
        }

        Assert.Empty(session.ReadStarts(1, above: false));
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void KeepStarts_MoreThanThePassHasSeen_KeepsOnlyPointsThatExist(string name)
    {
        using IWitnessSession session = Open(name, TestNetworks.Random(5, 3, 6, 5, 2), InputDomain.Uniform(-1, 2));
        session.Load(TestNetworks.Points(4, 21, 3), 21);
        session.Want([.. Enumerable.Range(0, 11).Select(static i => i == 1 ? MissingSigns.Above : MissingSigns.None)]);
        session.Forward();
        session.WantAll(11);
        session.KeepStarts(100);
        Assert.All(
            Enumerable.Range(0, 11), i => Assert.All(session.ReadStarts(i, above: true), static start => Assert.InRange(start, 100, 120)));
        session.Forward();
        session.KeepStarts(100);
        Assert.All(Enumerable.Range(0, 11), i => Assert.NotEmpty(session.ReadStarts(i, above: false)));
    }

    private IWitnessSession Open(string name, ReluNetwork network, InputDomain domain)
    {
        IWitnessDevice? device = devices.FindAny(name);
        Skip.If(device is null, $"There is no {name} device here.");
        return device.Open(network, domain, 2);
    }
}
