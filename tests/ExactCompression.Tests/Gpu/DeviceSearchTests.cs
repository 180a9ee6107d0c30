using ExactCompression.Formats;
using ExactCompression.Gpu;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Gpu;

/// <summary>The whole witness search on a device, with the check in double behind it.</summary>
[Collection(DeviceTests.Name)]
public sealed class DeviceSearchTests(WitnessDevices devices)
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

    [Fact]
    public void FindUnstable_SigmoidAndTanh_AreLeftToTheCpu()
    {
        StabilityTable nothing = StabilityTable.Undecided(SmoothGraphs.Dense(new(3), 3), InputDomain.Uniform(-1, 1));
        var warnings = new List<string>();
        StabilityTable table = StabilityAnalysis.FindUnstable(
            nothing, null, devices.Find("cpu-1")!, new() { Warning = warnings.Add }, CancellationToken.None);
        Assert.InRange(table.Unstable, 1, int.MaxValue);
        Assert.Contains("it computes no Sigmoid and no Tanh", Assert.Single(warnings), StringComparison.Ordinal);
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

    /// <summary>Graphs, over a small box where some neurons stay stable.</summary>
    [SkippableTheory]
    [InlineData("cpu-2", 3)]
    [InlineData("cpu-2", 4)]
    [InlineData("cuda", 3)]
    [InlineData("opencl", 3)]
    public void FindUnstable_Graph_DecidesWhatSimdDecides(string name, int seed) =>
        Compare(name, TestNetworks.Graph(seed), InputDomain.Uniform(0, 0.25));

    [SkippableTheory]
    [InlineData("cpu-2")]
    [InlineData("cuda")]
    [InlineData("opencl")]
    public void FindUnstable_ConvolutionalExample_DecidesWhatSimdDecides(string name) =>
        Compare(name, NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx")), InputDomain.Unit);

    /// <summary>
    /// Depthwise convolutions, normalisation, average pooling, concatenation, leaky units; on cards residual blocks and maxima too.
    /// </summary>
    [SkippableTheory]
    [InlineData("cpu-1", "digits_avg_l1-0.0003")]
    [InlineData("cpu-1", "digits_dw_l1-0.002")]
    [InlineData("cpu-1", "digits_bn_l1-0.002")]
    [InlineData("cpu-1", "digits_concat_l1-0.002")]
    [InlineData("cpu-1", "digits_leaky_l1-0.002")]
    [InlineData("cuda", "digits_res_l1-0.002")]
    [InlineData("cuda", "digits_pool_l1-0.002")]
    [InlineData("opencl", "digits_res_l1-0.002")]
    [InlineData("opencl", "digits_pool_l1-0.002")]
    public void FindUnstable_TrainedGraph_DecidesWhatSimdDecides(string name, string network) =>
        Compare(name, NetworkFormats.Read(TestFiles.Shared($"networks/conv/{network}.onnx")), InputDomain.Unit);

    private void Compare(string name, ReluNetwork network, InputDomain domain)
    {
        IlgpuWitnessDevice? device = devices.Find(name);
        Skip.If(device is null, $"There is no {name} device here.");
        StabilityTable nothing = StabilityTable.Undecided(network, domain);
        using var simd = new SimdWitnessDevice();
        var warnings = new List<string>();
        StabilityTable expected = StabilityAnalysis.FindUnstable(nothing, null, simd, new(), CancellationToken.None);
        StabilityTable actual = StabilityAnalysis.FindUnstable(
            nothing, null, device, new() { Warning = warnings.Add }, CancellationToken.None);
        Assert.Empty(warnings);
        Assert.Equal(name, actual.Device);
        Assert.InRange(expected.Unstable, 3, network.NeuronCount);
        Assert.Equal(expected.Neurons.Select(static n => n.State), actual.Neurons.Select(static n => n.State));
        var exact = new ExactGraph(network.Lowered, new(0));
        NeuronStability[] unstable = [.. actual.Neurons.Where(static n => n.State == NeuronState.Unstable)];
        foreach (NeuronStability neuron in unstable.Where((_, at) => at % ((unstable.Length / 4) + 1) == 0))
        {
            int layer = network.Lowered.Layers.Index().First(l => l.Item.Layer == neuron.Layer).Index;
            int Sign(double[] input) => exact.PreActivations(Array.ConvertAll(input, static v => (Rational)v))[layer][neuron.Neuron].Sign;
            Assert.True(Sign(neuron.PositiveWitness!) > 0);
            Assert.True(Sign(neuron.NegativeWitness!) < 0);
            Assert.True(actual.Domain.Contains(neuron.PositiveWitness) && actual.Domain.Contains(neuron.NegativeWitness));
        }
    }

    private static double PreActivation(ReluNetwork network, NeuronStability neuron, double[] input)
    {
        var plain = new PlainSearch(network, [], []);
        plain.Points.Add(input);
        return plain.Forward(0)[neuron.Layer - 1][neuron.Neuron];
    }
}
