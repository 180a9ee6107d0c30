using ExactCompression.Gpu;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Gpu;

/// <summary>The whole witness search on a device, with the check in double behind it.</summary>
public sealed class DeviceSearchTests(WitnessDevices devices) : IClassFixture<WitnessDevices>
{
    [SkippableTheory]
    [InlineData("cpu-1")]
    [InlineData("cuda")]
    [InlineData("opencl")]
    public void FindUnstable_SmallNetwork_DecidesWhatSimdDecides(string name)
    {
        IlgpuWitnessDevice? device = devices.Find(name);
        Skip.If(device is null, $"There is no {name} device here.");
        StabilityTable nothing = StabilityTable.Undecided(TestNetworks.Random(11, 4, 7, 6, 2), InputDomain.Uniform(-0.25, 0.25));
        using var simd = new SimdWitnessDevice();
        StabilityTable expected = StabilityAnalysis.FindUnstable(nothing, null, simd, new(), CancellationToken.None);
        StabilityTable actual = StabilityAnalysis.FindUnstable(nothing, null, device, new(), CancellationToken.None);
        Assert.Equal(name, actual.Device);
        Assert.InRange(expected.Unstable, 3, 12); // some of each
        Assert.Equal(expected.Neurons.Select(static n => n.State), actual.Neurons.Select(static n => n.State));
        foreach (NeuronStability neuron in actual.Neurons.Where(static n => n.State == NeuronState.Unstable))
        {
            Assert.True(PreActivation(actual.Network, neuron, neuron.PositiveWitness!) > 0);
            Assert.True(PreActivation(actual.Network, neuron, neuron.NegativeWitness!) < 0);
            Assert.True(actual.Domain.Contains(neuron.PositiveWitness) && actual.Domain.Contains(neuron.NegativeWitness));
        }
    }

    /// <summary>A network on which corners and samples leave neurons that only attacks show.</summary>
    [SkippableTheory]
    [InlineData("cpu-1")]
    [InlineData("cpu-2")]
    [InlineData("cuda")]
    [InlineData("opencl")]
    public void FindUnstable_NetworkThatNeedsAttacks_DecidesWhatSimdDecides(string name)
    {
        IlgpuWitnessDevice? device = devices.Find(name);
        Skip.If(device is null, $"There is no {name} device here.");
        StabilityTable nothing = StabilityTable.Undecided(TestNetworks.Random(31, 8, 9, 9, 8, 2), InputDomain.Uniform(-0.25, 0.25));
        using var simd = new SimdWitnessDevice();
        StabilityTable expected = StabilityAnalysis.FindUnstable(nothing, null, simd, new(), CancellationToken.None);
        StabilityTable actual = StabilityAnalysis.FindUnstable(nothing, null, device, new(), CancellationToken.None);
        Assert.True(expected.Stages.Single(static s => s.Stage == SearchStage.Attack).Decided > 0);
        Assert.True(actual.Stages.Single(static s => s.Stage == SearchStage.Attack).Decided > 0);
        Assert.Equal(expected.Neurons.Select(static n => n.State), actual.Neurons.Select(static n => n.State));
    }

    private static double PreActivation(ReluNetwork network, NeuronStability neuron, double[] input)
    {
        var plain = new PlainSearch(network, [], []);
        plain.Points.Add(input);
        return plain.Forward(0)[neuron.Layer - 1][neuron.Neuron];
    }
}
