using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Gpu;

[Collection(DeviceTests.Name)]
public sealed class WitnessSessionEdgeTests(WitnessDevices devices)
{
    public static TheoryData<string> Names => ["simd", "cpu-1", "cpu-2", "cpu-4", "cuda", "opencl"];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Forward_EqualValues_TakesTheLowestPoint(string name)
    {
        // Neuron 0 sees 1 at points 3, 5 and 40, -1 at points 4 and 41; neuron 1 is 0 everywhere.
        using IWitnessSession session = Open(name, TestNetworks.SingleLayer(new double[,] { { 1 }, { 0 } }), InputDomain.Uniform(-1, 1));
        var points = new float[43];
        (points[3], points[5], points[40]) = (1, 1, 1);
        (points[4], points[41]) = (-1, -1);
        session.Load(points, points.Length);
        NeuronExtremes[] extremes = session.Extremes(2);
        Assert.Equal(new NeuronExtremes(-1, 1, 4, 3), extremes[0]);
        Assert.Equal(new NeuronExtremes(0, 0, 0, 0), extremes[1]);
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Forward_SomeNaN_PassesThemOver(string name)
    {
        using IWitnessSession session = Open(
            name, TestNetworks.SingleLayer(new double[,] { { 1, 1 }, { 2, -1 } }), InputDomain.Uniform(-4, 4));
        session.Load([float.NaN, 1, 2, 3, 1, float.NaN, -1, 0, float.NaN, float.NaN], 5);
        NeuronExtremes[] extremes = session.Extremes(2);
        Assert.Equal(new NeuronExtremes(-1, 5, 3, 1), extremes[0]);
        Assert.Equal(new NeuronExtremes(-2, 1, 3, 1), extremes[1]);
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Forward_OnlyNaN_HasNoPoint(string name)
    {
        using IWitnessSession session = Open(name, TestNetworks.SingleLayer(new double[,] { { 1 } }), InputDomain.Unit);
        session.Load([float.NaN, float.NaN], 2);
        NeuronExtremes[] extremes = session.Extremes(1);
        Assert.Equal(new NeuronExtremes(float.PositiveInfinity, float.NegativeInfinity, -1, -1), extremes[0]);
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Ascend_GradientVanished_ContinuesByMomentum(string name)
    {
        // z_2 = max(0, x - 0.5) on [0,1]: from 0.7 one step down ends at 0.45, where the rectifier is off and nothing pulls any more.
        AffineLayer first = new([1], [-0.5], 1, 1, Activation.Relu);
        AffineLayer second = new([1], [0], 1, 1, Activation.Relu);
        var network = new ReluNetwork([first, second, new([1], [0], 1, 1, Activation.Identity)]);
        using IWitnessSession session = Open(name, network, InputDomain.Unit);
        session.Load([0.7f, 0.2f], 2);
        session.WantAll(2);
        session.Forward();
        session.Aim(2, [0, 0], [-1, -1]);
        for (int step = 0; step < 2; step++)
            session.Ascend(new PgdSchedule(int.MaxValue, 0.248f), step, step + 1);
        Assert.Equal(0.2f, session.Point(0, 1)[0], 1e-6f);
        Assert.Equal(0.2f, session.Point(1, 1)[0]); // without momentum it stays, and 0/0 never arises
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Load_Again_ForgetsMomentumAndClips(string name)
    {
        using IWitnessSession session = Open(name, TestNetworks.SingleLayer(new double[,] { { 1 }, { 0 } }), InputDomain.Uniform(-1, 1));
        session.Load([0, 0.5f, 5], 3);
        Assert.Equal(new NeuronExtremes(0, 1, 0, 2), session.Extremes(2)[0]);
        session.Aim(1, [0, 0, 0], [1, 1, 1]);
        session.Ascend(new PgdSchedule(1, 0.1f), 0, 1);
        session.Load([0, -7], 2);
        Assert.Equal(new NeuronExtremes(-1, 0, 1, 0), session.Extremes(2)[0]);
        session.Aim(1, [1, 1], [1, 1]);
        session.Ascend(new PgdSchedule(1, 0.1f), 0, 1);
        Assert.Equal(0, session.Point(0, 1)[0]);
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Session_LongerSpansThanTheBatch_UsesWhatItNeeds(string name)
    {
        using IWitnessSession session = Open(name, TestNetworks.SingleLayer(new double[,] { { 1 }, { -2 } }), InputDomain.Uniform(-1, 1));
        session.Stage(2, static (first, count, points) => ((float[])[0.5f, 0.25f, 9]).AsSpan(first, count).CopyTo(points));
        session.Load();
        session.Want([MissingSigns.Both, MissingSigns.Both, MissingSigns.Both]);
        session.Forward();
        var extremes = new NeuronExtremes[5];
        session.ReadExtremes(extremes);
        Assert.Equal(new NeuronExtremes(-1, -0.5f, 0, 1), extremes[1]);
        session.Aim(1, [0, 1, 1], [1, 1, 1]);
        session.Ascend(new PgdSchedule(1, 0.123f), 0, 1);
        var point = new float[2];
        session.ReadPoint(1, point);
        Assert.Equal(0f, point[0], 1e-6f);
        Assert.Equal(0f, point[1]);
    }

    private IWitnessSession Open(string name, ReluNetwork network, InputDomain domain)
    {
        IWitnessDevice? device = devices.FindAny(name);
        Skip.If(device is null, $"There is no {name} device here.");
        return device.Open(network, domain, 2);
    }
}
